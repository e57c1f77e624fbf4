//! What the loader reads: the config, its language and its trees, and single first questions.

use std::collections::BTreeMap;
use std::io::Read;

use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use bearing_shared::look::{Ending, Link, Position, Style};
use bearing_shared::metric::Group;
use bearing_shared::survey::Survey;
use bearing_shared::text::LocalText;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, choices, make_site, nps, publish_in, shown_at};

fn names(list: &Value, key: &str) -> Vec<String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| item[key].as_str().expect("a text").to_owned()).collect()
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn the_config_holds_rules_texts_and_trees() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = shown_at(Instrument::Nps, &["checkout"]);
    survey.questions[1].groups = vec![Group::Detractors, Group::Promoters];
    survey.questions[1].required = true;
    survey.questions.push(choices("topics", true, &["speed", "price"]));
    survey.thanks = LocalText::one("en", "Cheers!");
    let id = server.publish(&site, survey).await;
    let config = server.get(&format!("{}?locale=en&touchpoint=checkout", site.config())).await.ok();
    assert_eq!(
        (&config["v"], &config["site"], &config["locale"], &config["dir"]),
        (&json!(1), &json!(site.key), &json!("en"), &json!("ltr"))
    );
    let said = [
        "back",
        "choose",
        "close",
        "declined",
        "label",
        "more",
        "next",
        "optional",
        "required",
        "send",
        "step",
        "thanks",
        "withdrawn",
    ];
    assert_eq!(keys(&config["ui"]), said);
    assert!(config["build"].is_null() || keys(&config["build"]) == ["js", "wasm"]);
    assert_eq!(
        config["surveys"],
        json!([{
            "id": id, "version": 1, "metric": "nps", "touchpoints": ["checkout"], "thanks": "Cheers!",
            "questions": [
                { "id": "score", "kind": "nps" },
                { "id": "why", "kind": "text", "text": "What is the main reason for your score?", "required": true, "after": [[0, 6], [9, 10]] },
                { "id": "topics", "kind": "choice", "text": "About topics?", "choices": [["speed", "The speed"], ["price", "The price"]], "multiple": true },
            ],
        }])
    );
    let tree = &config["trees"][0];
    assert_eq!(keys(tree), ["locale", "root", "survey", "v", "version"]);
    assert_eq!(
        (&tree["v"], &tree["survey"], &tree["version"], &tree["locale"]),
        (&json!(1), &json!(id), &json!(1), &json!("en"))
    );
    assert!(tree["root"].is_array() && tree["root"].to_string().contains("How likely are you to recommend us"));
}

#[tokio::test]
async fn a_site_without_surveys_has_an_empty_config() {
    let server = Server::start().await;
    let site = server.site().await;
    server.post("/v1/surveys").key(&site.write).json(&json!({ "metric": "nps" })).await.ok();
    let config = server.get(&format!("{}?locale=nl", site.config())).await.ok();
    assert_eq!(config["surveys"], json!([]), "a draft is not shown");
    assert!(config.get("trees").is_none() && config.get("css").is_none(), "nothing to draw");
    assert_eq!(config["locale"], "nl");
}

#[tokio::test]
async fn a_config_is_kept_for_a_minute_and_asked_for_by_its_tag() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let reply = server.get(&site.config()).await;
    assert_eq!(reply.header("cache-control"), "public, max-age=60");
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(reply.header("vary").to_lowercase().contains("accept-encoding"));
    let tag = reply.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10, "{tag}");
    for sent in [tag.clone(), format!("W/{tag}"), format!("\"old\", {tag}")] {
        let same = server.get(&site.config()).header("if-none-match", &sent).await;
        assert_eq!((same.status, same.body.len()), (304, 0), "{sent}");
        assert_eq!((same.header("etag"), same.header("cache-control")), (&*tag, "public, max-age=60"));
    }
    assert_eq!(server.get(&site.config()).header("if-none-match", "\"old\"").await.status, 200);
    let path = format!("/v1/surveys/{survey}");
    server.patch(&path).key(&site.write).json(&json!({ "thanks": { "en": "Cheers!" } })).await.ok();
    assert_eq!(server.get(&site.config()).header("if-none-match", &tag).await.status, 304, "an edit is not shown yet");
    server.post(&format!("{path}/publish")).key(&site.write).await.ok();
    let changed = server.get(&site.config()).header("if-none-match", &tag).await;
    assert_eq!((changed.status, &changed.value()["surveys"][0]["version"]), (200, &json!(2)));
}

