//! Surveys: made, edited, published and paused; versions that never change, and faults that name their place.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{Server, Site, with};

async fn make(server: &Server, site: &Site, body: Value) -> Value {
    let reply = server.post("/v1/surveys").key(&site.write).json(&body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.value()
}

fn id(survey: &Value) -> String {
    survey["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_survey_is_the_standard_one_where_nothing_is_said() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = make(&server, &site, json!({ "metric": "nps" })).await;
    let mut keys: Vec<&str> = survey.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "created_at",
            "default_locale",
            "edited",
            "id",
            "instrument",
            "metric",
            "name",
            "priority",
            "questions",
            "site",
            "state",
            "touchpoints",
            "updated_at",
            "version"
        ]
    );
    assert!(id(&survey).starts_with("sv_"));
    assert_eq!(
        (&survey["site"], &survey["state"], &survey["version"], &survey["edited"]),
        (&json!(site.id), &json!("draft"), &Value::Null, &json!(false))
    );
    assert_eq!(
        (&survey["metric"], &survey["instrument"], &survey["priority"]),
        (&json!("nps"), &json!("nps"), &json!(0))
    );
    assert_eq!((&survey["created_at"], &survey["touchpoints"]), (&json!("2026-11-21T12:00:00.000Z"), &json!([])));
    let questions = survey["questions"].as_array().expect("questions");
    assert_eq!(questions.len(), 2);
    assert_eq!(
        (&questions[0]["id"], &questions[0]["kind"], &questions[1]["id"], &questions[1]["kind"]),
        (&json!("score"), &json!("nps"), &json!("why"), &json!("text"))
    );
    assert_eq!(server.get(&format!("/v1/surveys/{}", id(&survey))).key(&site.read).await.ok(), survey);
    for (body, instrument) in [
        (json!({ "metric": "csat" }), "csat"),
        (json!({ "metric": "ces" }), "ces2"),
        (json!({ "metric": "ces", "instrument": "ces1", "site": site.id }), "ces1"),
    ] {
        assert_eq!(make(&server, &site, body.clone()).await["instrument"], instrument, "{body}");
    }
}

#[tokio::test]
async fn a_survey_is_what_was_said() {
    let server = Server::start().await;
    let site = server.site().await;
    let said = json!({
        "metric": "csat", "name": "After delivery", "touchpoints": ["delivery", "order.v2_a-b"], "priority": -3,
        "default_locale": "pt-BR", "thanks": { "pt-BR": "Obrigado" },
        "questions": [
            { "id": "score", "kind": "csat", "text": { "pt-BR": "Satisfeito?" }, "low": { "pt-BR": "Não" }, "required": true },
            { "id": "why", "kind": "text", "text": { "pt-BR": "Por quê?" }, "required": true, "groups": ["dissatisfied", "neutral"] },
            { "id": "topics", "kind": "choice", "text": { "pt-BR": "O quê?" }, "multiple": true,
              "choices": [{ "id": "speed", "text": { "pt-BR": "Rapidez" } }, { "id": "care", "text": { "pt-BR": "Cuidado" } }] },
        ],
    });
    let survey = make(&server, &site, said.clone()).await;
    assert_eq!(with(survey.clone(), said), survey);
}

#[tokio::test]
async fn whoever_has_not_seen_the_latest_version_publishes_none() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let edit = async |name: &str| {
        let edit = json!({ "name": name });
        server.patch(&format!("/v1/surveys/{survey}")).key(&site.write).json(&edit).await.ok()
    };
    let publish = |query: &str| server.post(&format!("/v1/surveys/{survey}/publish{query}")).key(&site.write);
    edit("One").await;
    publish("?version=0").await.refused(Code::CONFLICT);
    assert_eq!(publish("?version=1").await.ok()["version"], 2);
    edit("Two").await;
    // Somebody else saw what was there before.
    let refused = publish("?version=1").await;
    refused.refused(Code::CONFLICT);
    assert!(refused.text().contains("Version 2"), "{}", refused.text());
    let stored = server.get(&format!("/v1/surveys/{survey}")).key(&site.read).await.ok();
    assert_eq!((&stored["version"], &stored["edited"], &stored["name"]), (&json!(2), &json!(true), &json!("Two")));
    publish("?version=x").await.refused(Code::INVALID_PARAMETER);
    publish("?versions=2").await.refused(Code::UNKNOWN_PARAMETER);
    // Who does not say what was seen publishes whatever is there.
    assert_eq!(publish("").await.ok()["version"], 3);
}

