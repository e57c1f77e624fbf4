//! Erased is gone: after it no byte of the customer is left in any file of the store, nor in a fresh export.

use std::fs;
use std::path::{Path, PathBuf};

use bearing_shared::fault::Code;
use bearing_shared::id::ResponseId;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, Site, answer, dimension, with};

/// What nobody but one customer said: no file may hold any of it afterwards, in any case of the letters.
const THEIRS: [&str; 9] = [
    "customer-zebra-4711",
    "v_zebravisitor",
    "the zebra parcel was late",
    "zebra-plan",
    "zebra-country",
    "zebra-undeclared",
    "/zebra-page",
    "zebra-referrer",
    "zebra title",
];

fn theirs(survey: &str) -> Value {
    // Long enough to lie on pages of its own.
    let comment = "the zebra parcel was late ".repeat(150);
    with(
        answer(survey, 3),
        json!({
            "answers": [{ "question": "score", "value": 3 }, { "question": "why", "text": comment.trim() }],
            "respondent": { "customer": "customer-zebra-4711", "visitor": "v_zebravisitor" },
            "attributes": { "plan": "zebra-plan", "country": "zebra-country", "note": "zebra-undeclared" },
            "context": { "url": "https://shop.example/zebra-page", "referrer": "https://zebra-referrer.example/",
                "title": "A zebra title" },
        }),
    )
}