#[tokio::test]
async fn a_config_is_compressed_for_those_who_take_it() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for path in [site.config(), format!("{}/first/{survey}/1", site.config())] {
        let plain = server.get(&path).await;
        assert_eq!(plain.header("content-encoding"), "");
        for (accepted, encoding) in
            [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", ""), ("", "")]
        {
            let reply = server.get(&path).header("accept-encoding", accepted).await;
            assert_eq!(reply.header("content-encoding"), encoding, "{accepted}");
            let mut body = Vec::new();
            match encoding {
                "br" => brotli::BrotliDecompress(&mut reply.body.as_ref(), &mut body).expect("is brotli"),
                "gzip" => {
                    flate2::read::GzDecoder::new(reply.body.as_ref()).read_to_end(&mut body).expect("is gzip");
                }
                _ => body.extend_from_slice(&reply.body),
            }
            assert_eq!(body, plain.body, "{accepted}");
            assert!(encoding.is_empty() || reply.body.len() < plain.body.len());
        }
    }
}

#[tokio::test]
async fn a_reader_gets_the_nearest_language() {
    let server = Server::start().await;
    let (site, _) = server.site_with_survey().await;
    for (asked, locale, dir, close) in [
        ("nl", "nl", "ltr", "Sluiten"),
        ("nl-NL", "nl", "ltr", "Sluiten"),
        ("NL-be", "nl", "ltr", "Sluiten"),
        ("de-AT", "de", "ltr", "Schließen"),
        ("ar-EG", "ar", "rtl", "إغلاق"),
        ("fr-CA", "fr", "ltr", "Fermer"),
        ("iw", "he", "rtl", "סגירה"),
        ("no-NO", "nb", "ltr", "Lukk"),
        ("pt-BR", "pt-BR", "ltr", "Fechar"),
        ("zh-TW", "zh-Hant", "ltr", "關閉"),
        ("hr", "en", "ltr", "Close"),
        ("", "en", "ltr", "Close"),
        ("../../etc", "en", "ltr", "Close"),
    ] {
        let config = server.get(&format!("{}?locale={asked}", site.config())).await.ok();
        assert_eq!(
            (&config["locale"], &config["dir"], &config["ui"]["close"]),
            (&json!(locale), &json!(dir), &json!(close)),
            "{asked}"
        );
        assert_eq!(config["trees"][0]["locale"], locale, "{asked}");
    }
}

