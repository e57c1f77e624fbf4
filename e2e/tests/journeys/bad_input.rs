//! What strangers send: each mistake gets its status and its code, stores nothing, and a batch's good items are stored.

use anyhow::{Context, Result};
use bearing_e2e::http::{Connection, Reply, ask};
use bearing_e2e::server::Server;
use bearing_e2e::stage::{Stage, answer, response_id};
use hyper::Method;
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const JSON: &str = "application/json";

/// A good response with one member set to something else; `path` goes down by `/`.
fn spoiled(stage: &Stage, path: &str, value: Value) -> Value {
    let mut body = stage.response(1, 9);
    match path.rsplit_once('/') {
        Some((parent, name)) => {
            if let Some(parent) = body.pointer_mut(&format!("/{parent}")) {
                parent[name] = value;
            }
        }
        None => body[path] = value,
    }
    body
}

async fn nothing_stored(stage: &Stage, case: &str) -> Result<()> {
    for state in ["counted", "quarantined", "test", "excluded"] {
        let found = stage.api.responses(&format!("&state={state}")).await?;
        assert_eq!(found, Vec::<Value>::new(), "{case}: stored as {state}");
    }
    let report = stage.api.score("nps").await?;
    assert_eq!(report["n"], 0, "{case}: {report}");
    Ok(())
}

fn assert_refused(case: &str, reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code), "{case}: {}", reply.text());
    assert!(reply.headers.contains_key("x-request-id"), "{case}: no request id");
    let error = reply.json().map(|body| body["error"].clone()).unwrap_or_default();
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.len() > 10 && message.ends_with('.') && !message.contains('\n'), "{case}: {message:?}");
}

#[tokio::test]
async fn one_wrong_member_is_422_with_its_code_and_field() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let draft = stage.api.json(Method::POST, "/v1/surveys", &json!({ "metric": "nps" })).await?.json()?;
    let elsewhere = Stage::set("nps").await?;
    let score = |value: Value| json!([{ "question": "score", "value": value }]);
    let why = |text: String| json!([{ "question": "score", "value": 9 }, { "question": "why", "text": text }]);
    let many =
        |count: usize| (0..count).map(|number| (format!("a{number}"), json!("x"))).collect::<serde_json::Map<_, _>>();
    let answers: Vec<Value> = (0..21).map(|_| json!({ "question": "score", "value": 9 })).collect();
    let cases: Vec<(&str, &str, Value, &str, &str)> = vec![
        ("below the scale", "answers", score(json!(-1)), "out_of_scale", "answers[0].value"),
        ("above the scale", "answers", score(json!(11)), "out_of_scale", "answers[0].value"),
        ("far above the scale", "answers", score(json!(265)), "out_of_scale", "answers[0].value"),
        ("beyond 64 bits", "answers", score(json!(18_446_744_073_709_551_615_u64)), "out_of_scale", "answers[0].value"),
        ("between two scores", "answers", score(json!(9.5)), "out_of_scale", "answers[0].value"),
        ("a number as text", "answers", score(json!("9")), "out_of_scale", "answers[0].value"),
        ("a truth value", "answers", score(json!(true)), "out_of_scale", "answers[0].value"),
        ("no score", "answers", score(Value::Null), "missing_field", "answers[0].value"),
        ("a list for a score", "answers", score(json!([9])), "invalid_field", "answers[0].value"),
        ("no answers", "answers", json!([]), "missing_score", "answers"),
        ("only a comment", "answers", json!([{ "question": "why", "text": "x" }]), "missing_score", "answers"),
        ("answers as an object", "answers", json!({ "score": 9 }), "invalid_field", "answers"),
        ("21 answers", "answers", json!(answers), "too_many_answers", "answers"),
        ("an answer twice", "answers", json!(answers[..2]), "repeated_question", "answers[1].question"),
        (
            "an unknown question",
            "answers",
            json!([{ "question": "nope", "value": 9 }]),
            "unknown_question",
            "answers[0].question",
        ),
        ("4,001 characters", "answers", why("é".repeat(4_001)), "text_too_long", "answers[1].text"),
        ("a number for an id", "id", json!(7), "invalid_field", "id"),
        ("an id that is none", "id", json!("7"), "invalid_id", "id"),
        ("no id", "id", Value::Null, "invalid_field", "id"),
        ("a negative seq", "seq", json!(-1), "invalid_field", "seq"),
        ("an unknown survey", "survey", json!("sv_unknown"), "unknown_survey", "survey"),
        ("another site's survey", "survey", json!(elsewhere.survey), "unknown_survey", "survey"),
        ("a draft", "survey", draft["id"].clone(), "unpublished_version", "version"),
        ("a version to come", "version", json!(2), "unpublished_version", "version"),
        ("version 0", "version", json!(0), "unpublished_version", "version"),
        ("a version as text", "version", json!("1"), "invalid_field", "version"),
        ("completed as text", "completed", json!("yes"), "invalid_field", "completed"),
        ("21 attributes", "attributes", json!(many(21)), "too_many_attributes", "attributes"),
        ("a bad attribute name", "attributes", json!({ "Plan": "pro" }), "invalid_attribute", "attributes.Plan"),
        ("a long attribute", "attributes", json!({ "plan": "x".repeat(201) }), "invalid_attribute", "attributes.plan"),
        ("an attribute that is a list", "attributes", json!({ "plan": ["pro"] }), "invalid_field", "attributes.plan"),
        ("a context that is a text", "context", json!("here"), "invalid_field", "context"),
        ("a negative age", "age_ms", json!({ "answered": -1 }), "invalid_field", "age_ms.answered"),
    ];
    for (case, path, value, code, field) in cases {
        let reply = stage.api.json(Method::POST, &stage.intake(), &spoiled(&stage, path, value)).await?;
        assert_refused(case, &reply, 422, code);
        assert_eq!(reply.json()?["error"]["field"], field, "{case}: {}", reply.text());
        nothing_stored(&stage, case).await?;
    }
    // 0 is on the scale.
    let reply = stage.api.json(Method::POST, &stage.intake(), &stage.response(1, 0)).await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(stage.api.score("nps").await?["distribution"]["0"], 1);
    Ok(())
}