#[tokio::test]
async fn publishing_makes_versions_that_never_change() {
    let server = Server::start().await;
    let site = server.site().await;
    let path = format!("/v1/surveys/{}", id(&make(&server, &site, json!({ "metric": "nps", "name": "First" })).await));
    let act = async |verb: &str| server.post(&format!("{path}/{verb}")).key(&site.write).await;
    let edit = async |body: Value| server.patch(&path).key(&site.write).json(&body).await.ok();
    act("pause").await.refused(Code::CONFLICT);
    server.pass(1_000);
    let published = act("publish").await.ok();
    assert_eq!(
        (&published["state"], &published["version"], &published["edited"]),
        (&json!("published"), &json!(1), &json!(false))
    );
    assert_eq!(published["updated_at"], "2026-11-21T12:00:01.000Z");
    // Publishing what has not changed makes no version.
    assert_eq!(act("publish").await.ok()["version"], 1);
    let edited = edit(json!({ "name": "Second" })).await;
    assert_eq!((&edited["version"], &edited["edited"], &edited["name"]), (&json!(1), &json!(true), &json!("Second")));
    // Taken back, there is nothing to publish.
    assert_eq!(edit(json!({ "name": "First" })).await["edited"], false);
    edit(json!({ "name": "Second", "touchpoints": ["checkout"] })).await;
    server.pass(1_000);
    assert_eq!(act("publish").await.ok()["version"], 2);
    let paused = act("pause").await.ok();
    assert_eq!((&paused["state"], &paused["version"]), (&json!("paused"), &json!(2)));
    act("pause").await.refused(Code::CONFLICT);
    assert_eq!(act("publish").await.ok()["version"], 2, "back as it was");
    let versions = server.get(&format!("{path}/versions")).key(&site.read).await.ok();
    assert_eq!(versions["next_cursor"], Value::Null);
    let items = versions["items"].as_array().expect("items");
    let shown: Vec<_> = items.iter().map(|item| (item["version"].as_u64(), item["name"].as_str())).collect();
    assert_eq!(shown, [(Some(2), Some("Second")), (Some(1), Some("First"))], "the newest first");
    assert_eq!((&items[1]["touchpoints"], &items[1]["published_at"]), (&json!([]), &json!("2026-11-21T12:00:01.000Z")));
}