/// The config in a script, as the loader reads it: out of a text in single quotes.
fn within(script: &str) -> Option<Value> {
    let (_, rest) = script.split_once(r#"'{"for":"#)?;
    let mut text = String::from(r#"{"for":"#);
    let mut signs = rest.chars();
    loop {
        match signs.next()? {
            '\'' => return serde_json::from_str(&text).ok(),
            '\\' => text.extend(signs.next()),
            sign => text.push(sign),
        }
    }
}

#[tokio::test]
async fn a_script_that_is_asked_for_with_its_site_carries_the_config() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = nps();
    survey.thanks = LocalText::one("en", "It's \\ “so” '\n\u{2028}𝒪 </script>");
    server.publish(&site, survey).await;
    let key = site.config().rsplit('/').next().map(str::to_owned).expect("a key");
    let plain = server.get("/bearing.js").await;
    if plain.status == 404 {
        // A tree without `dist`: `cargo xtask test` builds first.
        return;
    }
    for (query, sent, locale, readers) in [
        ("", "de-AT,de;q=0.9,en;q=0.8", "de", "de"),
        ("", "hr,fr;q=0.5", "fr", "fr"),
        ("", "", "en", "en"),
        ("&locale=nl-BE", "de", "nl", ".*"),
        ("&locale=pt-AO", "de", "pt", ".*"),
        ("&locale=&touchpoint=checkout", "zh-HK", "zh-Hant", "zh-(hant|hk|mo|tw)"),
        ("", "pt-PT,en", "pt", "pt(?!-(br))"),
    ] {
        let path = format!("/bearing.js?site={key}{query}");
        let script = server.get(&path).header("accept-language", sent).await;
        assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"), "{path}");
        assert_eq!(script.header("cache-control"), "public, max-age=60");
        let varies = !query.contains("locale=n") && !query.contains("locale=p");
        let vary = if varies { "accept-encoding, accept-language" } else { "accept-encoding" };
        assert_eq!(script.header("vary"), vary, "{path}");
        let mut config = within(&script.text()).unwrap_or_else(|| panic!("{path}: no config in {}", script.text()));
        assert_eq!(
            config.as_object_mut().and_then(|object| object.remove("for")),
            Some(json!(readers)),
            "{path} {sent}"
        );
        let asked = server.get(&format!("{}?locale={locale}&touchpoint=checkout", site.config())).await.ok();
        assert!(config == asked, "{path} {sent}: another config than that for {locale}");
        let again =
            server.get(&path).header("accept-language", sent).header("if-none-match", script.header("etag")).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    let unknown = server.get("/bearing.js?site=pk_nobody").await;
    assert_eq!(unknown.body, plain.body, "the loader asks, and tells the page what the reply was");
}

#[tokio::test]
async fn a_survey_in_one_language_is_shown_in_it() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut dutch = nps();
    dutch.default_locale = "nl".into();
    for question in &mut dutch.questions {
        for text in [&mut question.text, &mut question.low, &mut question.high] {
            text.0.retain(|locale, _| locale == "nl");
        }
    }
    server.publish(&site, dutch).await;
    let config = server.get(&format!("{}?locale=en-GB", site.config())).await.ok();
    assert_eq!((&config["locale"], &config["ui"]["close"]), (&json!("nl"), &json!("Sluiten")));
    assert!(config["trees"][0]["root"].to_string().contains("aanbeveelt"));
}

#[tokio::test]
async fn a_touchpoint_gets_the_trees_that_may_be_due_there() {
    let server = Server::start().await;
    let site = server.site().await;
    let checkout = server.publish(&site, shown_at(Instrument::Ces2, &["checkout"])).await;
    server.pass(1);
    let anywhere = server.publish(&site, nps()).await;
    for (asked, trees) in [
        ("?touchpoint=checkout", vec![&checkout, &anywhere]),
        ("?touchpoint=delivery", vec![&anywhere]),
        ("?touchpoint=", vec![&anywhere]),
        ("", vec![&anywhere]),
        ("?unknown=1&touchpoint=checkout&locale=nl", vec![&checkout, &anywhere]),
    ] {
        let config = server.get(&format!("{}{asked}", site.config())).await.ok();
        assert_eq!(names(&config["trees"], "survey"), trees.into_iter().cloned().collect::<Vec<_>>(), "{asked}");
        assert_eq!(names(&config["surveys"], "id"), [&*checkout, &*anywhere], "all rules are there");
    }
}

#[tokio::test]
async fn at_most_two_trees_come_along_the_lower_priority_number_then_the_older_first() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut ids = Vec::new();
    for priority in [0, 5, 0, -1] {
        server.pass(1_000);
        ids.push(server.publish(&site, Survey { priority, ..nps() }).await);
    }
    let config = server.get(&site.config()).await.ok();
    let order: Vec<String> = [3, 0, 2, 1].map(|place: usize| ids[place].clone()).into();
    assert_eq!(names(&config["surveys"], "id"), order);
    assert_eq!(names(&config["trees"], "survey"), order[..2]);
    assert!(config["surveys"][0].get("priority").is_none(), "the order says it");
    server.post(&format!("/v1/surveys/{}/pause", ids[3])).key(&site.write).await.ok();
    let config = server.get(&site.config()).await.ok();
    assert_eq!(names(&config["trees"], "survey"), order[1..3], "a paused survey is not shown");
}