#[tokio::test]
async fn a_missing_member_is_named() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for name in ["id", "survey", "version"] {
        let mut body = stage.response(1, 9);
        body.as_object_mut().context("an object")?.remove(name);
        let reply = stage.api.json(Method::POST, &stage.intake(), &body).await?;
        assert_refused(name, &reply, 422, "missing_field");
        assert_eq!(reply.json()?["error"]["field"], name, "{}", reply.text());
        nothing_stored(&stage, name).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_time_far_off_is_refused_unless_the_age_says_better() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for time in ["2001-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z", "0000-01-01T00:00:00Z", "9999-12-01T00:00:00Z"]
    {
        for name in ["answered_at", "shown_at"] {
            let mut body = spoiled(&stage, name, json!(time));
            body.as_object_mut().context("an object")?.remove("age_ms");
            let reply = stage.api.json(Method::POST, &stage.intake(), &body).await?;
            assert_refused(&format!("{name} {time}"), &reply, 422, "time_out_of_range");
            nothing_stored(&stage, time).await?;
        }
    }
    for time in ["yesterday", "2026-13-41T00:00:00Z", ""] {
        let mut body = spoiled(&stage, "answered_at", json!(time));
        body.as_object_mut().context("an object")?.remove("age_ms");
        let reply = stage.api.json(Method::POST, &stage.intake(), &body).await?;
        assert_refused(time, &reply, 422, "invalid_field");
        nothing_stored(&stage, time).await?;
    }
    let old = spoiled(&stage, "age_ms", json!({ "shown": 9 * 86_400_000_u64, "answered": 9 * 86_400_000_u64 }));
    assert_refused(
        "nine days old",
        &stage.api.json(Method::POST, &stage.intake(), &old).await?,
        422,
        "time_out_of_range",
    );
    nothing_stored(&stage, "nine days old").await?;

    // A visitor's clock may be anywhere as long as the age is given.
    let body = spoiled(&stage, "answered_at", json!("2001-01-01T00:00:00.000Z"));
    assert_eq!(stage.api.json(Method::POST, &stage.intake(), &body).await?.status, 200);
    let stored = stage.responses(1).await?;
    assert_ne!(stored[0]["answered_at"].as_str().map(|time| &time[..4]), Some("2001"));
    Ok(())
}

