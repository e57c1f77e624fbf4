//! Webhooks from outside: what owners may set, and what a receiver gets that fails by plan.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bearing::integrations::webhooks::client::{Client, Refusal, Resolve};
use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use url::Url;

use crate::harness::{DAY, MINUTE, Server, Site, answer, shown_at, with};
use crate::receiver::{Act, Receiver, receive};

/// How often something is looked at before it has not come; with a pause between two looks.
const LOOKS: usize = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// A server that may send to this machine, with a site and a survey.
struct Place {
    server: Server,
    site: Site,
    survey: String,
}

/// A webhook as its owner knows it.
struct Hook {
    id: String,
    secret: String,
}

impl Place {
    async fn new() -> Self {
        let server = Server::start_sending(None, |store| store, Client::new(true)).await;
        let (site, survey) = server.site_with_survey().await;
        Self { server, site, survey }
    }

    async fn hook(&self, receiver: &Receiver, events: &[&str]) -> Hook {
        self.hook_with(json!({ "url": receiver.url, "events": events })).await
    }

    async fn hook_with(&self, body: Value) -> Hook {
        let reply = self.server.post("/v1/webhooks").key(&self.site.admin).json(&body).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let made = reply.value();
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        Hook { id: text("id"), secret: text("secret") }
    }

    async fn stores(&self, score: u8) -> Value {
        let response = answer(&self.survey, score);
        self.server.answered(&self.site, &response).await;
        response
    }

    async fn reads(&self, hook: &Hook) -> Value {
        self.server.get(&format!("/v1/webhooks/{}", hook.id)).key(&self.site.read).await.ok()
    }

    async fn deliveries(&self, hook: &Hook) -> Vec<Value> {
        let path = format!("/v1/webhooks/{}/deliveries", hook.id);
        let page = self.server.get(&path).key(&self.site.read).await.ok();
        page["items"].as_array().expect("items").clone()
    }