#[tokio::test]
async fn a_first_question_can_be_had_alone_in_every_published_version() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let first = |version: &str, locale: &str| format!("{}/first/{survey}/{version}?locale={locale}", site.config());
    let path = format!("/v1/surveys/{survey}");
    let content = server.get(&path).key(&site.read).await.ok();
    let mut questions = content["questions"].clone();
    questions[0]["text"]["en"] = json!("Anew?");
    server.patch(&path).key(&site.write).json(&json!({ "questions": questions })).await.ok();
    assert_eq!(server.get(&first("2", "en")).await.refused(Code::NOT_FOUND), "");
    server.post(&format!("{path}/publish")).key(&site.write).await.ok();
    let new = server.get(&first("2", "en")).await;
    assert!(new.ok()["root"].to_string().contains("Anew?"));
    assert_eq!((new.header("cache-control"), new.header("content-type")), ("public, max-age=60", "application/json"));
    assert_eq!(server.get(&first("2", "en")).header("if-none-match", new.header("etag")).await.status, 304);
    let old = server.get(&first("1", "nl-NL")).await.ok();
    assert_eq!(keys(&old), ["css", "locale", "root", "survey", "v", "version"]);
    assert_eq!((&old["v"], &old["version"], &old["locale"]), (&json!(1), &json!(1), &json!("nl")));
    assert!(old["root"].to_string().contains("aanbeveelt"));
    // Pages stay open for days: their trees outlive a pause.
    server.post(&format!("{path}/pause")).key(&site.write).await.ok();
    server.pass(30 * DAY);
    server.get(&first("1", "en")).await.ok();
    for wrong in ["0", "3", "x", "-1", "99999999999", "%ff"] {
        server.get(&first(wrong, "en")).await.refused(Code::NOT_FOUND);
    }
    let (elsewhere, _) = server.site_with_survey().await;
    server.get(&format!("{}/first/{survey}/1", elsewhere.config())).await.refused(Code::NOT_FOUND);
}

#[tokio::test]
async fn what_another_process_made_is_found_at_once() {
    let server = Server::start().await;
    let (site, _) = server.site_with_survey().await;
    server.get(&site.config()).await.ok();
    let commands = server.other_process().await;
    let survey = publish_in(commands.as_ref(), &site, nps(), 0).await;
    server.get(&format!("{}/first/{survey}/1", site.config())).await.ok();
    let config = server.get(&site.config()).await.ok();
    assert_eq!(names(&config["surveys"], "id").len(), 2);
    let new_site = make_site(commands.as_ref(), |_| {}).await;
    server.get(&new_site.config()).await.ok();
    server.get("/v1/surveys").key(&new_site.read).await.ok();
    server.get("/v1/embed/pk_nobody").await.refused(Code::UNKNOWN_SITE);
}

#[tokio::test]
async fn what_another_process_changed_is_seen_within_a_second() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    server.get(&site.config()).await.ok();
    let commands = server.other_process().await;
    let (id, key) = (site.id.as_str().into(), survey.as_str().into());
    assert!(commands.pause_survey(&id, &key, 0).await.expect("the store answers"));
    let begun = std::time::Instant::now();
    while server.get(&site.config()).await.ok()["surveys"] != json!([]) {
        // A second is promised; machines that test are busy.
        assert!(begun.elapsed().as_millis() < 2_000, "a paused survey is still shown");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn odd_queries_do_no_harm() {
    let server = Server::start().await;
    let (site, _) = server.site_with_survey().await;
    for query in [
        "locale=nl&locale=de",
        "locale=%ff",
        "touchpoint=%00&touchpoint",
        "&&==",
        "locale[]=nl",
        "x".repeat(2_000).as_str(),
    ] {
        let reply = server.get(&format!("{}?{query}", site.config())).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text());
    }
}

