//! Is the process alive, can the store write, and what does the server measure?

use bearing_shared::fault::Code;
use serde_json::json;

use crate::faulty::{Mode, Switch};
use crate::harness::{Server, answer};

#[tokio::test]
async fn a_healthy_server_says_so() {
    let server = Server::start().await;
    for (path, text) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let reply = server.get(path).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, text), "{path}");
        assert!(
            !reply.header("x-request-id").is_empty() && reply.header("x-content-type-options") == "nosniff",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_store_that_cannot_write_is_not_ready_and_heals_by_itself() {
    let switch = Switch::new();
    let server = Server::start_with(None, |store| switch.around(store)).await;
    let (site, survey) = server.site_with_survey().await;
    switch.set(Mode::DiskFull);
    let reply = server.get("/readyz").await;
    reply.refused(Code::STORAGE_UNAVAILABLE);
    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(server.get("/healthz").await.status, 200, "the process is alive all the same");
    let refused = server.post(&site.responses()).json(&answer(&survey, 9)).await;
    refused.refused(Code::STORAGE_UNAVAILABLE);
    assert!(!refused.text().contains("disk"), "internals stay inside");
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0, "reading goes on");
    switch.set(Mode::Well);
    server.answered(&site, &answer(&survey, 9)).await;
    // One proof holds for two seconds.
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready() {
    let server = Server::start().await;
    server.app.health.drain();
    server.get("/readyz").await.refused(Code::SHUTTING_DOWN);
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn what_happens_is_counted() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let response = answer(&survey, 9);
    for sent in [json!([response, response, answer(&survey, 11)]), json!([answer(&survey, 9)])] {
        server.post(&site.responses()).json(&sent).await.ok();
    }
    let events = json!([{ "type": "shown", "survey": survey, "version": 1 }, { "type": "shown", "survey": "sv_x", "version": 1 }]);
    server.post(&site.events()).json(&events).await.ok();
    server.get("/v1/nothing").await;
    let reply = server.get("/metrics").await;
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"));
    let text = reply.text();
    for line in [
        "bearing_responses_total{kind=\"stored\"} 2",
        "bearing_responses_total{kind=\"duplicate\"} 1",
        "bearing_responses_total{kind=\"rejected\"} 1",
        "bearing_events_total{kind=\"shown\"} 1",
        "bearing_events_total{kind=\"refused\"} 1",
        "bearing_http_replies_total{kind=\"intake\",status=\"2xx\"} 2",
        "bearing_http_replies_total{kind=\"events\",status=\"2xx\"} 1",
        "bearing_http_replies_total{kind=\"nowhere\",status=\"4xx\"} 1",
        "bearing_http_reply_seconds_count{kind=\"intake\"} 2",
        "bearing_http_in_flight{kind=\"intake\"} 0",
        "bearing_flush_rows_count 2",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    for secret in [&site.key, &site.id, &survey] {
        assert!(!text.contains(secret.as_str()), "no label that strangers could make grow");
    }
}
