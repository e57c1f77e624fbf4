//! Strangers: what anyone on the internet may send, and what becomes of it.

use bearing::strangers::{Proxies, Settings, Watched};
use bearing_shared::api::sites::Protect;
use bearing_shared::fault::Code;
use bearing_storage::Role;
use serde_json::{Value, json};

use crate::harness::{Server, Site, answer, new_id, with};

/// A page of the site.
const PAGE: &str = "https://shop.example";

fn everybody() -> Settings {
    Settings { watched: Watched::Everybody, ..Settings::default() }
}

/// What the showing of a survey brings: a token, and the work that it asks for.
pub(crate) async fn shown(server: &Server, site: &Site, survey: &str, address: &str) -> (String, u64) {
    let event = json!([{ "type": "shown", "survey": survey, "version": 1 }]);
    let reply = server.post(&site.events()).from(address).origin(PAGE).json(&event).await.ok();
    (reply["display"].as_str().expect("a token").to_owned(), reply["work"].as_u64().unwrap_or_default())
}

/// An answer as the card sends it, a while after it was shown.
pub(crate) fn answered(survey: &str, score: u8, token: &str) -> Value {
    with(answer(survey, score), json!({ "display": token, "age_ms": { "shown": 5_000, "answered": 0 } }))
}

async fn send(server: &Server, site: &Site, address: &str, body: &Value) -> Value {
    let reply = server.post(&site.responses()).from(address).origin(PAGE).json(body).await.ok();
    reply["results"][0]["status"].clone()
}

/// A response's state and its signs.
async fn state_of(server: &Server, site: &Site, body: &Value) -> (String, Vec<String>) {
    let id = body["id"].as_str().expect("an id");
    let found = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    let signs = found["suspicion"].as_array().expect("signs").iter().filter_map(Value::as_str).map(str::to_owned);
    (found["state"].as_str().expect("a state").to_owned(), signs.collect())
}

fn counted() -> (String, Vec<String>) {
    ("counted".into(), Vec::new())
}

fn apart(sign: &str) -> (String, Vec<String>) {
    ("quarantined".into(), vec![sign.into()])
}

/// A server with a strict site and its survey.
async fn strict() -> (Server, Site, String) {
    let server = Server::start_among(everybody()).await;
    let site = server.site_with(|settings| settings.protect = Protect::Strict).await;
    let survey = server.publish(&site, crate::harness::nps()).await;
    (server, site, survey)
}

