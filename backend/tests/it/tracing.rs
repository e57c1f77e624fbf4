//! A request's span, as a collector gets it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use bearing::telemetry;
use tracing_subscriber::layer::SubscriberExt;

use crate::harness::{Server, answer};

/// A collector that takes one batch of spans: its address, and the request that it got.
fn collector() -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let received = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody connects");
        let mut request = Vec::new();
        let mut part = [0; 4_096];
        loop {
            let count = stream.read(&mut part).expect("it sends");
            request.extend_from_slice(&part[..count]);
            let text = String::from_utf8_lossy(&request);
            let length = text.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.parse().ok());
            let head = request.windows(4).position(|bytes| bytes == b"\r\n\r\n");
            if let (Some(head), Some(length)) = (head, length)
                && request.len() >= head + 4 + usize::min(length, usize::MAX - head - 4)
            {
                break;
            }
            assert!(count > 0, "the whole request arrives");
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("it takes the reply");
        request
    });
    (address, received)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_span_holds_its_route_and_status_and_nothing_of_the_people() {
    let (address, received) = collector();
    let (layer, traces) = telemetry::traces(&format!("http://{address}"), 1.0).expect("the collector can be used");
    let quiet = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let response = answer(&survey, 9);
    let reply = server.post(&format!("{}?email=ann@shop.example", site.responses())).json(&response).await;
    reply.ok();
    let caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let report = "/v1/reports/score?metric=nps&attr.plan=pro";
    server.get(report).key(&site.read).header("traceparent", caller).await.ok();
    let stranger = "00-11111111111111111111111111111111-00f067aa0ba902b7-01";
    server.get(&site.config()).header("traceparent", stranger).await.ok();
    drop(quiet);
    // What is left leaves.
    tokio::task::spawn_blocking(move || drop(traces)).await.expect("no panic");
    let request = received.join().expect("no panic");
    assert!(request.starts_with(b"POST /v1/traces HTTP/1.1\r\n"), "{}", String::from_utf8_lossy(&request));
    assert!(holds(&request, "content-type: application/x-protobuf"));
    for expected in [
        "bearing",
        "POST /v1/embed/{site_key}/responses",
        "http.response.status_code",
        "request.id",
        reply.header("x-request-id"),
        "GET /v1/reports/score",
    ] {
        assert!(holds(&request, expected), "{expected} in {}", String::from_utf8_lossy(&request));
    }
    let id = response["id"].as_str().expect("an id");
    for secret in [&*site.key, &*survey, id, &*site.read, "ann@shop", "attr.plan"] {
        assert!(!holds(&request, secret), "{secret} in {}", String::from_utf8_lossy(&request));
    }
    let joins = |trace: &str| {
        let id = data_encoding::HEXLOWER.decode(trace.as_bytes()).expect("is hex");
        request.windows(id.len()).any(|window| window == id)
    };
    assert!(joins("4bf92f3577b34da6a3ce929d0e0e4736"), "a caller with a key joins its own trace");
    assert!(!joins("11111111111111111111111111111111"), "a page does not");
}

#[test]
fn what_is_no_collector_is_told_in_one_sentence() {
    let Err(error) = telemetry::traces::<tracing_subscriber::Registry>("collector", 1.0) else {
        panic!("it is no address");
    };
    assert!(error.to_string().ends_with('.'), "{error}");
}
