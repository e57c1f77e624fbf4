//! The live stream from outside: who hears what, for how long, and from which server.

use std::time::Duration;

use axum::body::Body;
use bearing_shared::fault::Code;
use bearing_shared::id::SiteId;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::{NOW, Reply, Server, Site, answer, with};

/// A live stream that is being read.
pub(crate) struct Stream {
    head: Reply,
    body: Body,
}

impl Stream {
    /// The next frame; none at the end.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let frame = self.body.frame().await?.expect("the stream is whole").into_data().expect("is data");
        Some(String::from_utf8(frame.to_vec()).expect("is UTF-8"))
    }

    /// The next frame past news of anything: where servers tell each other, one says so whenever its line to them is made.
    async fn beat(&mut self) -> Option<String> {
        loop {
            let frame = self.next().await;
            if frame.as_deref() != Some("event: score.changed\ndata: {}\n\n") {
                return frame;
            }
        }
    }

    /// The next event, past what is only said to keep the line: its name and data.
    pub(crate) async fn event(&mut self) -> (String, Value) {
        loop {
            let frame = self.next().await.expect("the stream goes on");
            let Some((name, data)) = frame.strip_prefix("event: ").and_then(|rest| rest.split_once("\ndata: ")) else {
                continue;
            };
            return (name.to_owned(), serde_json::from_str(data.trim_end()).expect("is JSON"));
        }
    }
}

async fn open(server: &Server, site: &Site) -> Stream {
    open_as(server, &site.read).await
}

/// The stream that this secret opens.
pub(crate) async fn open_as(server: &Server, secret: &str) -> Stream {
    let (head, body) = server.get("/v1/stream").key(secret).open().await;
    let mut stream = Stream { head, body };
    assert_eq!(stream.head.status, 200);
    let greeting = stream.next().await.expect("a greeting");
    assert!(greeting.starts_with("retry: ") && greeting.ends_with("\n: connected\n\n"), "{greeting}");
    stream
}

fn changed(survey: &str, touchpoint: &str) -> (String, Value) {
    ("score.changed".into(), json!({ "metric": "nps", "survey": survey, "touchpoint": touchpoint }))
}

fn anything() -> (String, Value) {
    ("score.changed".into(), json!({}))
}

#[tokio::test]
async fn a_stored_answer_is_told_without_its_words_and_without_its_customer() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let mut stream = open(&server, &site).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
        ("content-encoding", ""),
    ] {
        assert_eq!(stream.head.header(name), value, "{name}");
    }
    let answers = json!([{ "question": "score", "value": 3 }, { "question": "why", "text": "secret words" }]);
    let respondent = json!({ "customer": "c-1", "visitor": "v-1" });
    let sent = json!({ "answers": answers, "respondent": respondent, "touchpoint": "checkout" });
    let sent = with(answer(&survey, 3), sent);
    let id = server.answered(&site, &sent).await;
    let expected = json!({
        "id": id, "seq": 0, "survey": survey, "metric": "nps", "touchpoint": "checkout", "score": 3,
        "state": "counted", "has_comment": true, "received_at": NOW,
    });
    assert_eq!(stream.event().await, ("response.stored".into(), expected));
    assert_eq!(stream.event().await, changed(&survey, "checkout"));
}

#[tokio::test]
async fn later_editions_are_told_and_tests_change_no_score() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let mut stream = open(&server, &site).await;
    let first = with(answer(&survey, 9), json!({ "test": true }));
    server.answered(&site, &first).await;
    let (name, data) = stream.event().await;
    assert_eq!((&*name, &data["state"], &data["seq"]), ("response.stored", &json!("test"), &json!(0)));
    let second = with(first, json!({ "seq": 1 }));
    server.post(&site.responses()).json(&second).await.ok();
    // The same once more changes nothing, and another test is told next: no score has changed between them.
    server.post(&site.responses()).json(&second).await.ok();
    let (name, data) = stream.event().await;
    assert_eq!((&*name, &data["seq"]), ("response.stored", &json!(1)));
    let third = with(answer(&survey, 9), json!({ "test": true }));
    server.answered(&site, &third).await;
    let (name, data) = stream.event().await;
    assert_eq!((&*name, &data["id"]), ("response.stored", &third["id"]));
}

#[tokio::test]
async fn what_is_taken_away_is_told_as_anything() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let one = server.answered(&site, &answer(&survey, 9)).await;
    let mut stream = open(&server, &site).await;
    assert_eq!(server.delete(&format!("/v1/responses/{one}")).key(&site.write).await.status, 204);
    assert_eq!(stream.event().await, anything());
    let mut stream = open(&server, &site).await;
    server.post("/v1/respondents/erase").key(&site.write).json(&json!({ "customer": "c-1" })).await.ok();
    assert_eq!(timeout(Duration::from_secs(5), stream.event()).await, Ok(anything()), "a second later at most");
}

