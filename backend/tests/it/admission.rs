//! What may begin and what is told to come again, from outside: by rate, by lane, by pressure.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use bearing::admission::{Level, Limits};
use bearing_shared::fault::Code;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::faulty::{Mode, Switch};
use crate::harness::{Pieces, Reply, Server, Site, answer};

async fn limited(limits: Limits) -> (Server, Site, String) {
    let server = Server::start_within(None, |store| store, limits).await;
    let (site, survey) = server.site_with_survey().await;
    (server, site, survey)
}

fn refused_for(server: &Server, reason: &str) -> bool {
    let text = server.app.measured();
    let none = format!("bearing_http_refused_total{{kind=\"{reason}\"}} 0\n");
    assert!(text.contains(&format!("bearing_http_refused_total{{kind=\"{reason}\"}}")), "{text}");
    !text.contains(&none)
}

fn told_to_come_again(reply: &Reply) {
    reply.refused(Code::OVERLOADED);
    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((2..=10).contains(&wait), "{wait}");
}

#[tokio::test]
async fn past_the_rate_answers_are_refused_before_their_bodies_are_read() {
    let (server, site, survey) = limited(Limits { rate: Some(1), ..Limits::default() }).await;
    server.answered(&site, &answer(&survey, 9)).await;
    server.app.admission.stop_clock();
    server.app.admission.charge(1_000);
    let endless = Pieces::of([]).then_stands_still();
    let reply = server.post(&site.responses()).sends("text/plain", endless.body()).await;
    told_to_come_again(&reply);
    assert_eq!(reply.header("access-control-allow-origin"), "*", "the page may read that it was refused");
    assert_eq!(reply.header("access-control-expose-headers"), "x-request-id, retry-after");
    assert!(refused_for(&server, "rate") && !refused_for(&server, "lane"));
    // Nobody else is.
    assert_eq!(server.get(&site.config()).await.status, 200);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
    assert_eq!(server.get("/metrics").await.status, 200);
}

#[tokio::test]
async fn every_answer_of_an_array_counts_towards_the_rate() {
    let (server, site, survey) = limited(Limits { rate: Some(100), ..Limits::default() }).await;
    server.app.admission.stop_clock();
    let items: Vec<Value> = (0..10).map(|_| answer(&survey, 9)).collect();
    server.post(&site.responses()).json(&json!(items)).await.ok();
    told_to_come_again(&server.post(&site.responses()).json(&answer(&survey, 9)).await);
    assert!(refused_for(&server, "rate"));
}

#[tokio::test]
async fn what_is_no_answer_leaves_no_debt() {
    let (server, site, survey) = limited(Limits { rate: Some(1_000), ..Limits::default() }).await;
    server.app.admission.stop_clock();
    for _ in 0..10 {
        let refused = server.post(&format!("/s/{survey}")).form(&[]).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        let array: Vec<Value> = (0..50).map(|_| json!({})).collect();
        let reply = server.post(&site.responses()).json(&json!(array)).await.ok();
        assert_eq!(reply["results"][49]["status"], "rejected");
        let unknown: Vec<Value> = (0..50).map(|_| answer("sv_none", 9)).collect();
        server.post(&site.responses()).json(&json!(unknown)).await.ok();
        server.post("/v1/responses").json(&json!(array)).await.refused(Code::UNAUTHORIZED);
    }
    let imported: Vec<Value> = (0..1_000).map(|_| answer(&survey, 9)).collect();
    server.post("/v1/responses").key(&site.write).json(&json!(imported)).await.ok();
    // Each array took one of the 100 tokens that gather, for asking.
    for _ in 0..80 {
        server.answered(&site, &answer(&survey, 9)).await;
    }
    told_to_come_again(&server.post(&site.responses()).json(&answer(&survey, 9)).await);
}