#[tokio::test]
async fn the_config_carries_looks_and_endings_only_where_they_are_set() {
    let server = Server::start().await;
    let site = server.site().await;
    let plain = server.publish(&site, nps()).await;
    let mut survey = Survey::standard("Stars", Instrument::Csat);
    survey.questions[0].style = Style::Stars;
    survey.look.position = Position::Bar;
    survey.endings = vec![Ending {
        groups: vec![Group::Satisfied, Group::Dissatisfied],
        text: LocalText(BTreeMap::from([("en".into(), "Great!".into()), ("nl".into(), "Mooi!".into())])),
        link: Some(Link { url: "https://reviews.example".into(), text: LocalText::one("en", "Review us") }),
    }];
    server.pass(1);
    let looks = server.publish(&site, survey).await;
    let config = server.get(&format!("{}?locale=nl", site.config())).await.ok();
    assert_eq!(names(&config["surveys"], "id"), [&*plain, &*looks]);
    for absent in ["position", "endings"] {
        assert!(config["surveys"][0].get(absent).is_none(), "{absent}");
    }
    for absent in ["privacy", "scheme"] {
        assert!(config.get(absent).is_none(), "{absent}");
    }
    assert_eq!(config["surveys"][1]["position"], "bar");
    assert_eq!(
        config["surveys"][1]["endings"],
        json!([{ "after": [[4, 5], [1, 2]], "text": "Mooi!", "link": { "url": "https://reviews.example", "text": "Review us" } }])
    );
    assert!(config["trees"][1]["root"].to_string().contains("scale stars"));
}

#[tokio::test]
async fn the_foot_and_the_theme_follow_the_sites_settings_at_once() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = server.publish(&site, nps()).await;
    let first = format!("{}/first/{survey}/1?locale=en", site.config());
    for path in [site.config(), first.clone()] {
        assert!(server.get(&path).await.text().contains("Your answer is read by Shop."), "{path}");
    }
    let settings = format!("/v1/sites/{}", site.id);
    let change = json!({
        "name": "Noordlicht \"&\" Co", "privacy_url": "https://shop.example/privacy",
        "theme": { "scheme": "dark", "radius": 4, "font": "Inter, sans-serif", "dark": { "accent": "#fc9" } },
    });
    server.patch(&settings).key(&site.admin).json(&change).await.ok();
    let config = server.get(&site.config()).await.ok();
    assert_eq!((&config["privacy"], &config["scheme"]), (&json!("https://shop.example/privacy"), &json!("dark")));
    let alone = server.get(&first).await.ok();
    for (root, css) in [(&config["trees"][0]["root"], &config["css"]), (&alone["root"], &alone["css"])] {
        let root = root.to_string();
        assert!(root.contains(r#"Your answer is read by Noordlicht \"&\" Co. "#), "{root}");
        assert!(
            root.contains(
                r#"["a",{"href":"https://shop.example/privacy","rel":"noopener noreferrer","target":"_blank"}"#
            ),
            "{root}"
        );
        let theme = ":host{--bearing-font:Inter,sans-serif;--bearing-radius:4px}\
                     :host{--bearing-accent:#ffcc99;--bearing-on-accent:#000000}";
        assert!(css.as_str().is_some_and(|css| css.ends_with(theme)), "{css}");
    }
    server.patch(&settings).key(&site.admin).json(&json!({ "privacy_url": "", "theme": {} })).await.ok();
    let config = server.get(&site.config()).await.ok();
    assert!(config.get("privacy").is_none() && config.get("scheme").is_none());
    assert!(!config["trees"][0]["root"].to_string().contains("href"));
}
