//! The limits of one request and one response, each at its border, and bytes that are no request at all.

use axum::body::Bytes;
use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{Pieces, Server, answer, with};

const KIB: usize = 1024;

/// A text made longer by spaces, which JSON allows at its end.
fn padded(text: &str, length: usize) -> String {
    format!("{text}{}", " ".repeat(length - text.len()))
}

#[tokio::test]
async fn a_request_holds_64_kib() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let body = json!([answer(&survey, 9)]).to_string();
    let full = server.post(&site.responses()).sends("text/plain", padded(&body, 64 * KIB)).await;
    assert_eq!(full.status, 200, "{}", full.text());
    let over = server.post(&site.responses()).sends("text/plain", padded(&body, 64 * KIB + 1)).await;
    over.refused(Code::BODY_TOO_LARGE);
    // Announced or not, it is not read to its end.
    let announced =
        server.post(&site.responses()).header("content-length", "999999").sends("text/plain", body.clone()).await;
    announced.refused(Code::BODY_TOO_LARGE);
    let endless = Pieces::of((0..1000).map(|_| Bytes::from_static(&[b' '; KIB])));
    server.post(&site.responses()).sends("text/plain", endless.body()).await.refused(Code::BODY_TOO_LARGE);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn a_body_may_come_in_pieces() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let text = with(answer(&survey, 9), json!({ "attributes": { "name": "𠜎" } })).to_string();
    let pieces = Pieces::of(text.into_bytes().chunks(1).map(Bytes::copy_from_slice).collect::<Vec<_>>());
    let reply = server.post(&site.responses()).sends("application/json", pieces.body()).await.ok();
    assert_eq!(reply["results"][0]["status"], "stored");
}

#[tokio::test]
async fn an_array_holds_50_items() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let items: Vec<Value> = (0..51).map(|_| answer(&survey, 9)).collect();
    server.post(&site.responses()).json(&json!(items)).await.refused(Code::TOO_MANY_ITEMS);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    server.post(&site.responses()).json(&json!(items[..50])).await.ok();
    assert_eq!(server.score(&site, "metric=nps").await["n"], 50);
    let events: Vec<Value> = (0..51).map(|_| json!({ "type": "shown", "survey": survey, "version": 1 })).collect();
    server.post(&site.events()).json(&json!(events)).await.refused(Code::TOO_MANY_ITEMS);
}

#[tokio::test]
async fn one_response_holds_16_kib() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let long = |length: usize| {
        let short = with(answer(&survey, 9), json!({ "ignored": "" }));
        let missing = length - short.to_string().len();
        with(short, json!({ "ignored": "x".repeat(missing) }))
    };
    server.answered(&site, &long(16 * KIB)).await;
    server.post(&site.responses()).json(&long(16 * KIB + 1)).await.refused(Code::RESPONSE_TOO_LARGE);
    let large = long(16 * KIB + 1);
    let reply = server.post(&site.responses()).json(&json!([large, answer(&survey, 9)])).await.ok();
    assert_eq!(reply["results"][0]["status"], "rejected");
    assert_eq!(reply["results"][0]["id"], large["id"]);
    assert_eq!(reply["results"][0]["error"]["code"], "response_too_large");
    assert_eq!(reply["results"][1]["status"], "stored");
}

#[tokio::test]
async fn a_response_holds_20_answers() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let many: Vec<Value> = (0..21).map(|_| json!({ "question": "score", "value": 9 })).collect();
    let reply = server.post(&site.responses()).json(&with(answer(&survey, 9), json!({ "answers": many }))).await;
    assert_eq!(reply.refused(Code::TOO_MANY_ANSWERS), "answers");
}

#[tokio::test]
async fn a_response_holds_20_attributes_of_200_characters() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let attributes = |count: usize| -> Value { (0..count).map(|number| (format!("a{number}"), json!("x"))).collect() };
    let send = async |attributes: Value| {
        server.post(&site.responses()).json(&with(answer(&survey, 9), json!({ "attributes": attributes }))).await
    };
    send(attributes(20)).await.ok();
    assert_eq!(send(attributes(21)).await.refused(Code::TOO_MANY_ATTRIBUTES), "attributes");
    // Characters, not bytes.
    send(json!({ "plan": "𠜎".repeat(200), &"n".repeat(40): "" })).await.ok();
    assert_eq!(send(json!({ "plan": "x".repeat(201) })).await.refused(Code::INVALID_ATTRIBUTE), "attributes.plan");
    for name in ["Plan", "", "a b", "a-b", "é", &"n".repeat(41), "$.x\"'"] {
        let reply = send(json!({ name: "x" })).await;
        assert!(reply.refused(Code::INVALID_ATTRIBUTE).starts_with("attributes."), "{name}");
    }
}