#[tokio::test]
async fn a_form_that_was_typed_is_never_lost_by_the_rate() {
    let (server, _, survey) = limited(Limits { rate: Some(1), ..Limits::default() }).await;
    server.app.admission.stop_clock();
    server.app.admission.charge(1_000);
    assert!(server.app.admission.takes_form(), "forms have a token of their own, and that was it");
    let words = ("q.why", "Because of the parcel");
    let id = crate::harness::new_id();
    let form = [("id", &*id), ("version", "1"), ("q.score", "9"), words];
    let reply = server.post(&format!("/s/{survey}")).form(&form).await;
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(!reply.header("retry-after").is_empty());
    assert!(reply.text().contains(words.1) && reply.text().contains(&id), "it can be sent again: {}", reply.text());
    assert!(refused_for(&server, "rate"));
}

#[tokio::test]
async fn a_full_intake_is_told_to_come_again_and_reports_go_on() {
    let switch = Switch::new();
    let limits = Limits { intake: 2, ..Limits::default() };
    let server = Server::start_within(None, |store| switch.around(store), limits).await;
    let (site, survey) = server.site_with_survey().await;
    switch.set(Mode::Stuck);
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..3 {
        sent.spawn(server.post(&site.responses()).json(&answer(&survey, 9)).into_future());
    }
    let one_too_many = sent.join_next().await.expect("one is answered").expect("no panic");
    told_to_come_again(&one_too_many);
    assert!(refused_for(&server, "lane"));
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0, "reports have places of their own");
    switch.set(Mode::Well);
    let stored = sent.join_all().await;
    assert!(stored.iter().all(|reply| reply.status == 200));
    server.answered(&site, &answer(&survey, 9)).await;
}

/// A body that begins with a piece and then stands still; `waiting` counts it once it does.
fn stands_still(piece: Bytes, waiting: &Arc<AtomicUsize>) -> Body {
    let waiting = Arc::clone(waiting);
    let rest = async move {
        waiting.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    };
    Body::from_stream(stream::iter([Ok::<_, Infallible>(piece)]).chain(stream::once(rest)))
}