#[tokio::test]
async fn every_list_of_surveys_comes_in_pages() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(id(&make(&server, &site, json!({ "metric": "nps", "name": format!("Number {number}") })).await));
    }
    for path in ["/v1/surveys", "versions"] {
        let (path, expected): (String, Vec<String>) = match path {
            "versions" => {
                for number in 0..5 {
                    let one = format!("/v1/surveys/{}", made[0]);
                    server.patch(&one).key(&site.write).json(&json!({ "priority": number })).await.ok();
                    server.post(&format!("{one}/publish")).key(&site.write).await.ok();
                }
                (
                    format!("/v1/surveys/{}/versions", made[0]),
                    (1..=5).rev().map(|number: u32| number.to_string()).collect(),
                )
            }
            path => (path.to_owned(), made.clone()),
        };
        for limit in [1, 2, 5, 500] {
            let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let page = server.get(&format!("{path}?limit={limit}{cursor}")).key(&site.read).await.ok();
                let items = page["items"].as_array().expect("items");
                assert!(items.len() <= limit && (pages == 0 || !items.is_empty()));
                seen.extend(
                    items.iter().map(|item| item["id"].as_str().map_or(item["version"].to_string(), str::to_owned)),
                );
                pages += 1;
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, expected, "{path} {limit}");
            assert_eq!(pages, 5usize.div_ceil(limit), "{path} {limit}");
        }
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=x", "limit"),
            ("limit=-1", "limit"),
            ("cursor=nonsense", "cursor"),
        ] {
            let reply = server.get(&format!("{path}?{query}")).key(&site.read).await;
            assert_eq!(reply.refused(Code::INVALID_PARAMETER), field, "{path} {query}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_its_place() {
    let server = Server::start().await;
    let site = server.site().await;
    let score = json!({ "id": "score", "kind": "nps", "text": { "en": "How likely?" } });
    let then = |question: Value| json!({ "questions": [score, question] });
    let text = |id: &str| json!({ "id": id, "kind": "text", "text": { "en": "Why?" } });
    let choice =
        |choices: Value| json!({ "id": "c", "kind": "choice", "text": { "en": "Which?" }, "choices": choices });
    let one = |id: &str| json!({ "id": id, "text": { "en": "One" } });
    let many: Vec<Value> = (0..21).map(|number| text(&format!("q{number}"))).collect();
    let cases = [
        (json!({ "name": "" }), Code::INVALID_FIELD, "name"),
        (json!({ "name": "x".repeat(201) }), Code::INVALID_FIELD, "name"),
        (json!({ "touchpoints": ["Check Out"] }), Code::INVALID_FIELD, "touchpoints"),
        (json!({ "touchpoints": "checkout" }), Code::INVALID_FIELD, "touchpoints"),
        (json!({ "priority": 1.5 }), Code::INVALID_FIELD, "priority"),
        (json!({ "default_locale": "eo" }), Code::INVALID_FIELD, "default_locale"),
        (json!({ "questions": [] }), Code::INVALID_FIELD, "questions"),
        (json!({ "questions": many }), Code::INVALID_FIELD, "questions"),
        (json!({ "questions": [text("why")] }), Code::INVALID_FIELD, "questions[0].kind"),
        (
            json!({ "questions": [{ "id": "score", "kind": "csat", "text": { "en": "?" } }] }),
            Code::INVALID_FIELD,
            "questions[0].kind",
        ),
        (
            then(json!({ "id": "again", "kind": "nps", "text": { "en": "?" } })),
            Code::INVALID_FIELD,
            "questions[1].kind",
        ),
        (then(text("score")), Code::INVALID_FIELD, "questions[1].id"),
        (then(text("Why")), Code::INVALID_FIELD, "questions[1].id"),
        (then(json!({ "id": "why", "kind": "text", "text": {} })), Code::MISSING_FIELD, "questions[1].text"),
        (then(json!({ "id": "why", "kind": "text", "text": { "en": " " } })), Code::INVALID_FIELD, "questions[1].text"),
        (
            then(json!({ "id": "why", "kind": "text", "text": { "english": "x" } })),
            Code::INVALID_FIELD,
            "questions[1].text",
        ),
        (
            then(json!({ "id": "why", "kind": "text", "text": { "en": "x".repeat(501) } })),
            Code::INVALID_FIELD,
            "questions[1].text",
        ),
        (
            then(json!({ "id": "why", "kind": "essay", "text": { "en": "?" } })),
            Code::INVALID_FIELD,
            "questions[1].kind",
        ),
        (then(json!({ "kind": "text", "text": { "en": "?" } })), Code::MISSING_FIELD, "questions[1].id"),
        (then(with(text("why"), json!({ "groups": ["easy"] }))), Code::INVALID_FIELD, "questions[1].groups"),
        (
            then(with(text("why"), json!({ "choices": [one("a"), one("b")] }))),
            Code::INVALID_FIELD,
            "questions[1].choices",
        ),
        (then(with(text("why"), json!({ "colour": "red" }))), Code::UNKNOWN_FIELD, "questions[1].colour"),
        (then(choice(json!([one("a")]))), Code::INVALID_FIELD, "questions[1].choices"),
        (then(choice(json!([one("a"), one("a")]))), Code::INVALID_FIELD, "questions[1].choices[1].id"),
        (then(choice(json!([one("a"), one("B")]))), Code::INVALID_FIELD, "questions[1].choices[1].id"),
        (
            then(choice(json!([one("a"), { "id": "b", "text": {} }]))),
            Code::MISSING_FIELD,
            "questions[1].choices[1].text",
        ),
        (json!({ "thanks": { "en": "" } }), Code::INVALID_FIELD, "thanks"),
    ];
    let path = format!("/v1/surveys/{}", id(&make(&server, &site, json!({ "metric": "nps" })).await));
    let before = server.get(&path).key(&site.read).await.ok();
    for (body, code, field) in cases {
        let edited = server.patch(&path).key(&site.write).json(&body).await;
        assert_eq!(edited.refused(code), field, "edit: {body}");
        let made =
            server.post("/v1/surveys").key(&site.write).json(&with(body.clone(), json!({ "metric": "nps" }))).await;
        assert_eq!(made.refused(code), field, "make: {body}");
    }
    for (body, code, field) in [
        (json!({}), Code::MISSING_FIELD, "metric"),
        (json!({ "metric": "wow" }), Code::INVALID_FIELD, "metric"),
        (json!({ "metric": "nps", "instrument": "csat" }), Code::INVALID_FIELD, "instrument"),
        (json!({ "metric": "nps", "state": "published" }), Code::UNKNOWN_FIELD, "state"),
    ] {
        let made = server.post("/v1/surveys").key(&site.write).json(&body).await;
        assert_eq!(made.refused(code), field, "make: {body}");
    }
    // What a survey measures never changes.
    for body in [json!({ "metric": "csat" }), json!({ "instrument": "csat" })] {
        server.patch(&path).key(&site.write).json(&body).await.refused(Code::UNKNOWN_FIELD);
    }
    assert_eq!(server.get(&path).key(&site.read).await.ok(), before);
}
