//! A request's span, as a collector gets it: route, status and id, and nothing of the people.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use bearing_e2e::api::Api;
use bearing_e2e::http::{Ask, Listener, ask, reply};
use bearing_e2e::server::Server;
use bearing_e2e::stage::{Stage, response_id};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};

/// What a collector got: each request's path, content type and body.
type Got = Arc<Mutex<Vec<(String, String, Bytes)>>>;

async fn collector() -> Result<(Listener, Got)> {
    let got = Got::default();
    let kept = Arc::clone(&got);
    let listener = Listener::start(move |request: Request<Bytes>| {
        let kept = Arc::clone(&kept);
        async move {
            let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let one = (request.uri().path().to_owned(), kind.to_owned(), request.body().clone());
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            reply(StatusCode::OK, "application/x-protobuf", "")
        }
    })
    .await?;
    Ok((listener, got))
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// The bytes of a trace's id.
fn trace_id(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
}

/// A request that says to belong to a trace, which is sampled.
fn traced(path: &str, trace: &str) -> Result<Ask> {
    let mut request = ask(Method::GET, path, "application/json", "")?;
    request.headers_mut().insert("traceparent", format!("00-{trace}-00f067aa0ba902b7-01").parse()?);
    Ok(request)
}

#[tokio::test]
async fn a_span_holds_its_route_and_status_and_nothing_of_the_people() -> Result<()> {
    let (collector, got) = collector().await?;
    let endpoint = format!("http://{}", collector.address);
    let mut stage = Stage::set_on(Server::launch("serve", &["--otlp-endpoint", &endpoint]).await?, "nps").await?;
    let answer = stage.response(1, 9);
    let path = format!("{}?email=ann@shop.example", stage.intake());
    let taken = stage.api.json(Method::POST, &path, &answer).await?;
    assert!(taken.status.is_success(), "{}", taken.text());
    let request_id = taken.headers.get("x-request-id").context("every reply has one")?.to_str()?.to_owned();
    let (own, stranger) = ("4bf92f3577b34da6a3ce929d0e0e4736", "11111111111111111111111111111111");
    let (config, report) = (format!("/v1/embed/{}", stage.site_key), "/v1/reports/score?metric=nps&attr.plan=pro");
    assert_eq!(stage.api.send(traced(report, own)?).await?.status, StatusCode::OK);
    assert_eq!(stage.api.send(traced(&config, stranger)?).await?.status, StatusCode::OK);
    let nobody = Api { key: "sk_none".to_owned(), ..stage.api.clone() };
    assert_eq!(nobody.send(traced(report, stranger)?).await?.status, StatusCode::UNAUTHORIZED);
    // What is left leaves before it ends.
    stage.server.stop().await?;
    let got = got.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(got.iter().all(|(path, kind, _)| path == "/v1/traces" && kind == "application/x-protobuf"), "{got:?}");
    let bytes: Vec<u8> = got.iter().flat_map(|(_, _, body)| body.to_vec()).collect();
    let shown = String::from_utf8_lossy(&bytes);
    let route = "POST /v1/embed/{site_key}/responses";
    for expected in ["bearing", route, "http.response.status_code", "request.id", &request_id, "GET /v1/reports/score"]
    {
        assert!(holds(&bytes, expected.as_bytes()), "{expected} in {shown}");
    }
    for secret in [&*stage.site_key, &*stage.survey, &*response_id(1), &*stage.api.key, "ann@shop", "attr.plan"] {
        assert!(!holds(&bytes, secret.as_bytes()), "{secret} in {shown}");
    }
    assert!(holds(&bytes, &trace_id(own)), "a caller with a key joins its own trace");
    assert!(!holds(&bytes, &trace_id(stranger)), "a page does not, and neither does who only says to have a key");
    Ok(())
}

#[tokio::test]
async fn nobody_chooses_requests_to_be_traced() -> Result<()> {
    let (collector, got) = collector().await?;
    let options = ["--otlp-endpoint", &format!("http://{}", collector.address), "--otlp-share", "0.000001"];
    let mut stage = Stage::set_on(Server::launch("serve", &options).await?, "nps").await?;
    let nobody = Api { key: String::new(), ..stage.api.clone() };
    // What decides by the trace's id takes the lowest first.
    let lowest = "00000000000000000000000000000001";
    for caller in [&nobody, &stage.api] {
        for path in ["/v1/reports/score?metric=nps", &format!("/v1/embed/{}", stage.site_key)] {
            caller.send(traced(path, lowest)?).await?;
        }
    }
    stage.server.stop().await?;
    let got = got.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(got.is_empty(), "{got:?}");
    Ok(())
}
