//! Every code of the table in docs/API.md, reached by a real request; none is there for show.

use axum::body::Bytes;
use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use bearing_storage::Role;
use serde_json::{Value, json};

use crate::faulty::{Mode, Switch};
use crate::harness::{DAY, Pieces, Reply, Server, Site, answer, shown_at, with};

/// The requests of the intake that may be under way; one more is refused.
const UNDER_WAY: usize = 1_024;
const TOO_MANY: usize = 5;

/// A server whose store fails on demand, with a site and a survey.
struct Place {
    server: Server,
    switch: Switch,
    site: Site,
    survey: String,
}

impl Place {
    async fn new() -> Self {
        let switch = Switch::new();
        let server = Server::start_with(None, |store| switch.around(store)).await;
        let (site, survey) = server.site_with_survey().await;
        Self { server, switch, site, survey }
    }

    async fn sends(&self, bytes: impl Into<axum::body::Body>) -> Reply {
        self.server.post(&self.site.responses()).sends("text/plain", bytes).await
    }

    async fn responds(&self, fields: Value) -> Reply {
        self.sends(with(answer(&self.survey, 9), fields).to_string()).await
    }

    async fn answers(&self, answers: Value) -> Reply {
        self.responds(json!({ "answers": answers })).await
    }

    async fn reads(&self, path: &str) -> Reply {
        self.server.get(path).key(&self.site.read).await
    }

    async fn makes(&self, survey: Value) -> Reply {
        self.server.post("/v1/surveys").key(&self.site.write).json(&survey).await
    }

    async fn failing(&self, mode: Mode, path: &str) -> Reply {
        self.switch.set(mode);
        let reply = self.reads(path).await;
        self.switch.set(Mode::Well);
        reply
    }
}