#[tokio::test]
async fn bodies_that_are_not_a_response_are_refused() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let good = stage.response(1, 9).to_string();
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let nested = good.replacen('{', &format!("{{\"extra\":{},", deep(20)), 1);
    let big_one = spoiled(&stage, "extra", json!("x".repeat(17 * 1024))).to_string();
    let mut broken = good.clone().into_bytes();
    broken.insert(8, 0xff);
    let surrogate = good.replacen("score", "\\ud800", 1);
    let many: Vec<Value> = (0..51).map(|number| stage.response(number, 9)).collect();
    let cases: Vec<(&str, &str, Vec<u8>, u16, &str)> = vec![
        ("nothing", JSON, Vec::new(), 400, "malformed_json"),
        ("half a body", JSON, good.as_bytes()[..good.len() / 2].to_vec(), 400, "malformed_json"),
        ("not JSON", JSON, b"id=1&score=9".to_vec(), 400, "malformed_json"),
        ("JSON and more", JSON, format!("{good} {good}").into_bytes(), 400, "malformed_json"),
        ("a lone surrogate", JSON, surrogate.into_bytes(), 400, "malformed_json"),
        ("not a number", JSON, good.replacen(":9", ":NaN", 1).into_bytes(), 400, "malformed_json"),
        ("a number", JSON, b"9".to_vec(), 422, "invalid_field"),
        ("null", JSON, b"null".to_vec(), 422, "invalid_field"),
        ("broken UTF-8", JSON, broken.clone(), 400, "invalid_utf8"),
        ("broken UTF-8 as text", "text/plain", broken, 400, "invalid_utf8"),
        ("17 levels", JSON, nested.into_bytes(), 422, "json_too_deep"),
        ("30,000 levels", JSON, deep(30_000).into_bytes(), 422, "json_too_deep"),
        ("30,000 levels without an end", JSON, vec![b'['; 30_000], 422, "json_too_deep"),
        ("one response over 16 KiB", JSON, big_one.into_bytes(), 413, "response_too_large"),
        ("a body over 64 KiB", JSON, vec![b' '; 64 * 1024 + 1], 413, "body_too_large"),
        (
            "a good response with much air",
            JSON,
            [good.clone().into_bytes(), vec![b' '; 70_000]].concat(),
            413,
            "body_too_large",
        ),
        ("51 responses", JSON, json!(many).to_string().into_bytes(), 422, "too_many_items"),
        ("no content type", "", good.clone().into_bytes(), 415, "unsupported_media_type"),
        ("a form", "application/x-www-form-urlencoded", good.clone().into_bytes(), 415, "unsupported_media_type"),
        ("XML", "application/xml", good.clone().into_bytes(), 415, "unsupported_media_type"),
    ];
    for (case, content_type, body, status, code) in cases {
        let reply = stage.api.send(ask(Method::POST, &stage.intake(), content_type, body)?).await?;
        assert_refused(case, &reply, status, code);
        nothing_stored(&stage, case).await?;
    }
    for content_type in [JSON, "application/json; charset=utf-8", "text/plain;charset=UTF-8", "Text/Plain"] {
        let reply = stage.api.send(ask(Method::POST, &stage.intake(), content_type, good.clone())?).await?;
        assert_eq!(reply.status, 200, "{content_type}: {}", reply.text());
    }
    Ok(())
}

#[tokio::test]
async fn a_batch_keeps_its_good_items() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let mut batch: Vec<Value> = (1..=6).map(|number| stage.response(number, 9)).collect();
    batch[1]["answers"][0]["value"] = json!(11);
    batch[2]["survey"] = json!("sv_unknown");
    batch[3] = json!("not a response");
    batch[4]["extra"] = json!("x".repeat(17 * 1024));
    let reply = stage.api.json(Method::POST, &stage.intake(), &json!(batch)).await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let results = reply.json()?["results"].clone();
    let brief: Vec<Value> = results
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| json!([one["id"], one["status"], one["error"]["code"]]))
        .collect();
    let expected = json!([
        [response_id(1), "stored", null],
        [response_id(2), "rejected", "out_of_scale"],
        [response_id(3), "rejected", "unknown_survey"],
        [null, "rejected", "invalid_field"],
        [response_id(5), "rejected", "response_too_large"],
        [response_id(6), "stored", null],
    ]);
    assert_eq!(json!(brief), expected, "{results}");
    stage.responses(2).await?;
    assert_eq!(stage.api.score("nps").await?["n"], 2);

    let most: Vec<Value> = (10..60).map(|number| stage.response(number, 9)).collect();
    assert_eq!(stage.api.json(Method::POST, &stage.intake(), &json!(most)).await?.status, 200);
    stage.responses(52).await?;
    Ok(())
}