#[tokio::test]
async fn an_answer_with_the_token_of_its_showing_carries_no_sign() {
    let (server, site, survey) = strict().await;
    let (token, work) = shown(&server, &site, &survey, "203.0.113.1").await;
    assert_eq!(work, 0, "nobody attacks");
    server.pass(5_000);
    let body = answered(&survey, 9, &token);
    assert_eq!(send(&server, &site, "203.0.113.1", &body).await, "stored");
    assert_eq!(state_of(&server, &site, &body).await, counted());
    let again = with(body.clone(), json!({ "seq": 1, "answers": [{ "question": "score", "value": 8 }] }));
    assert_eq!(send(&server, &site, "203.0.113.1", &again).await, "updated");
    assert_eq!(state_of(&server, &site, &body).await, counted(), "one response may come with it as often as it wants");
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn a_strict_site_keeps_what_is_suspicious_apart_and_tells_the_sender_nothing() {
    let (server, site, survey) = strict().await;
    let other =
        server.publish(&site, crate::harness::shown_at(bearing_shared::instrument::Instrument::Csat, &["x"])).await;
    let (token, _) = shown(&server, &site, &survey, "203.0.113.1").await;
    let (others, _) = shown(&server, &site, &other, "203.0.113.1").await;
    server.pass(5_000);
    let first = answered(&survey, 9, &token);
    send(&server, &site, "203.0.113.1", &first).await;
    let fast = json!({ "shown": 300, "answered": 0 });
    for (body, sign) in [
        (with(answered(&survey, 0, ""), json!({ "display": null })), "no_token"),
        (answered(&survey, 0, ""), "no_token"),
        (answered(&survey, 0, "made-up"), "bad_token"),
        (answered(&survey, 0, &others), "bad_token"),
        (answered(&survey, 0, &token), "reused_token"),
        (with(answered(&survey, 0, &shown(&server, &site, &survey, "203.0.113.2").await.0), json!({})), "too_fast"),
    ] {
        assert_eq!(send(&server, &site, "203.0.113.2", &body).await, "stored", "{sign}");
        assert_eq!(state_of(&server, &site, &body).await, apart(sign));
    }
    let (token, _) = shown(&server, &site, &survey, "203.0.113.3").await;
    server.pass(5_000);
    let body = with(answered(&survey, 0, &token), json!({ "age_ms": fast }));
    send(&server, &site, "203.0.113.3", &body).await;
    assert_eq!(state_of(&server, &site, &body).await, apart("too_fast"), "by its own word");
    let score = server.score(&site, "metric=nps").await;
    assert_eq!((&score["n"], &score["score"]), (&json!(1), &json!(100.0)));
}

#[tokio::test]
async fn without_an_origin_alone_an_answer_counts_and_says_so() {
    let (server, site, survey) = strict().await;
    let (token, _) = shown(&server, &site, &survey, "203.0.113.1").await;
    server.pass(5_000);
    let body = answered(&survey, 9, &token);
    server.post(&site.responses()).from("203.0.113.1").json(&body).await.ok();
    assert_eq!(state_of(&server, &site, &body).await, ("counted".into(), vec!["no_origin".into()]));
}

#[tokio::test]
async fn in_peace_a_site_that_is_not_strict_counts_all_and_knows_the_signs() {
    let server = Server::start_among(everybody()).await;
    let (site, survey) = server.site_with_survey().await;
    let body = answered(&survey, 0, "made-up");
    assert_eq!(send(&server, &site, "203.0.113.1", &body).await, "stored");
    assert_eq!(state_of(&server, &site, &body).await, ("counted".into(), vec!["bad_token".into()]));
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn a_token_that_comes_late_releases_its_answer_and_a_members_word_stands() {
    let (server, site, survey) = strict().await;
    let (token, _) = shown(&server, &site, &survey, "203.0.113.1").await;
    server.pass(5_000);
    let early = with(answered(&survey, 9, ""), json!({}));
    send(&server, &site, "203.0.113.1", &early).await;
    assert_eq!(state_of(&server, &site, &early).await, apart("no_token"));
    let late = with(early.clone(), json!({ "seq": 1, "display": token }));
    assert_eq!(send(&server, &site, "203.0.113.1", &late).await, "updated");
    assert_eq!(state_of(&server, &site, &early).await, counted());
    // A member takes one out of the score: what comes later does not put it back.
    let id = early["id"].as_str().expect("an id");
    let path = format!("/v1/responses/{id}");
    server.patch(&path).key(&site.write).json(&json!({ "state": "quarantined" })).await.ok();
    let later = with(late, json!({ "seq": 2 }));
    server.pass(5_000);
    assert_eq!(send(&server, &site, "203.0.113.1", &later).await, "updated");
    assert_eq!(state_of(&server, &site, &early).await.0, "quarantined");
}

#[tokio::test]
async fn a_member_releases_what_was_quarantined_and_takes_that_back() {
    let (server, site, survey) = strict().await;
    let body = answered(&survey, 9, "");
    send(&server, &site, "203.0.113.1", &body).await;
    let path = format!("/v1/responses/{}", body["id"].as_str().expect("an id"));
    let editor = server.member(&[(&site, Role::Editor)]).await;
    for (state, n) in [("counted", 1), ("quarantined", 0), ("counted", 1)] {
        let change = json!({ "state": state });
        let reply =
            server.patch(&path).session(&editor).header("origin", "http://bearing.example").json(&change).await.ok();
        assert_eq!(reply["response"]["suspicion"], json!(["no_token"]), "the reason stays");
        assert_eq!(server.score(&site, "metric=nps").await["n"], n);
    }
    // What a member has released stays, whatever its next edition lacks.
    let again = with(body.clone(), json!({ "seq": 1 }));
    send(&server, &site, "203.0.113.1", &again).await;
    assert_eq!(state_of(&server, &site, &body).await.0, "counted");
}

#[tokio::test]
async fn who_fills_the_field_that_people_do_not_see_is_suspected() {
    let (server, site, survey) = strict().await;
    let path = format!("/s/{survey}");
    for (trap, expected) in [("", counted()), ("https://spam.example", apart("trap"))] {
        let form = server.get(&path).from("203.0.113.1").await.text();
        let token = form.split("name=\"display\"").nth(1).expect("the form carries a token");
        let token = token.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value");
        let shown = server.app.clock.now().to_string();
        server.pass(5_000);
        let id = new_id();
        let fields = [
            ("id", id.as_str()),
            ("seq", "0"),
            ("version", "1"),
            ("shown", &shown),
            ("q.score", "9"),
            ("display", token),
            ("confirm_site", trap),
        ];
        let reply = server.post(&path).from("203.0.113.1").origin("http://bearing.example").form(&fields).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert_eq!(state_of(&server, &site, &json!({ "id": id })).await, expected);
    }
}

#[tokio::test]
async fn a_network_may_send_two_minutes_worth_and_the_rest_is_told_to_come_again() {
    let server = Server::start_among(everybody()).await;
    let (site, survey) = server.site_with_survey().await;
    let (mut stored, mut told) = (0, 0);
    for _ in 0..200 {
        let reply = server.post(&site.responses()).from("2001:db8:1:2::5").origin(PAGE).json(&answer(&survey, 9)).await;
        match reply.status {
            200 => stored += 1,
            _ => {
                reply.refused(Code::RATE_LIMITED);
                assert!(reply.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
                told += 1;
            }
        }
    }
    assert_eq!((stored, told), (120, 80));
    let reply = server.post(&site.responses()).from("2001:db8:1:2:ffff::1").json(&answer(&survey, 9)).await;
    reply.refused(Code::RATE_LIMITED);
    let reply = server.post(&site.responses()).from("2001:db8:1:3::1").json(&answer(&survey, 9)).await;
    assert_eq!(reply.status, 200, "another network");
    server.pass(60_000);
    let many: Vec<Value> = (0..50).map(|_| answer(&survey, 9)).collect();
    let whole = server.post(&site.responses()).from("2001:db8:1:2::5").json(&json!(many)).await;
    assert_eq!(whole.status, 200, "a minute brings sixty");
    let whole = server.post(&site.responses()).from("2001:db8:1:2::5").json(&json!(many)).await;
    whole.refused(Code::RATE_LIMITED);
    let form = server.post(&format!("/s/{survey}")).from("203.0.113.77").form(&[("q.score", "9")]).await;
    assert_ne!(form.status, 429, "a form of another network is taken");
    let key = server.post("/v1/responses").from("2001:db8:1:2::5").key(&site.write).json(&answer(&survey, 9)).await;
    assert_eq!(key.status, 200, "who holds a key is no stranger");
}

#[tokio::test]
async fn a_form_that_is_told_to_come_again_keeps_what_was_typed() {
    let server = Server::start_among(everybody()).await;
    let (site, survey) = server.site_with_survey().await;
    for _ in 0..120 {
        server.post(&site.responses()).from("203.0.113.9").origin(PAGE).json(&answer(&survey, 9)).await.ok();
    }
    let (path, id) = (format!("/s/{survey}"), new_id());
    let fields = [("id", id.as_str()), ("seq", "0"), ("version", "1"), ("q.score", "9"), ("q.why", "typed by hand")];
    let send = || server.post(&path).from("203.0.113.9").origin("http://bearing.example").form(&fields);
    let reply = send().await;
    assert_eq!(reply.status, 429);
    assert!(reply.text().contains("typed by hand") && !reply.header("retry-after").is_empty(), "{}", reply.text());
    server.pass(2_000);
    assert_eq!(send().await.status, 303, "and it is taken when there is room");
}

#[tokio::test]
async fn addresses_of_private_networks_are_limited_only_where_that_is_asked_for() {
    for (settings, most) in [(Settings::default(), 200), (everybody(), 120)] {
        let server = Server::start_among(settings).await;
        let (site, survey) = server.site_with_survey().await;
        let mut stored = 0;
        for _ in 0..200 {
            let reply = server.post(&site.responses()).from("127.0.0.1").json(&answer(&survey, 9)).await;
            stored += usize::from(reply.status == 200);
        }
        assert_eq!(stored, most);
    }
}

#[tokio::test]
async fn no_header_steers_which_bucket_a_request_takes_from() {
    let proxies = Proxies::read(&["10.0.0.0/8".to_owned()]).expect("is a network");
    let server = Server::start_among(Settings { watched: Watched::Everybody, proxies, ..Settings::default() }).await;
    let (site, survey) = server.site_with_survey().await;
    let stored = async |peer: &str, forwarded: &dyn Fn(usize) -> String| {
        let mut stored = 0;
        for number in 0..150 {
            let ask = server.post(&site.responses()).from(peer).header("x-forwarded-for", &forwarded(number));
            let ask = ask
                .header("forwarded", &format!("for=192.0.2.{number}"))
                .header("x-real-ip", &format!("192.0.2.{number}"));
            stored += usize::from(ask.json(&answer(&survey, 9)).await.status == 200);
        }
        stored
    };
    // Straight from the internet: whatever it says, it is itself.
    assert_eq!(stored("203.0.113.5", &|number| format!("192.0.2.{number}")).await, 120);
    // Behind our proxy: what the client wrote stands left of what the proxy adds.
    assert_eq!(stored("10.0.0.1", &|number| format!("192.0.2.{number}, 203.0.113.6")).await, 120);
    assert_eq!(stored("10.0.0.1", &|number| format!("10.1.1.{number}, 203.0.113.7, 10.0.0.2")).await, 120);
    // Our proxy says who it is each time: each has a bucket.
    assert_eq!(stored("10.0.0.1", &|number| format!("198.51.100.{number}")).await, 150);
}