/// A request that is refused with a code; `None` for a code that this table misses.
async fn provoke(code: Code, place: &Place) -> Option<Reply> {
    let Place { server, site, survey, .. } = place;
    let score = json!({ "question": "score", "value": 9 });
    Some(match code.name {
        "malformed_json" => place.sends("{").await,
        "invalid_utf8" => place.sends(&b"\"\xff\""[..]).await,
        "incomplete_body" => place.sends(Pieces::of([Bytes::from_static(b"{")]).then_breaks().body()).await,
        "malformed_request" => crate::server::raw("nonsense\r\n\r\n").await,
        "head_too_large" => {
            let many: String = (0..101).map(|number| format!("x-{number}: y\r\n")).collect();
            crate::server::raw(&format!("GET /healthz HTTP/1.1\r\n{many}\r\n")).await
        }
        "unauthorized" => server.get("/v1/surveys").await,
        "origin_not_allowed" => server.post(&site.responses()).origin("null").json(&json!([])).await,
        "insufficient_scope" => server.post("/v1/surveys").key(&site.read).json(&json!({ "metric": "nps" })).await,
        "cross_site" => {
            let owner = server.member(&[(site, Role::Owner)]).await;
            server.post("/v1/surveys").header("cookie", &owner).json(&json!({ "metric": "nps" })).await
        }
        "session_required" => server.get("/v1/session").key(&site.admin).await,
        "missing_parameter" => {
            let member = server.member(&[(site, Role::Owner), (&server.site().await, Role::Viewer)]).await;
            server.get("/v1/surveys").session(&member).await
        }
        "too_many_tries" => {
            let member = server.member(&[(site, Role::Viewer)]).await;
            let change = json!({ "password": { "current": "wrong", "new": "lamp chair pencil" } });
            let change = || server.patch("/v1/session").session(&member).json(&change);
            for _ in 0..10 {
                change().await.refused(Code::INVALID_FIELD);
            }
            change().await
        }
        "not_found" => server.get("/nowhere").await,
        "not_yours" => {
            let brought = answer(survey, 9);
            server.post("/v1/responses").key(&site.write).json(&brought).await.ok();
            place.sends(with(brought, json!({ "seq": 1 })).to_string()).await
        }
        "unknown_site" => server.get("/v1/embed/pk_nobody").await,
        "method_not_allowed" => server.delete("/healthz").await,
        "request_timeout" => place.sends(Pieces::of([Bytes::from_static(b"{")]).then_stands_still().body()).await,
        "conflict" => {
            let draft = place.makes(json!({ "metric": "nps" })).await.ok();
            let path = format!("/v1/surveys/{}/pause", draft["id"].as_str().expect("an id"));
            server.post(&path).key(&site.write).await
        }
        "body_too_large" => place.sends(" ".repeat(70_000)).await,
        "response_too_large" => place.responds(json!({ "ignored": "x".repeat(16_384) })).await,
        "unsupported_media_type" => server.post(&site.responses()).sends("text/html", "[]").await,
        "invalid_field" => place.responds(json!({ "seq": "one" })).await,
        "missing_field" => place.sends("{}").await,
        "unknown_field" => place.makes(json!({ "metric": "nps", "colour": "red" })).await,
        "unknown_parameter" => place.reads("/v1/surveys?colour=red").await,
        "invalid_parameter" => place.reads("/v1/surveys?limit=0").await,
        "json_too_deep" => place.sends("[".repeat(17)).await,
        "too_many_items" => place.sends(format!("[{}]", ["1"; 51].join(","))).await,
        "too_many_answers" => place.answers(json!(vec![score; 21])).await,
        "too_many_attributes" => {
            let many: Value = (0..21).map(|number| (format!("a{number}"), json!("x"))).collect();
            place.responds(json!({ "attributes": many })).await
        }
        "invalid_attribute" => place.responds(json!({ "attributes": { "Plan": "pro" } })).await,
        "text_too_long" => place.answers(json!([score, { "question": "why", "text": "x".repeat(4_001) }])).await,
        "invalid_id" => place.responds(json!({ "id": "1" })).await,
        "unknown_survey" => place.responds(json!({ "survey": "sv_nowhere" })).await,
        "unpublished_version" => place.responds(json!({ "version": 2 })).await,
        "survey_closed" => {
            let closed = server.publish(site, shown_at(Instrument::Nps, &["closed"])).await;
            server.post(&format!("/v1/surveys/{closed}/pause")).key(&site.write).await.ok();
            server.pass(9 * DAY);
            place.responds(json!({ "survey": closed })).await
        }
        "unknown_question" => place.answers(json!([{ "question": "gone", "value": 9 }])).await,
        "repeated_question" => place.answers(json!([score, score])).await,
        "missing_score" => place.answers(json!([])).await,
        "out_of_scale" => place.answers(json!([{ "question": "score", "value": 11 }])).await,
        "unknown_choice" => {
            let mut survey = shown_at(Instrument::Nps, &["choice"]);
            survey.questions.push(crate::harness::choices("topics", true, &["a", "b"]));
            let survey = server.publish(site, survey).await;
            let answers = json!([score, { "question": "topics", "choices": ["c"] }]);
            place.responds(json!({ "survey": survey, "answers": answers })).await
        }
        "time_out_of_range" => place.responds(json!({ "answered_at": "2100-01-01T00:00:00Z" })).await,
        "erased" => {
            let response = answer(survey, 9);
            let id = server.answered(site, &response).await;
            server.delete(&format!("/v1/responses/{id}")).key(&site.write).await;
            place.sends(response.to_string()).await
        }
        "mixed_instruments" => {
            for (instrument, score) in [(Instrument::Ces1, 1), (Instrument::Ces2, 7)] {
                let survey = server.publish(site, shown_at(instrument, &["effort"])).await;
                server.answered(site, &answer(&survey, score)).await;
            }
            place.reads("/v1/reports/score?metric=ces").await
        }
        "too_much_to_read" => place.failing(Mode::TooSlow, "/v1/reports/score?metric=nps").await,
        "rate_limited" => {
            let send = || server.post(&site.responses()).from("203.0.113.200").sends("application/json", "[]");
            for _ in 0..120 {
                send().await.ok();
            }
            send().await
        }
        "too_many_streams" => {
            let mut open = Vec::new();
            for _ in 0..1_000 {
                let (head, body) = server.get("/v1/stream").key(&site.read).open().await;
                assert_eq!(head.status, 200);
                open.push(body);
            }
            place.reads("/v1/stream").await
        }
        "internal" => place.failing(Mode::Corrupt, "/v1/surveys").await,
        "overloaded" => overload(place).await,
        "storage_unavailable" => place.failing(Mode::DiskFull, "/readyz").await,
        "shutting_down" => {
            let stopping = Server::start().await;
            stopping.app.health.drain();
            stopping.get("/readyz").await
        }
        _ => return None,
    })
}