#[tokio::test]
async fn text_is_kept_as_it_is_but_for_control_characters() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let mut body = stage.response(1, 9);
    body["answers"] =
        json!([{ "question": "score", "value": 9.0 }, { "question": "why", "text": "a\u{0}b\u{7}c\u{85}d\te\nf 🚀" }]);
    body["answers"][1]["unknown"] = json!(1);
    body["unknown"] = json!({ "old": "pages outlive new servers" });
    let reply = stage.api.json(Method::POST, &stage.intake(), &body).await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "why")["text"], "abcd\te\nf 🚀");
    assert_eq!(answer(&stored[0], "score")["value"], 9);
    Ok(())
}

#[tokio::test]
async fn strangers_keys_origins_and_methods_are_refused() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let body = stage.response(1, 9);
    for path in ["/v1/embed/pk_unknown", "/v1/embed/pk_unknown/first/sv_x/1"] {
        assert_refused(path, &stage.api.get(path).await?, 404, "unknown_site");
    }
    for key in ["pk_unknown", stage.site.as_str(), "%00", "%ff"] {
        let reply = stage.api.json(Method::POST, &format!("/v1/embed/{key}/responses"), &body).await?;
        assert_eq!(reply.status, 404, "{key}: {}", reply.text());
    }
    for origin in ["https://evil.example", "null", "http://127.0.0.1", &format!("{}.evil.example", stage.host.origin())]
    {
        let reply = stage.api.post_from(origin, &stage.intake(), &body).await?;
        assert_refused(origin, &reply, 403, "origin_not_allowed");
        assert_eq!(
            reply.headers.get("access-control-allow-origin").map(|value| value.as_bytes()),
            Some(&b"*"[..]),
            "{origin}"
        );
        nothing_stored(&stage, origin).await?;
    }
    let reply = stage.api.json(Method::PUT, &stage.intake(), &body).await?;
    assert_refused("PUT", &reply, 405, "method_not_allowed");
    nothing_stored(&stage, "PUT").await?;
    let reply = stage.api.get(&format!("/v1/embed/{}/first/{}/2", stage.site_key, stage.survey)).await?;
    assert_eq!(reply.status, 404, "{}", reply.text());
    assert_eq!(stage.api.post_from(&stage.host.origin(), &stage.intake(), &body).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_body_cut_short_and_a_body_of_unknown_length_store_nothing() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let body = stage.response(1, 9).to_string();
    let head = |rest: &str| {
        format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n{rest}\r\n\r\n", stage.intake())
    };
    // The whole answer, but announced longer than it is.
    let mut stream = TcpStream::connect(stage.server.address).await?;
    stream.write_all(format!("{}{body}", head(&format!("content-length: {}", body.len() + 10))).as_bytes()).await?;
    stream.shutdown().await?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await?;
    assert!(!reply.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&reply));
    nothing_stored(&stage, "cut short").await?;

    // Chunks without end: refused at the limit, whatever was announced.
    let mut stream = TcpStream::connect(stage.server.address).await?;
    stream.write_all(head("transfer-encoding: chunked").as_bytes()).await?;
    let chunk = format!("2000\r\n{}\r\n", " ".repeat(0x2000));
    for _ in 0..20 {
        // The server may hang up before the last.
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n").await;
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;
    let reply = String::from_utf8_lossy(&reply);
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 413"), "{reply}");
    nothing_stored(&stage, "endless chunks").await?;

    for nonsense in [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "POST /v1 HTTP/9\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
        "GET /\u{0} HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(stage.server.address).await?;
        stream.write_all(nonsense.as_bytes()).await?;
        stream.shutdown().await?;
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;
        assert!(!reply.starts_with(b"HTTP/1.1 5"), "{nonsense:?}: {}", String::from_utf8_lossy(&reply));
    }
    assert_eq!(stage.api.get("/healthz").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_good_answer_on_a_used_connection_follows_a_bad_one() -> Result<()> {
    let stage = Stage::set_on(Server::start().await?, "nps").await?;
    let mut connection = Connection::open(stage.server.address).await?;
    let bad = connection.send(ask(Method::POST, &stage.intake(), JSON, Bytes::from_static(b"{"))?).await?;
    assert_refused("half an object", &bad, 400, "malformed_json");
    let good = connection.send(ask(Method::POST, &stage.intake(), JSON, stage.response(1, 9).to_string())?).await?;
    assert_eq!(good.status, 200, "{}", good.text());
    stage.responses(1).await?;
    Ok(())
}