#[tokio::test]
async fn a_text_holds_4000_characters_of_any_size() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let send = async |text: String| {
        let answers = json!([{ "question": "score", "value": 9 }, { "question": "why", "text": text }]);
        let response = with(answer(&survey, 9), json!({ "answers": answers }));
        let reply = server.post(&site.responses()).json(&response).await;
        (reply, response["id"].as_str().expect("an id").to_owned())
    };
    // 4,000 characters of 4 bytes are 16,000 bytes, which 16 KiB still hold.
    let (reply, id) = send("𠜎".repeat(4_000)).await;
    reply.ok();
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!(read["answers"][1]["text"], "𠜎".repeat(4_000));
    let (reply, _) = send("x".repeat(4_001)).await;
    assert_eq!(reply.refused(Code::TEXT_TOO_LONG), "answers[1].text");
    // What is stripped does not count.
    let (reply, _) = send(format!("{}\u{0}\u{7}", "x".repeat(4_000))).await;
    reply.ok();
}

#[tokio::test]
async fn control_characters_are_stripped() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let text = "a\u{0}b\u{1b}[31mc\u{7f}\u{85}\r\nd\te<script>";
    let answers = json!([{ "question": "score", "value": 9 }, { "question": "why", "text": text }]);
    let id = server
        .answered(&site, &with(answer(&survey, 9), json!({ "answers": answers, "attributes": { "plan": "p\u{0}ro" } })))
        .await;
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!(read["answers"][1]["text"], "ab[31mc\nd\te<script>");
    assert_eq!(read["attributes"]["plan"], "pro");
}

#[tokio::test]
async fn json_nests_16_deep() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
        let text = with(answer(&survey, 9), json!({ "ignored": "HERE" })).to_string();
        text.replace("\"HERE\"", &format!("{open}{close}"))
    };
    server.post(&site.responses()).sends("text/plain", nested(16)).await.ok();
    server.post(&site.responses()).sends("text/plain", nested(17)).await.refused(Code::JSON_TOO_DEEP);
    let abyss = "[".repeat(60_000);
    server.post(&site.responses()).sends("text/plain", abyss.clone()).await.refused(Code::JSON_TOO_DEEP);
    server.post(&site.events()).sends("text/plain", abyss).await.refused(Code::JSON_TOO_DEEP);
}

#[tokio::test]
async fn bytes_that_are_no_json_are_refused_whole() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let good = answer(&survey, 9).to_string();
    let cut = good[..good.len() - 1].to_owned();
    for body in ["", "{", "null,", "<html>", "[", &cut, &format!("[{good},]"), &format!("{good}{good}"), "\u{feff}{}"] {
        let reply = server.post(&site.responses()).sends("application/json", body.to_owned()).await;
        reply.refused(Code::MALFORMED_JSON);
    }
    let mut broken = good.into_bytes();
    let place = broken.len() - 3;
    broken[place] = 0xff;
    server.post(&site.responses()).sends("application/json", broken).await.refused(Code::INVALID_UTF8);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
}

#[tokio::test]
async fn a_management_request_holds_1_mib() {
    let server = Server::start().await;
    let site = server.site().await;
    let body = json!({ "metric": "nps" }).to_string();
    let full = server.post("/v1/surveys").key(&site.write).sends("application/json", padded(&body, KIB * KIB)).await;
    assert_eq!(full.status, 201, "{}", full.text());
    let over =
        server.post("/v1/surveys").key(&site.write).sends("application/json", padded(&body, KIB * KIB + 1)).await;
    over.refused(Code::BODY_TOO_LARGE);
    let abyss = format!("{{\"metric\":\"nps\",\"questions\":{}", "[".repeat(100_000));
    let deep = server.post("/v1/surveys").key(&site.write).sends("application/json", abyss).await;
    deep.refused(Code::JSON_TOO_DEEP);
}