/// Sends more than may be under way while the store stands still: the reply to one too many. Who was let in is stored
/// after all.
async fn overload(place: &Place) -> Reply {
    let Place { server, switch, site, survey } = place;
    switch.set(Mode::Stuck);
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..UNDER_WAY + TOO_MANY {
        sent.spawn(server.post(&site.responses()).json(&answer(survey, 9)).into_future());
    }
    // The store stands still, so only who is refused is answered.
    let refused = sent.join_next().await.expect("one is answered").expect("no panic");
    for _ in 1..TOO_MANY {
        sent.join_next().await.expect("one is answered").expect("no panic").refused(Code::OVERLOADED);
    }
    switch.set(Mode::Well);
    let rest = sent.join_all().await;
    // A store that stands still for long is waited for by nobody new, so that on a slow machine fewer are let in.
    let (stored, late): (Vec<Reply>, Vec<Reply>) = rest.into_iter().partition(|reply| reply.status == 200);
    assert!(!stored.is_empty() && stored.len() <= UNDER_WAY, "who was let in is answered: {}", stored.len());
    for reply in late {
        reply.refused(Code::OVERLOADED);
    }
    refused
}

#[tokio::test]
async fn every_code_is_reached_with_its_status_and_the_one_envelope() {
    let place = Place::new().await;
    for code in Code::ALL {
        let reply = provoke(*code, &place).await.unwrap_or_else(|| panic!("this table misses `{}`", code.name));
        reply.refused(*code);
        let body = reply.value();
        let error = body["error"].as_object().expect("an object");
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{body}");
        assert!(error.keys().all(|key| ["code", "message", "field"].contains(&key.as_str())), "{body}");
        assert_eq!(reply.header("content-type"), "application/json", "{}", code.name);
        assert_eq!(reply.header("cache-control"), "no-store", "{}", code.name);
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{}", code.name);
        let wait = reply.header("retry-after");
        assert_eq!(!wait.is_empty(), matches!(code.status, 429 | 503), "{}: {wait}", code.name);
    }
}

#[tokio::test]
async fn codes_are_each_listed_once_and_say_what_to_do() {
    let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        assert!(code.name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')), "{}", code.name);
        assert!(
            [400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 503].contains(&code.status),
            "{}",
            code.name
        );
        assert!(code.meaning.ends_with('.') && !code.meaning.contains('|'), "{}", code.name);
    }
}

#[tokio::test]
async fn a_fault_of_ours_shows_nothing_of_the_inside() {
    let place = Place::new().await;
    for mode in [Mode::Corrupt, Mode::Panics] {
        let reply = place.failing(mode, "/v1/surveys").await;
        reply.refused(Code::INTERNAL);
        for inside in ["sv_secret", "content", "EOF", "secret of the inside", "rs:"] {
            assert!(!reply.text().contains(inside), "{inside} in {}", reply.text());
        }
    }
    // The process lives on.
    place.reads("/v1/surveys").await.ok();
}

#[tokio::test]
async fn an_answer_that_could_not_be_stored_can_be_sent_again() {
    let place = Place::new().await;
    let response = json!([answer(&place.survey, 9)]).to_string();
    place.switch.set(Mode::DiskFull);
    place.sends(response.clone()).await.refused(Code::STORAGE_UNAVAILABLE);
    let events = json!([{ "type": "shown", "survey": place.survey, "version": 1 }]);
    let reply = place.server.post(&place.site.events()).json(&events).await;
    reply.refused(Code::STORAGE_UNAVAILABLE);
    let form = [("id", &*crate::harness::new_id()), ("version", "1"), ("q.score", "9"), ("q.why", "kept")];
    let hosted = place.server.post(&format!("/s/{}", place.survey)).form(&form).await;
    assert_eq!((hosted.status, hosted.header("content-type")), (503, "text/html; charset=utf-8"));
    assert!(!hosted.header("retry-after").is_empty());
    assert!(hosted.text().contains("kept"), "what was typed is there to be sent again");
    assert!(hosted.text().contains("Please send it again in a moment."), "{}", hosted.text());
    place.switch.set(Mode::Well);
    let reply = place.sends(response).await.ok();
    assert_eq!(reply["results"][0]["status"], "stored");
}

#[tokio::test]
async fn request_ids_are_made_here_and_differ() {
    let server = Server::start().await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..3 {
        let reply = server.get("/nowhere").header("x-request-id", "mine").await;
        assert_ne!(reply.header("x-request-id"), "mine", "a caller does not write into our log");
        assert!(seen.insert(reply.header("x-request-id").to_owned()));
    }
}
