//! `size`: what a visitor downloads at each step, from the built files and from a real server's reply, against budgets.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use crate::{
    place::Place,
    process::{complain, output, say},
    server::Server,
};

/// The order of the table and of the JSON line.
const ORDER: [&str; 10] =
    ["loader", "config", "first_question", "css", "rest", "wasm", "glue", "extra", "explain", "work"];

/// A limit on brotli bytes: what is limited, what it is the sum of, the aim, and where the build fails.
struct Budget {
    name: &'static str,
    parts: &'static [&'static str],
    moment: &'static str,
    aim: u64,
    fail: u64,
}

impl Budget {
    fn sum(&self, table: &Map<String, Value>) -> u64 {
        self.parts.iter().filter_map(|part| table[*part]["brotli"].as_u64()).sum()
    }
}

/// What a visitor's browser downloads, by moment; each holds what came before it.
const BUDGETS: [Budget; 4] = [
    // Ten bytes more than it was held to once: Escape closes a card whose other half is still on its way.
    Budget { name: "loader", parts: &["loader"], moment: "the loader alone", aim: 4_096, fail: 5_810 },
    Budget { name: "idle_total", parts: &["loader", "config"], moment: "nobody is asked", aim: 6_144, fail: 6_144 },
    Budget {
        name: "shown_total",
        parts: &["loader", "config", "first_question", "css"],
        moment: "a question is shown",
        aim: 8_192,
        fail: 8_192,
    },
    Budget {
        name: "engaged_total",
        parts: &["loader", "config", "first_question", "css", "rest", "wasm", "glue"],
        moment: "the visitor engages",
        aim: 40_000,
        fail: 46_000,
    },
];

/// What either program of the dashboard may weigh at its first load, in brotli bytes: page, style sheet, scripts, words of
/// the largest language, program.
const DASHBOARD_LIMIT: u64 = 350_000;

/// The dashboard's files as `dist/dashboard` has them, the page first.
fn dashboard_files(place: &Place) -> Result<Vec<(String, PathBuf)>> {
    let folder = place.dist().join("dashboard");
    let page = folder.join("index.html");
    let text =
        fs::read_to_string(&page).context("dist/dashboard holds no index.html; run `cargo xtask build` first")?;
    let named = text.split('"').filter_map(|part| part.strip_prefix("/app/files/"));
    let build = named.filter_map(|path| path.split('/').next()).next().context("the dashboard's page names no file")?;
    let mut files = vec![("index.html".to_owned(), page)];
    for entry in fs::read_dir(folder.join("files").join(build))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !name.ends_with(".br") && !name.ends_with(".gz") {
            files.push((name, path));
        }
    }
    files[1..].sort();
    Ok(files)
}

/// Prints what a member downloads to see the dashboard; whether it is within its limit.
fn dashboard(place: &Place) -> Result<bool> {
    let files = dashboard_files(place)?;
    let named: Vec<(&str, PathBuf)> = files.iter().map(|(name, path)| (name.as_str(), path.clone())).collect();
    let table = measure(place, &named)?;
    let size = |name: &str| table[name]["brotli"].as_u64().unwrap_or_default();
    for (name, _) in &files {
        say(format_args!("dashboard {name:<16}{:>10} brotli", size(name)));
    }
    let words = files.iter().filter(|(name, _)| name.ends_with(".json")).map(|(name, _)| size(name)).max();
    let common =
        size("index.html") + size("main.css") + size("start.js") + words.context("the dashboard has no words")?;
    let mut small = true;
    for program in ["reading", "exploring", "making", "showing"] {
        let (glue, wasm) = (size(&format!("{program}.js")), size(&format!("{program}.wasm")));
        ensure!(glue > 0 && wasm > 0, "the dashboard has no program {program}");
        let sum = common + glue + wasm;
        let verdict = if sum > DASHBOARD_LIMIT { "TOO LARGE" } else { "ok" };
        say(format_args!("dashboard first load, {program:<9}{sum:>8} brotli, fails past {DASHBOARD_LIMIT}: {verdict}"));
        small &= sum <= DASHBOARD_LIMIT;
    }
    Ok(small)
}

/// What a visitor has downloaded at each moment, in brotli bytes: the moment in words and the sum.
pub(crate) fn moments(place: &Place) -> Result<Vec<(&'static str, u64)>> {
    let table = measure(place, &files(place)?)?;
    Ok(BUDGETS.iter().skip(1).map(|budget| (budget.moment, budget.sum(&table))).collect())
}

