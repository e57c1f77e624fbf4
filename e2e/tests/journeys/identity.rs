//! A customer's id signed by the examples in five languages: they agree with one another and with the server.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use bearing_e2e::api::Api;
use bearing_e2e::server::Server;
use bearing_e2e::stage::{response_id, text};
use hyper::Method;
use serde_json::json;

/// What WordPress is to its plugin: a tag to write into, hooks, and somebody who is logged in.
const WORDPRESS: &str = r#"
    define('ABSPATH', '/');
    define('BEARING_SRC', 'https://HOST/bearing.js');
    define('BEARING_SITE', 'pk_YOUR_KEY');
    define('BEARING_IDENTITY_SECRET', getenv('BEARING_IDENTITY_SECRET'));
    $hooks = [];
    function add_action($name, $hook) { global $hooks; $hooks[$name] = $hook; }
    function add_filter($name, $hook, $order, $arguments) { add_action($name, $hook); }
    function is_front_page() { return true; }
    function is_user_logged_in() { return true; }
    function get_current_user_id() { return 42; }
    function esc_attr($text) { return htmlspecialchars($text, ENT_QUOTES); }
    function wp_enqueue_script($handle, $src, $needs, $version, $how) {
        global $hooks;
        foreach ([$handle, 'another'] as $each) {
            echo $hooks['script_loader_tag']("<script src=\"$src\" id=\"$each-js\" {$how['strategy']}></script>\n", $each);
        }
    }
    require $argv[1];
    $hooks['wp_enqueue_scripts']();
"#;

/// The ids: plain, one letter in two spellings, joined emoji, the longest, and what shells and templates stumble on.
fn ids() -> Vec<String> {
    let mut ids: Vec<String> =
        ["cust-42", "ü", "u\u{308}", "👩‍👩‍👧🚀", "-42", "a b  c", "O'Brien \"2nd\"", "$x %00 \\n {{y}} <b>&amp;"]
            .map(str::to_owned)
            .into();
    ids.push("x".repeat(200));
    ids.push("é𠜎".repeat(100));
    ids
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples").join(name)
}

/// Each example as a command that lacks only the id.
fn signers() -> Vec<(&'static str, Command)> {
    let python = std::env::var_os("BEARING_PYTHON").unwrap_or_else(|| "python3".into());
    let script = |program: PathBuf, name: &str| {
        let mut command = Command::new(program);
        command.arg(example("identity").join(name));
        command
    };
    vec![
        ("Node", script("node".into(), "node.mjs")),
        ("Python", script(python.into(), "sign.py")),
        ("PHP", script("php".into(), "sign.php")),
        ("Ruby", script("ruby".into(), "sign.rb")),
        ("Rust", Command::new(env!("CARGO_BIN_EXE_sign"))),
    ]
}

fn run(language: &str, mut command: Command, secret: &str, arguments: &[&str]) -> Result<Output> {
    // The plainest locale there is: what the examples sign does not depend on it.
    command.env("LC_ALL", "C").env("BEARING_IDENTITY_SECRET", secret).args(arguments).stdin(Stdio::null());
    command.output().with_context(|| format!("cannot start the example in {language}; run `cargo xtask setup`"))
}

/// What an example prints for an id.
fn signature(language: &str, command: Command, secret: &str, customer: &str) -> Result<String> {
    let output = run(language, command, secret, &[customer])?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && complaint.is_empty(), "{language}, {customer:?}: {complaint}");
    Ok(String::from_utf8(output.stdout)?.trim_end_matches(['\n', '\r']).to_owned())
}

#[tokio::test]
async fn five_languages_sign_as_the_server_does() -> Result<()> {
    let server = Server::start().await?;
    let site = server.command(&["site", "create", "--name", "Shop", "--origin", "https://shop.example"]).await?;
    let (site, site_key, secret) = (text(&site, "id")?, text(&site, "site_key")?, text(&site, "identity_secret")?);
    let key = server.command(&["key", "create", "--site", &site, "--scope", "admin"]).await?;
    let api = Api { address: server.address, key: text(&key, "key")? };
    let survey = server.command(&["survey", "create", "--site", &site, "--metric", "nps", "--publish"]).await?;
    let survey = text(&survey, "id")?;
    let visitor = Api { address: server.address, key: String::new() };
    let intake = format!("/v1/embed/{site_key}/responses");

    let mut number = 0;
    for customer in ids() {
        let mut signed: Vec<(&str, String)> = Vec::new();
        for (language, command) in signers() {
            signed.push((language, signature(language, command, &secret, &customer)?));
        }
        let right = signed[0].1.clone();
        ensure!(right.len() == 64 && right.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
        assert!(signed.iter().all(|(_, other)| *other == right), "{customer:?}: {signed:?}");

        let wrong = format!("{}{}", &right[..63], if right.ends_with('0') { '1' } else { '0' });
        for (signature, verdict) in [(&right, "verified"), (&wrong, "unverified")] {
            number += 1;
            let response = json!({
                "id": response_id(number), "seq": 0, "survey": survey, "version": 1, "completed": true,
                "answers": [{ "question": "score", "value": 9 }], "age_ms": { "shown": 9_000, "answered": 100 },
                "respondent": { "customer": customer, "signature": signature },
            });
            let reply = visitor.json(Method::POST, &intake, &response).await?;
            ensure!(reply.status.is_success(), "{customer:?}: {} {}", reply.status, reply.text());
            let kept = api.read(&format!("/v1/responses/{}", response_id(number))).await?;
            assert_eq!(kept["identity"], verdict, "{customer:?}: {kept}");
            assert_eq!(kept["respondent"]["customer"], json!(customer));
        }
    }
    Ok(())
}

#[test]
fn without_an_id_or_a_secret_nothing_is_signed() -> Result<()> {
    for (secret, arguments) in [("s", &[""][..]), ("s", &[]), ("", &["cust-42"])] {
        for (language, command) in signers() {
            let output = run(language, command, secret, arguments)?;
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{language}: {complaint}");
            assert!(output.stdout.is_empty() && complaint.trim().ends_with("is empty"), "{language}: {complaint}");
        }
    }
    Ok(())
}

#[test]
fn the_plugin_for_wordpress_writes_the_tag_and_signs_who_is_logged_in() -> Result<()> {
    let secret = "a secret";
    let (language, signer) = signers().remove(0);
    let signature = signature(language, signer, secret, "wp-42")?;
    let plugin = example("wordpress/bearing-survey.php");
    let mut php = Command::new("php");
    php.args(["-d", "display_errors=stderr", "-r", WORDPRESS, "--"]).arg(plugin);
    let output = run("PHP", php, secret, &[])?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && complaint.is_empty(), "{complaint}");
    let address = "https://HOST/bearing.js?site=pk_YOUR_KEY&touchpoint=home";
    assert_eq!(
        String::from_utf8(output.stdout)?,
        format!(
            "<script data-customer=\"wp-42\" data-signature=\"{signature}\" src=\"{address}\" id=\"bearing-survey-js\" \
             async></script>\n<script src=\"{address}\" id=\"another-js\" async></script>\n"
        )
    );
    Ok(())
}