    /// The newest delivery, as soon as it is as it should be.
    async fn newest(&self, hook: &Hook, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut found = Vec::new();
        for _ in 0..LOOKS {
            found = self.deliveries(hook).await;
            if let Some(newest) = found.first().filter(|newest| wanted(newest)) {
                return newest.clone();
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("it never is: {found:?}")
    }

    async fn newest_is(&self, hook: &Hook, state: &str, attempts: u32) -> Value {
        self.newest(hook, |newest| newest["state"] == state && newest["attempts"] == attempts).await
    }

    /// Moves the clock to when a delivery is due, and says how long that was in ms.
    fn wait_for(&self, delivery: &Value) -> i64 {
        let due = crate::harness::at(delivery["next_at"].as_str().expect("it is due some time"));
        let before = bearing::clock::Clock::now(self.server.clock.as_ref());
        self.server.clock.set(due);
        due - before
    }
}

#[tokio::test]
async fn an_answer_arrives_signed_and_whole() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    let sent = with(
        answer(&place.survey, 9),
        json!({ "respondent": { "customer": "c-1" }, "attributes": { "plan": "pro" }, "touchpoint": "checkout",
            "answers": [{ "question": "score", "value": 9 }, { "question": "why", "text": "vlug “en” 🚲" }] }),
    );
    place.server.answered(&place.site, &sent).await;
    let got = receiver.next().await;
    assert_eq!(got.line, "POST /hook?of=shop HTTP/1.1");
    assert_eq!((got.header("content-type"), got.header("connection")), ("application/json", "close"));
    assert!(got.header("user-agent").starts_with("Bearing/") && got.header("host").starts_with("127.0.0.1:"));
    assert_eq!(got.header("webhook-timestamp"), "1795262400");
    assert!(got.is_signed_with(&hook.secret));
    assert!(!got.is_signed_with("whsec_AAAA"));
    let message = got.value();
    assert_eq!(
        (&message["type"], &message["timestamp"]),
        (&json!("response.stored"), &json!("2026-11-21T12:00:00.000Z"))
    );
    let data = &message["data"];
    assert_eq!((&data["site"], &data["webhook"]), (&json!(place.site.id), &json!(hook.id)));
    assert_eq!((&data["metric"], &data["score"], &data["group"]), (&json!("nps"), &json!(9), &json!("promoters")));
    let read = place.server.get(&format!("/v1/responses/{}", sent["id"].as_str().expect("an id")));
    assert_eq!(data["response"], read.key(&place.site.read).await.ok(), "it reads as the API's");
    let delivery = place.newest_is(&hook, "delivered", 1).await;
    assert_eq!((&delivery["id"], &delivery["type"]), (&json!(got.id()), &json!("response.stored")));
    assert_eq!((&delivery["response"], &delivery["seq"]), (&sent["id"], &json!(0)));
    assert_eq!(
        (&delivery["status"], &delivery["error"], &delivery["next_at"]),
        (&json!(204), &json!(null), &json!(null))
    );
    let metrics = place.server.get("/metrics").await.text();
    assert!(metrics.contains("bearing_deliveries_total{kind=\"delivered\"} 1"), "{metrics}");
}

#[tokio::test]
async fn a_failed_message_comes_again_under_its_id_on_schedule() {
    let place = Place::new().await;
    let plan = [Act::Reply(500), Act::HangUp, Act::With(301, "location: /elsewhere"), Act::Nonsense, Act::Reply(404)];
    let mut receiver = Receiver::start(plan).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    place.stores(3).await;
    let (mut ids, mut bodies) = (Vec::new(), Vec::new());
    let expected = [
        (Some(500), "status", 5_000),
        (None, "connection_broken", 5 * MINUTE),
        (Some(301), "status", 30 * MINUTE),
        (None, "connection_broken", 120 * MINUTE),
        (Some(404), "status", 300 * MINUTE),
    ];
    for (attempts, (status, error, pause)) in (1..).zip(expected) {
        let got = receiver.next().await;
        assert!(got.is_signed_with(&hook.secret), "attempt {attempts}");
        ids.push(got.id().to_owned());
        bodies.push(got.body);
        let delivery = place.newest_is(&hook, "pending", attempts).await;
        assert_eq!((&delivery["status"], &delivery["error"]), (&json!(status), &json!(error)), "{delivery}");
        let waited = place.wait_for(&delivery);
        assert!((waited - pause).abs() <= pause / 5 + 1, "attempt {attempts}: {waited} ms for {pause}");
        assert_ne!(place.reads(&hook).await["failing_since"], json!(null));
    }
    let got = receiver.next().await;
    place.newest_is(&hook, "delivered", 6).await;
    assert_eq!(place.reads(&hook).await["failing_since"], json!(null));
    ids.push(got.id().to_owned());
    bodies.push(got.body);
    ids.dedup();
    bodies.dedup();
    assert_eq!((ids.len(), bodies.len()), (1, 1), "the same id and the same body every time");
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn attempts_end() {
    let place = Place::new().await;
    let mut receiver = Receiver::always(Act::Reply(500)).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    place.stores(3).await;
    let mut waited = 0;
    for attempts in 1..10 {
        let _ = receiver.next().await;
        waited += place.wait_for(&place.newest_is(&hook, "pending", attempts).await);
    }
    let _ = receiver.next().await;
    let failed = place.newest_is(&hook, "failed", 10).await;
    assert_eq!(failed["next_at"], json!(null));
    let hours = waited / (60 * MINUTE);
    assert!((60..=91).contains(&hours), "ten attempts in 75 hours, more or less: {hours}");
    assert_eq!(place.reads(&hook).await["enabled"], true, "it has not failed for five days");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_and_gets_what_waited_once_it_is_back() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([Act::Reply(500), Act::Reply(410)]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    place.stores(1).await;
    let first = receiver.next().await;
    let waiting = place.newest_is(&hook, "pending", 1).await;
    place.server.pass(1);
    place.stores(2).await;
    let second = receiver.next().await;
    place.newest_is(&hook, "failed", 1).await;
    let disabled = place.reads(&hook).await;
    assert_eq!((&disabled["enabled"], &disabled["disabled"]), (&json!(false), &json!("gone")));
    place.stores(3).await;
    assert_eq!(place.deliveries(&hook).await.len(), 2, "nothing is added while it is disabled");
    let path = format!("/v1/webhooks/{}", hook.id);
    for verb in ["test", &format!("deliveries/{}/replay", second.id())] {
        place.server.post(&format!("{path}/{verb}")).key(&place.site.write).await.refused(Code::CONFLICT);
    }
    place.wait_for(&waiting);
    let enabled = place.server.patch(&path).key(&place.site.admin).json(&json!({ "enabled": true })).await.ok();
    assert_eq!((&enabled["enabled"], &enabled["disabled"]), (&json!(true), &json!(null)));
    assert_eq!(receiver.next().await.id(), first.id(), "what waited is sent");
    place.stores(4).await;
    assert_eq!(receiver.next().await.value()["data"]["score"], 4);
}

#[tokio::test]
async fn a_busy_endpoint_gets_nothing_until_it_asked_for_it() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([Act::With(429, "retry-after: 120")]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    place.stores(1).await;
    let busy = receiver.next().await;
    let delivery = place.newest_is(&hook, "pending", 1).await;
    place.stores(2).await;
    assert_eq!(place.wait_for(&delivery), 120_000);
    let (one, other) = (receiver.next().await, receiver.next().await);
    let mut ids = [one.id(), other.id()];
    ids.sort_unstable();
    assert!(ids.contains(&busy.id()) && ids[0] != ids[1]);
    // Both came after the pause, or else one of them would carry an earlier time.
    for got in [&one, &other] {
        assert_eq!(got.header("webhook-timestamp"), (1_795_262_400 + 120).to_string());
    }
}

#[tokio::test]
async fn a_dead_endpoint_keeps_nobody_waiting() {
    let place = Place::new().await;
    let mut dead = Receiver::always(Act::Silence).await;
    let mut healthy = Receiver::start([]).await;
    place.hook(&dead, &["response.stored"]).await;
    place.hook(&healthy, &["response.stored"]).await;
    for score in 0..=10 {
        place.stores(score).await;
    }
    for score in 0..=10 {
        place.stores(score).await;
    }
    // All of them while the dead one has not even timed out: it holds the connections that it was given.
    for _ in 0..22 {
        healthy.next().await;
    }
    let _ = dead.next().await;
}

#[tokio::test]
async fn editions_and_low_scores_have_messages_of_their_own() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([]).await;
    place.hook(&receiver, &["score.low", "response.stored"]).await;
    let first = place.stores(4).await;
    let mut types = Vec::new();
    for _ in 0..2 {
        let message = receiver.next().await.value();
        assert_eq!(message["data"]["response"]["seq"], 0);
        types.push(message["type"].as_str().expect("a type").to_owned());
    }
    types.sort();
    assert_eq!(types, ["response.stored", "score.low"]);
    let edition = with(
        first,
        json!({ "seq": 1, "answers": [{ "question": "score", "value": 4 }, { "question": "why", "text": "slow" }] }),
    );
    let reply = place.server.post(&place.site.responses()).json(&edition).await.ok();
    assert_eq!(reply["results"][0]["status"], "updated");
    let message = receiver.next().await.value();
    assert_eq!((&message["type"], &message["data"]["response"]["seq"]), (&json!("response.stored"), &json!(1)));
    assert_eq!(message["data"]["response"]["answers"][1]["text"], "slow");
    // Neither a duplicate nor a try-out is news.
    place.server.post(&place.site.responses()).json(&edition).await.ok();
    let test = with(answer(&place.survey, 0), json!({ "test": true }));
    place.server.answered(&place.site, &test).await;
    place.stores(10).await;
    assert_eq!(receiver.next().await.value()["data"]["score"], 10);
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn low_is_what_the_owner_says() {
    let place = Place::new().await;
    let effort = place.server.publish(&place.site, shown_at(Instrument::Ces1, &[])).await;
    let mut receiver = Receiver::start([]).await;
    let hook = place.hook_with(json!({ "url": receiver.url, "events": ["score.low"], "score_max": 2 })).await;
    place.stores(3).await;
    place.stores(2).await;
    assert_eq!(receiver.next().await.value()["data"]["score"], 2);
    // Where low is good, what is bad is told.
    for score in [1, 5] {
        place.server.answered(&place.site, &answer(&effort, score)).await;
    }
    let message = receiver.next().await.value();
    assert_eq!((&message["data"]["score"], &message["data"]["group"]), (&json!(5), &json!("difficult")));
    let path = format!("/v1/webhooks/{}", hook.id);
    let patched = place.server.patch(&path).key(&place.site.admin).json(&json!({ "score_max": null })).await.ok();
    assert_eq!(patched["score_max"], json!(null));
    place.stores(6).await;
    assert_eq!(receiver.next().await.value()["data"]["score"], 6);
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn a_message_can_be_sent_once_more() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    place.stores(9).await;
    let first = receiver.next().await;
    place.newest_is(&hook, "delivered", 1).await;
    let path = format!("/v1/webhooks/{}/deliveries/{}/replay", hook.id, first.id());
    let replayed = place.server.post(&path).key(&place.site.write).await;
    assert_eq!((replayed.status, &replayed.value()["id"]), (202, &json!(first.id())));
    let again = receiver.next().await;
    assert_eq!((again.id(), &again.body), (first.id(), &first.body));
    place.newest_is(&hook, "delivered", 1).await;
    for wrong in [path.replace(first.id(), "dlv_none"), path.replace(&hook.id, "wh_none")] {
        place.server.post(&wrong).key(&place.site.write).await.refused(Code::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_is_erased_is_not_sent() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([Act::Reply(500)]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    let named = with(answer(&place.survey, 1), json!({ "respondent": { "customer": "c-1" } }));
    place.server.answered(&place.site, &named).await;
    let first = receiver.next().await;
    let waiting = place.newest_is(&hook, "pending", 1).await;
    let erase = place.server.post("/v1/respondents/erase").key(&place.site.write);
    assert_eq!(erase.json(&json!({ "customer": "c-1" })).await.ok()["erased"], 1);
    let erased = place.newest_is(&hook, "erased", 1).await;
    assert_eq!((&erased["response"], &erased["next_at"]), (&json!(null), &json!(null)));
    place.wait_for(&waiting);
    let path = format!("/v1/webhooks/{}/deliveries/{}/replay", hook.id, first.id());
    place.server.post(&path).key(&place.site.write).await.refused(Code::CONFLICT);
    place.stores(9).await;
    assert_eq!(receiver.next().await.value()["data"]["score"], 9);
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn what_is_taken_out_of_the_score_is_not_sent_until_it_counts_again() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([Act::Reply(500)]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    let response = place.stores(1).await;
    let first = receiver.next().await;
    let waiting = place.newest_is(&hook, "pending", 1).await;
    let path = format!("/v1/responses/{}", response["id"].as_str().expect("an id"));
    let becomes = async |state: &str| {
        place.server.patch(&path).key(&place.site.write).json(&json!({ "state": state })).await.ok();
    };
    becomes("quarantined").await;
    place.wait_for(&waiting);
    let failed = place.newest_is(&hook, "failed", 2).await;
    assert_eq!((&failed["error"], &failed["response"]), (&json!("not_counted"), &response["id"]));
    assert!(!receiver.has_more());
    becomes("counted").await;
    let path = format!("/v1/webhooks/{}/deliveries/{}/replay", hook.id, first.id());
    place.server.post(&path).key(&place.site.write).await.ok();
    assert_eq!(receiver.next().await.id(), first.id());
}

#[tokio::test]
async fn a_rotated_secret_signs_beside_the_one_before_for_a_day() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    let path = format!("/v1/webhooks/{}/rotate", hook.id);
    let rotated = place.server.post(&path).key(&place.site.admin).await.ok();
    let secret = rotated["secret"].as_str().expect("the new secret").to_owned();
    assert_ne!(secret, hook.secret);
    assert_eq!(rotated["previous_secret_until"], "2026-11-22T12:00:00.000Z");
    assert_eq!(place.reads(&hook).await["secret"], json!(null), "it is shown once");
    place.stores(1).await;
    let got = receiver.next().await;
    assert!(got.is_signed_with(&secret) && got.is_signed_with(&hook.secret));
    place.server.pass(DAY - 1);
    place.stores(2).await;
    let got = receiver.next().await;
    assert!(got.is_signed_with(&secret) && got.is_signed_with(&hook.secret));
    place.server.pass(1);
    place.stores(3).await;
    let got = receiver.next().await;
    assert!(got.is_signed_with(&secret) && !got.is_signed_with(&hook.secret));
    assert_eq!(place.reads(&hook).await["previous_secret_until"], json!(null));
}

#[tokio::test]
async fn a_test_shows_whether_messages_arrive() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([]).await;
    let hook = place.hook(&receiver, &["score.low"]).await;
    let reply = place.server.post(&format!("/v1/webhooks/{}/test", hook.id)).key(&place.site.write).await;
    assert_eq!(reply.status, 202);
    let got = receiver.next().await;
    assert_eq!(reply.value()["id"], got.id());
    assert!(got.is_signed_with(&hook.secret));
    assert_eq!(got.value()["type"], "webhook.test");
    assert_eq!(got.value()["data"], json!({ "site": place.site.id, "webhook": hook.id }));
}

#[tokio::test]
async fn a_server_that_stops_gives_back_what_it_had_not_sent() {
    let place = Place::new().await;
    let mut receiver = Receiver::start([Act::Silence]).await;
    let hook = place.hook(&receiver, &["response.stored"]).await;
    place.stores(1).await;
    let cut = receiver.next().await;
    place.server.app.webhooks.stop().await;
    let delivery = place.newest_is(&hook, "pending", 0).await;
    assert_eq!((&delivery["id"], &delivery["next_at"]), (&json!(cut.id()), &json!("2026-11-21T12:00:00.000Z")));
    place.stores(2).await;
    assert!(!receiver.has_more(), "it sends nothing more");
}

#[tokio::test]
async fn a_receiver_has_so_long_and_no_longer() {
    let client = Client::new(true);
    for (act, refusal) in [
        (Act::Silence, Refusal::Timeout),
        (Act::Drip, Refusal::Timeout),
        (Act::HangUp, Refusal::Broken),
        (Act::Nonsense, Refusal::Broken),
    ] {
        let receiver = Receiver::always(act.clone()).await;
        let url = Url::parse(&receiver.url).expect("is an address");
        let within = Duration::from_millis(if refusal == Refusal::Timeout { 400 } else { 20_000 });
        let ended = client.post(&url, http_headers(), hyper::body::Bytes::from_static(b"{}"), within, 0).await;
        assert_eq!(ended, Err(refusal), "{act:?}");
    }
    let closed = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
    let url = format!("http://{}/", closed.local_addr().expect("has an address"));
    drop(closed);
    let url = Url::parse(&url).expect("is an address");
    let ended = client.post(&url, http_headers(), hyper::body::Bytes::new(), Duration::from_secs(20), 0).await;
    assert_eq!(ended, Err(Refusal::Unreachable));
}

/// Leads every name to this machine.
struct Here;

#[async_trait]
impl Resolve for Here {
    async fn resolve(&self, _: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
    }
}

/// Answers over TLS as `receiver.test`, whose certificate is of an authority that only this test knows; where it listens.
async fn tls_receiver() -> u16 {
    let certificate = CertificateDer::from(include_bytes!("tls/receiver.der").as_slice());
    let key = PrivateKeyDer::Pkcs8(include_bytes!("tls/receiver_key.der").as_slice().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they fit");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
    let port = listener.local_addr().expect("has an address").port();
    let (tell, _) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(receive(stream, tell.clone(), || Act::Reply(204)));
            }
        }
    });
    port
}

#[tokio::test]
async fn a_certificate_must_be_the_names_own_and_of_a_known_authority() {
    let port = tls_receiver().await;
    let mut known = RootCertStore::empty();
    known.add(CertificateDer::from(include_bytes!("tls/authority.der").as_slice())).expect("is an authority");
    let browsers = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for (roots, name, wanted) in [
        (&known, "receiver.test", Ok(204)),
        (&known, "receiver.test.", Ok(204)),
        (&known, "other.test", Err(Refusal::Tls)),
        (&known, "127.0.0.1", Err(Refusal::Tls)),
        (&browsers, "receiver.test", Err(Refusal::Tls)),
    ] {
        let client = Client::with(Arc::new(Here), roots.clone(), true);
        let url = Url::parse(&format!("https://{name}:{port}/")).expect("is an address");
        let body = hyper::body::Bytes::from_static(b"{}");
        let ended = client.post(&url, http_headers(), body, Duration::from_secs(20), 0).await;
        assert_eq!(ended.map(|answer| answer.status), wanted, "{name}");
    }
}

fn http_headers() -> axum::http::HeaderMap {
    axum::http::HeaderMap::new()
}

#[tokio::test]
async fn what_an_owner_sets_is_checked() {
    let server = Server::start().await;
    let site = server.site().await;
    let make = async |body: Value| server.post("/v1/webhooks").key(&site.admin).json(&body).await;
    let good = json!({ "url": "https://receiver.invalid/x", "events": ["response.stored"] });
    for (change, field) in [
        (json!({ "url": "http://receiver.invalid/" }), "url"),
        (json!({ "url": "https://127.0.0.1/" }), "url"),
        (json!({ "url": "https://0x7f.1/" }), "url"),
        (json!({ "url": "https://localhost/" }), "url"),
        (json!({ "url": "https://me:secret@receiver.invalid/" }), "url"),
        (json!({ "url": "nowhere" }), "url"),
        (json!({ "url": 1 }), "url"),
        (json!({ "events": [] }), "events"),
        (json!({ "events": ["webhook.test"] }), "events"),
        (json!({ "events": ["response.deleted"] }), "events[0]"),
        (json!({ "score_max": 11 }), "score_max"),
        (json!({ "score_max": -1 }), "score_max"),
    ] {
        assert_eq!(make(with(good.clone(), change.clone())).await.refused(Code::INVALID_FIELD), field, "{change}");
    }
    assert_eq!(make(json!({ "url": "https://receiver.invalid/" })).await.refused(Code::MISSING_FIELD), "events");
    let made = make(with(good.clone(), json!({ "site": site.id, "events": ["score.low", "score.low"] }))).await.ok();
    assert!(made["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    assert_eq!((&made["events"], &made["score_max"]), (&json!(["score.low"]), &json!(null)));
    let path = format!("/v1/webhooks/{}", made["id"].as_str().expect("an id"));
    let patch = async |body: Value| server.patch(&path).key(&site.admin).json(&body).await;
    assert_eq!(patch(json!({ "url": "https://10.0.0.1/" })).await.refused(Code::INVALID_FIELD), "url");
    assert_eq!(patch(json!({ "events": [] })).await.refused(Code::INVALID_FIELD), "events");
    let patched = patch(json!({ "url": "https://other.invalid", "score_max": 0, "enabled": false })).await.ok();
    assert_eq!((&patched["url"], &patched["score_max"]), (&json!("https://other.invalid/"), &json!(0)));
    assert_eq!((&patched["enabled"], &patched["disabled"]), (&json!(false), &json!("owner")));
    for _ in 1..20 {
        assert_eq!(make(good.clone()).await.status, 201);
    }
    make(good).await.refused(Code::CONFLICT);
    let (mut listed, mut cursor) = (0, String::new());
    loop {
        let page = server.get(&format!("/v1/webhooks?limit=7{cursor}")).key(&site.read).await.ok();
        let items = page["items"].as_array().expect("items");
        assert!(items.iter().all(|item| item["secret"].is_null()), "{page}");
        listed += items.len();
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(listed, 20);
    server.get("/v1/webhooks?cursor=wh_none").key(&site.read).await.refused(Code::INVALID_PARAMETER);
    let deliveries = format!("{path}/deliveries");
    for wrong in ["state=lost", "cursor=%21", "limit=501"] {
        server.get(&format!("{deliveries}?{wrong}")).key(&site.read).await.refused(Code::INVALID_PARAMETER);
    }
    assert_eq!(server.delete(&path).key(&site.admin).await.status, 204);
    server.get(&deliveries).key(&site.read).await.refused(Code::NOT_FOUND);
}

#[tokio::test]
async fn what_is_behind_a_receivers_host_is_shown_to_those_who_may_change_it() {
    let place = Place::new().await;
    let whole = "https://receiver.invalid:8443/T0/B0/secret?token=1";
    let hook = place.hook_with(json!({ "url": whole, "events": ["response.stored"] })).await;
    let (site, one) = (&place.site, format!("/v1/webhooks/{}", hook.id));
    for (key, shown) in [
        (&site.admin, whole),
        (&site.write, "https://receiver.invalid:8443/…"),
        (&site.read, "https://receiver.invalid:8443/…"),
    ] {
        assert_eq!(place.server.get(&one).key(key).await.ok()["url"], shown);
        assert_eq!(place.server.get("/v1/webhooks").key(key).await.ok()["items"][0]["url"], shown);
    }
    let bare = place.hook_with(json!({ "url": "https://receiver.invalid/", "events": ["response.stored"] })).await;
    assert_eq!(place.reads(&bare).await["url"], "https://receiver.invalid/", "there is nothing to leave out");
}