/// Everything a visitor may download, by name, as files.
fn files(place: &Place) -> Result<Vec<(&'static str, PathBuf)>> {
    let assets = place.dist().join("assets");
    ensure!(place.dist().join("bearing").is_file(), "there is no dist/bearing; run `cargo xtask build` first");
    let folder = place.work().join("size");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut files = vec![("loader", assets.join("bearing.js"))];
    // What is fetched at the first sign of interest; what only some pages need, what only their authors do, and what
    // visitors need while a site is under attack.
    files.extend(["rest", "extra", "explain", "work"].map(|name| (name, assets.join(format!("{name}.js")))));
    files.extend(reply_parts(place, &folder)?);
    let manifest: Value = serde_json::from_slice(
        &fs::read(assets.join("manifest.json")).context("dist/assets holds no manifest.json; build again")?,
    )?;
    for (name, key) in [("wasm", "wasm"), ("glue", "js")] {
        files.push((name, assets.join(manifest[key].as_str().context("manifest.json names no renderer")?)));
    }

    files.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name));
    Ok(files)
}

/// Prints the table and the JSON line; fails past a budget.
pub(crate) fn size(place: &Place) -> Result<ExitCode> {
    let files = files(place)?;
    let table = measure(place, &files)?;
    say(format_args!("{:<16}{:>10}{:>10}{:>10}", "", "raw", "gzip", "brotli"));
    for (name, _) in &files {
        let cell = |column: &str| table[*name][column].as_u64().unwrap_or_default();
        say(format_args!("{name:<16}{:>10}{:>10}{:>10}", cell("raw"), cell("gzip"), cell("brotli")));
    }
    let (mut broken, mut totals) = (Vec::new(), Vec::new());
    for budget in &BUDGETS {
        let sum = budget.sum(&table);
        let verdict = match sum {
            sum if sum > budget.fail => "TOO LARGE",
            sum if sum > budget.aim => "above the aim",
            _ => "ok",
        };
        say(format_args!(
            "{:<16}{sum:>10} brotli  aim {}, fails past {}: {verdict} ({})",
            budget.name, budget.aim, budget.fail, budget.moment
        ));
        if sum > budget.fail {
            broken.push(format!("{} is {sum} bytes and may be {}", budget.name, budget.fail));
        }
        if budget.name != "loader" {
            totals.push(format!("\"{}\":{sum}", budget.name));
        }
    }
    let sizes = files.iter().map(|(name, _)| {
        let size = |column: &str| &table[*name][column];
        format!(r#""{name}":{{"raw":{},"gzip":{},"brotli":{}}}"#, size("raw"), size("gzip"), size("brotli"))
    });
    say(format_args!("{{{}}}", sizes.chain(totals).collect::<Vec<_>>().join(",")));
    if !dashboard(place)? {
        broken.push(format!("the dashboard's first load is above {DASHBOARD_LIMIT} bytes"));
    }
    if broken.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    complain(&format!("cargo xtask size: {}; make the code smaller or argue for the budget", broken.join("; ")));
    Ok(ExitCode::FAILURE)
}

/// The config, the first question and the style sheet of one NPS survey, as files, from a real server.
fn reply_parts(place: &Place, folder: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    let mut server = Server::new(place)?;
    let site = server.command(&["site", "create", "--name", "Shop", "--origin", "https://shop.example"])?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let id = text(&site["id"]).context("`bearing site create` printed no id")?;
    let key = text(&site["site_key"]).context("`bearing site create` printed no site_key")?;
    server.command(&["survey", "create", "--site", &id, "--metric", "nps", "--publish"])?;
    server.start()?;
    let mut config = server.get(&format!("/v1/embed/{key}"))?;
    let body = config.as_object_mut().context("the config is not an object")?;
    let tree = body.remove("trees").and_then(|mut trees| trees.get_mut(0).map(Value::take));
    let tree = tree.context("the config carries no first question")?;
    let css = body.remove("css").and_then(|css| text(&css)).context("the config carries no style sheet")?;
    let parts = [("config", config.to_string()), ("first_question", tree.to_string()), ("css", css)];
    let write = |(name, content): (&'static str, String)| {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        Ok((name, path))
    };
    parts.into_iter().map(write).collect()
}

/// Raw, gzip 9 and brotli 11 bytes of each file, as the bundler measures them.
pub(crate) fn measure(place: &Place, files: &[(&str, PathBuf)]) -> Result<Map<String, Value>> {
    let mut bundle = Command::new(place.bundler());
    bundle.arg("measure").args(files.iter().map(|(name, path)| format!("{name}={}", path.display())));
    match serde_json::from_str(&output(bundle, "the bundler; run `cargo xtask build` first,")?)? {
        Value::Object(table) => Ok(table),
        _ => Ok(Map::new()),
    }
}