#[tokio::test]
async fn nobody_hears_of_another_site() {
    let server = Server::start().await;
    let (ours, our_survey) = server.site_with_survey().await;
    let (theirs, their_survey) = server.site_with_survey().await;
    let mut stream = open(&server, &ours).await;
    server.answered(&theirs, &answer(&their_survey, 0)).await;
    let id = server.answered(&ours, &answer(&our_survey, 9)).await;
    let (name, data) = stream.event().await;
    assert_eq!((&*name, &data["id"]), ("response.stored", &json!(id)));
    let elsewhere = server.get(&format!("/v1/stream?site={}", theirs.id)).key(&ours.read).await;
    elsewhere.refused(Code::NOT_FOUND);
}

/// Lets the time of a beat pass in no time, outside of everything that waits for the store.
pub(crate) async fn beat() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(15)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_quiet_stream_beats_and_ends_soon_after_its_key_has() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut stream = open(&server, &site).await;
    for _ in 0..4 {
        beat().await;
        assert_eq!(stream.beat().await.as_deref(), Some(":\n\n"));
    }
    assert!(server.app.store.delete_site(&SiteId::from(site.id.as_str())).await.expect("the store answers"));
    server.app.directory.refresh().await.expect("the store answers");
    beat().await;
    assert_eq!(stream.beat().await.as_deref(), Some(":\n\n"), "it is asked every other time");
    beat().await;
    assert_eq!(stream.beat().await, None);
}

#[tokio::test]
async fn no_stream_lasts_longer_than_half_an_hour() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut stream = open(&server, &site).await;
    let mut beats = 0;
    loop {
        beat().await;
        match stream.beat().await {
            Some(_) => beats += 1,
            None => break,
        }
    }
    assert_eq!(beats, 119, "the end is in the place of the last");
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams_and_opens_none() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut stream = open(&server, &site).await;
    server.app.live.close();
    assert_eq!(stream.next().await, None);
    server.get("/v1/stream").key(&site.read).await.refused(Code::SHUTTING_DOWN);
}

#[tokio::test]
async fn streams_are_counted() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let mut stream = open(&server, &site).await;
    server.answered(&site, &answer(&survey, 9)).await;
    stream.event().await;
    stream.event().await;
    let text = server.get("/metrics").await.text();
    assert!(text.contains("bearing_streams_open 1\n"), "{text}");
    assert!(text.contains("bearing_stream_events_total 2\n"), "{text}");
    drop(stream);
    assert!(server.get("/metrics").await.text().contains("bearing_streams_open 0\n"));
}

#[tokio::test]
async fn what_one_server_stores_the_listeners_of_another_hear() {
    let server = Server::start().await;
    // A file has one server, and the cases above are about that.
    if !server.app.store.is_shared() {
        return;
    }
    let (site, survey) = server.site_with_survey().await;
    let other = server.beside().await;
    let mut stream = open(&other, &site).await;
    // Until the line between them is there: what nobody can read is heard as anything.
    while timeout(Duration::from_millis(100), stream.event()).await.is_err() {
        server.app.store.say("?").await.expect("the database answers");
    }
    let id = server.answered(&site, &with(answer(&survey, 9), json!({ "touchpoint": "till" }))).await;
    let stored = loop {
        let event = stream.event().await;
        if event != anything() {
            break event;
        }
    };
    assert_eq!((&*stored.0, &stored.1["id"]), ("response.stored", &json!(id)));
    while stream.event().await != changed(&survey, "till") {}
}

#[tokio::test]
async fn a_state_that_a_member_gives_is_told_and_a_mark_is_not() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let id = server.answered(&site, &answer(&survey, 9)).await;
    let mut stream = open(&server, &site).await;
    let path = format!("/v1/responses/{id}");
    for change in [json!({ "read": true, "tags": ["late"] }), json!({ "state": "excluded" })] {
        server.patch(&path).key(&site.write).json(&change).await.ok();
    }
    let (name, data) = stream.event().await;
    assert_eq!((&*name, &data["id"], &data["state"]), ("response.stored", &json!(id), &json!("excluded")));
    assert_eq!(stream.event().await, changed(&survey, ""));
    server.patch(&path).key(&site.write).json(&json!({ "state": "counted" })).await.ok();
    let (name, data) = stream.event().await;
    assert_eq!((&*name, &data["state"]), ("response.stored", &json!("counted")));
    assert_eq!(timeout(Duration::from_secs(5), stream.event()).await, Ok(changed(&survey, "")));
}

#[tokio::test]
async fn an_edition_of_what_a_member_took_out_is_not_told_as_counted() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let first = answer(&survey, 9);
    let id = server.answered(&site, &first).await;
    let excluded = json!({ "state": "excluded" });
    server.patch(&format!("/v1/responses/{id}")).key(&site.write).json(&excluded).await.ok();
    let mut stream = open(&server, &site).await;
    let reply = server.post(&site.responses()).json(&with(first, json!({ "seq": 1 }))).await.ok();
    assert_eq!(reply["results"][0]["status"], "updated");
    assert_eq!(stream.event().await, anything());
}