fn others(survey: &str, number: usize) -> Value {
    with(
        answer(survey, 9),
        json!({
            "answers": [{ "question": "score", "value": 9 }, { "question": "why", "text": format!("Lion {number} ").repeat(number % 40) }],
            "respondent": { "customer": format!("customer-lion-{number}"), "visitor": format!("v_lion{number}") },
            "attributes": { "plan": "pro", "country": "NL" },
            "context": { "url": "https://shop.example/lions" },
        }),
    )
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("can be listed").path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// Each of these texts that a file of the folder holds, with the file.
fn leaks(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut leaks = Vec::new();
    for path in files(folder) {
        let Ok(bytes) = fs::read(&path) else { continue };
        let bytes = bytes.to_ascii_lowercase();
        let holds = |text: &&&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        leaks.extend(texts.iter().filter(holds).map(|text| format!("{text} in {}", path.display())));
    }
    leaks
}

/// A site with answers of many, some of the customer's among them, told to a webhook and counted by all they say.
async fn lived(server: &Server) -> (Site, String, Vec<Value>) {
    let site = server
        .site_with(|settings| settings.dimensions = vec![dimension("plan", &["pro"]), dimension("country", &[])])
        .await;
    let survey = server.publish(&site, crate::harness::nps()).await;
    let hook =
        json!({ "url": "https://receiver.invalid/", "events": ["response.stored", "score.low"], "score_max": 5 });
    server.post("/v1/webhooks").key(&site.admin).json(&hook).await.ok();
    let mut sent = Vec::new();
    for part in 0..6 {
        let many: Vec<Value> = (0..60).map(|number| others(&survey, part * 60 + number)).collect();
        server.post("/v1/responses").key(&site.write).json(&json!(many)).await.ok();
        let one = theirs(&survey);
        server.post("/v1/responses").key(&site.write).json(&json!([one])).await.ok();
        sent.push(one);
    }
    // A later edition, a mark, a search, a list and an event leave their traces too.
    let edition = with(sent[0].clone(), json!({ "seq": 1 }));
    server.post("/v1/responses").key(&site.write).json(&json!([edition])).await.ok();
    let path = format!("/v1/responses/{}", sent[1]["id"].as_str().expect("an id"));
    server.patch(&path).key(&site.write).json(&json!({ "read": true, "tags": ["ask back"] })).await.ok();
    server.get("/v1/responses?q=zebra&customer=customer-zebra-4711").key(&site.read).await.ok();
    let happened = json!([{ "type": "shown", "survey": survey, "version": 1, "attributes": { "plan": "zebra-plan" } }]);
    server.post(&site.events()).json(&happened).await.ok();
    (site, survey, sent)
}

/// Checks what the API says once the customer is erased.
async fn is_gone(server: &Server, site: &Site, survey: &str, sent: &[Value]) {
    let erase = json!({ "customer": "customer-zebra-4711" });
    for path in ["/v1/exports/responses.csv?state=all", "/v1/exports/responses.jsonl?state=all"] {
        let export = server.get(path).key(&site.read).await.text().to_lowercase();
        assert!(export.contains("lion") && THEIRS.iter().all(|text| !export.contains(text)), "{path}");
    }
    let held = server.post("/v1/respondents/export").key(&site.write).json(&erase).await.ok();
    assert_eq!(held["responses"], json!([]));
    // A late retry stays refused, of a browser and of the site's own server, today and in a year.
    for _ in 0..2 {
        let late = with(sent[0].clone(), json!({ "seq": 7 }));
        server.post(&site.responses()).json(&late).await.refused(Code::ERASED);
        let reply = server.post("/v1/responses").key(&site.write).json(&json!([sent[1]])).await.ok();
        assert_eq!(reply["results"][0]["error"]["code"], "erased");
        server.pass(365 * DAY);
        bearing::jobs::retention::keep(&server.app).await.expect("the store answers");
    }
    let score = server.score(site, "metric=nps").await;
    assert_eq!((&score["n"], &score["score"]), (&json!(360), &json!(100.0)));
    let counting = server.get(&format!("/v1/sites/{}", site.id)).key(&site.read).await.text();
    assert!(!counting.contains("zebra"), "{counting}");
    let store = &server.app.store;
    assert_eq!(store.check().await.expect("the store answers").problems, Vec::<String>::new());
    store.recount().await.expect("the store answers");
    assert_eq!(server.score(site, "metric=nps").await, score, "recount = running");
    assert_eq!(store.check().await.expect("the store answers").problems, Vec::<String>::new());
    server.get(&format!("/v1/surveys/{survey}")).key(&site.read).await.ok();
}

#[tokio::test]
async fn nothing_is_left_of_what_was_erased() {
    let server = Server::start().await;
    // PostgreSQL's files are searched beside its own vacuum (storage/tests/contract/postgres_erased.rs).
    let folder = server.url().strip_prefix("sqlite:").and_then(|file| Path::new(file).parent()).map(Path::to_owned);
    let (site, survey, sent) = lived(&server).await;
    if let Some(folder) = &folder {
        let before = leaks(folder, &THEIRS);
        for text in THEIRS {
            assert!(before.iter().any(|leak| leak.starts_with(text)), "{text} was there: {before:?}");
        }
    }
    let erase = json!({ "customer": "customer-zebra-4711" });
    let reply = server.post("/v1/respondents/erase").key(&site.write).json(&erase).await.ok();
    assert_eq!(reply, json!({ "erased": 6 }));
    if let Some(folder) = &folder {
        // Nobody reads meanwhile, so that it is done when the reply comes.
        assert_eq!(leaks(folder, &THEIRS), Vec::<String>::new());
        assert!(!leaks(folder, &["customer-lion-7"]).is_empty(), "the others are there");
    }
    is_gone(&server, &site, &survey, &sent).await;
    if let Some(folder) = &folder {
        // What came in vain meanwhile has left nothing either.
        assert_eq!(leaks(folder, &THEIRS), Vec::<String>::new());
    }
}

#[tokio::test]
async fn not_even_its_id_is_left_where_identities_were_looked_for() {
    let server = Server::start().await;
    let Some(folder) = server.url().strip_prefix("sqlite:").and_then(|file| Path::new(file).parent()) else { return };
    let site = server.site_with(|settings| settings.retention.identity_days = Some(30)).await;
    let survey = server.publish(&site, crate::harness::nps()).await;
    let one = theirs(&survey);
    server.post("/v1/responses").key(&site.write).json(&json!([one])).await.ok();
    server.pass(31 * DAY);
    bearing::jobs::retention::keep(&server.app).await.expect("the store answers");
    let text = one["id"].as_str().expect("an id");
    let id = ResponseId::parse(text).expect("an id").0;
    let is_held = || {
        let holds = |path: PathBuf| fs::read(path).is_ok_and(|bytes| bytes.windows(16).any(|part| part == id));
        files(folder).into_iter().any(holds)
    };
    assert!(is_held(), "it was there");
    assert_eq!(server.delete(&format!("/v1/responses/{text}")).key(&site.write).await.status, 204);
    assert!(!is_held());
}

#[tokio::test]
async fn a_single_response_that_is_deleted_or_withdrawn_leaves_nothing_either() {
    let server = Server::start().await;
    let Some(folder) = server.url().strip_prefix("sqlite:").and_then(|file| Path::new(file).parent()) else { return };
    let (site, survey, sent) = lived(&server).await;
    let (withdrawn, deleted) = sent.split_at(3);
    for response in deleted {
        let path = format!("/v1/responses/{}", response["id"].as_str().expect("an id"));
        assert_eq!(server.delete(&path).key(&site.write).await.status, 204);
    }
    for response in withdrawn {
        let end = json!({ "id": response["id"], "survey": survey, "version": 1, "withdrawn": true });
        server.post("/v1/responses").key(&site.write).json(&end).await.ok();
    }
    // Whoever takes an answer back is told so first: the job that looks every few seconds does the rest.
    assert!(server.app.store.scrub().await.expect("the store answers"), "nobody reads");
    assert_eq!(leaks(folder, &THEIRS), Vec::<String>::new());
}