#[tokio::test]
async fn bodies_that_drip_take_nobodys_place_however_long_they_say_they_are() {
    let (server, site, survey) = limited(Limits { intake: 4, ..Limits::default() }).await;
    // From here on the site is known without the store.
    server.answered(&site, &answer(&survey, 9)).await;
    let (mut dripping, waiting) = (tokio::task::JoinSet::new(), Arc::default());
    for path in [site.responses(), site.events(), format!("/s/{survey}")] {
        for _ in 0..100 {
            let kind = if path.starts_with("/s/") { "application/x-www-form-urlencoded" } else { "text/plain" };
            let body = stands_still(Bytes::from_static(b"["), &waiting);
            dripping.spawn(server.post(&path).header("content-length", "65536").sends(kind, body).into_future());
        }
    }
    while waiting.load(Ordering::SeqCst) < 300 {
        if let Some(ended) = dripping.try_join_next() {
            panic!("{}", ended.expect("no panic").text());
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(server.app.admission.in_flight()[0], ("intake", 0));
    for _ in 0..10 {
        server.answered(&site, &answer(&survey, 9)).await;
    }
    assert!(!refused_for(&server, "lane"));
}

#[tokio::test]
async fn bodies_without_a_length_are_counted_by_what_arrives() {
    let (server, site, _) = limited(Limits::default()).await;
    let body = json!({ "metric": "nps" });
    server.post("/v1/surveys").key(&site.write).json(&body).await.ok();
    // 1 MiB less a byte each, and then nothing: 16 of them are the room there is.
    let large = Bytes::from(vec![b' '; 1024 * 1024 - 1]);
    let (mut sent, waiting) = (tokio::task::JoinSet::new(), Arc::default());
    for _ in 0..20 {
        let ask = server.post("/v1/surveys").key(&site.write);
        sent.spawn(ask.sends("application/json", stands_still(large.clone(), &waiting)).into_future());
    }
    for _ in 0..4 {
        told_to_come_again(&sent.join_next().await.expect("some are left").expect("no panic"));
    }
    assert_eq!(waiting.load(Ordering::SeqCst), 16);
    assert!(refused_for(&server, "lane"));
    sent.shutdown().await;
    server.post("/v1/surveys").key(&site.write).json(&body).await.ok();
}

/// An export's reply of which nothing is read yet.
async fn unread(server: &Server, site: &Site) -> axum::response::Response {
    let request =
        axum::http::Request::get("/v1/exports/responses.csv").header("authorization", format!("Bearer {}", site.read));
    let request = request.body(axum::body::Body::empty()).expect("is a request");
    let Ok(unread) = tower::ServiceExt::oneshot(server.router.clone(), request).await;
    assert_eq!(unread.status(), 200);
    unread
}

#[tokio::test]
async fn an_export_is_under_way_to_its_last_byte() {
    let (server, site, survey) = limited(Limits { exports: 1, ..Limits::default() }).await;
    server.answered(&site, &answer(&survey, 9)).await;
    let unread = unread(&server, &site).await;
    told_to_come_again(&server.get("/v1/exports/responses.csv").key(&site.read).await);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1, "reports have places of their own");
    drop(unread);
    assert_eq!(server.get("/v1/exports/responses.csv").key(&site.read).await.status, 200);
}

#[tokio::test]
async fn one_sites_exports_leave_places_to_others() {
    let (server, site, _) = limited(Limits::default()).await;
    let other = server.site().await;
    let held = (unread(&server, &site).await, unread(&server, &site).await);
    told_to_come_again(&server.get("/v1/exports/responses.jsonl").key(&site.read).await);
    assert!(refused_for(&server, "lane"));
    for _ in 0..5 {
        assert_eq!(server.get("/v1/exports/responses.jsonl").key(&other.read).await.status, 200);
    }
    drop(held);
    assert_eq!(server.get("/v1/exports/responses.jsonl").key(&site.read).await.status, 200);
}

#[tokio::test]
async fn one_sites_reads_leave_places_to_others() {
    let (server, site, _) = limited(Limits { reports: 2, management: 2, ..Limits::default() }).await;
    let other = server.site().await;
    // From here on the keys are known without the store.
    for site in [&site, &other] {
        server.get("/v1/responses?q=word").key(&site.read).await.ok();
    }
    // One that is left where it waits for the store; most do, and some are quicker.
    let reading = loop {
        let mut reading = server.get("/v1/responses?q=word").key(&site.read).into_future();
        if futures_util::poll!(&mut reading).is_pending() {
            break reading;
        }
    };
    for path in ["/v1/responses", "/v1/reports/score?metric=nps"] {
        told_to_come_again(&server.get(path).key(&site.read).await);
        assert_eq!(server.get(path).key(&other.read).await.status, 200, "{path}");
    }
    assert!(refused_for(&server, "lane"));
    reading.await.ok();
    server.get("/v1/responses").key(&site.read).await.ok();
}

#[tokio::test]
async fn under_pressure_reports_give_way_and_answers_do_not() {
    let (server, site, survey) = limited(Limits::default()).await;
    let under = async |level: Level, request: crate::harness::Ask| {
        server.app.admission.pressure.hold(level);
        request.await
    };
    told_to_come_again(&under(Level::Busy, server.get("/v1/reports/score?metric=nps").key(&site.read)).await);
    let events = json!([{ "type": "shown", "survey": survey, "version": 1 }]);
    told_to_come_again(&under(Level::Busy, server.post(&site.events()).json(&events)).await);
    under(Level::Busy, server.post(&site.responses()).json(&answer(&survey, 9))).await.ok();
    told_to_come_again(&under(Level::Full, server.post(&site.responses()).json(&answer(&survey, 9))).await);
    assert_eq!(under(Level::Full, server.get(&site.config())).await.status, 200);
    assert!(refused_for(&server, "pressure"));
}
