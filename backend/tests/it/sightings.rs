//! On which origins the tag was seen: by what reaches the server, kept in bounds, told to the site's team alone.

use serde_json::{Value, json};

use crate::faulty::{Mode, Switch};
use crate::harness::{DAY, MINUTE, Server, Site, answer};
use bearing::jobs::sightings::note;

/// What the site's team is told.
async fn told(server: &Server, site: &Site) -> Value {
    server.get("/v1/origins").key(&site.read).await.ok()
}

/// The origins in the order of the list, each with whether it is allowed and how many requests came.
async fn listed(server: &Server, site: &Site) -> Vec<(String, bool, u64)> {
    let told = told(server, site).await;
    let items = told["items"].as_array().expect("a list");
    let one = |item: &Value| {
        let origin = item["origin"].as_str().expect("a text").to_owned();
        (origin, item["allowed"].as_bool().expect("a truth"), item["requests"].as_u64().expect("a number"))
    };
    items.iter().map(one).collect()
}

#[tokio::test]
async fn a_tag_is_seen_at_once_where_it_asks_and_where_it_sends_from() {
    let server = Server::start().await;
    let list: Vec<String> =
        ["https://shop.example", "https://*.store.example", "https://new.example"].map(String::from).into();
    let site = server.site_with(|settings| settings.origins = list).await;
    let survey = server.publish(&site, crate::harness::nps()).await;
    let never = |origin: &str| (origin.to_owned(), true, 0);
    let unseen = ["https://shop.example", "https://*.store.example", "https://new.example"].map(never);
    assert_eq!(listed(&server, &site).await, unseen);
    assert_eq!(told(&server, &site).await["items"][0]["last_seen_at"], Value::Null);

    server.get(&site.config()).origin("https://shop.example").await.ok();
    server.pass(MINUTE);
    // A tag that names its site in the address is a script: its first request has no origin, but an address.
    let script = format!("/bearing.js?site={}", site.key);
    server.get(&script).header("referer", "https://a.store.example/basket?customer=7").await;
    server.pass(MINUTE);
    let refused = server.post(&site.responses()).json(&answer(&survey, 9)).origin("https://staging.example").await;
    assert_eq!(refused.status, 403);
    server.get(&site.config()).origin("https://staging.example").await.ok();
    server.pass(MINUTE);
    server.get(&site.config()).origin("null").await.ok();
    let one = |origin: &str, allowed, requests| (origin.to_owned(), allowed, requests);
    let expected = [
        one("null", false, 1),
        one("https://staging.example", false, 2),
        one("https://a.store.example", true, 1),
        one("https://shop.example", true, 1),
        one("https://new.example", true, 0),
    ];
    assert_eq!(listed(&server, &site).await, expected);
    let told = told(&server, &site).await;
    assert_eq!(told["items"][3]["last_seen_at"], "2026-11-21T12:00:00.000Z");
    assert!(!told.to_string().contains("basket"), "the origin, never the path");
    // Another site knows nothing of it.
    assert!(listed(&server, &server.site().await).await.is_empty());
    // What the owner adds to the list is allowed at once.
    let list = json!({ "origins": ["https://staging.example"] });
    server.patch(&format!("/v1/sites/{}", site.id)).key(&site.admin).json(&list).await.ok();
    assert!(listed(&server, &site).await.contains(&one("https://staging.example", true, 2)));
}

#[tokio::test]
async fn what_has_no_tag_is_not_seen() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    server.get(&site.config()).await.ok();
    for nonsense in ["", "x", "chrome-extension://abc", "file:///etc/passwd"] {
        server.get(&site.config()).origin(nonsense).await.ok();
    }
    // The hosted form sends from the server's own origin.
    server.post(&site.responses()).json(&answer(&survey, 9)).origin("http://bearing.example").await.ok();
    assert!(listed(&server, &site).await.is_empty());
    // A page of the server's own that has the tag is seen, by where it asks.
    server.get(&site.config()).header("referer", "http://bearing.example/shop").await.ok();
    assert_eq!(listed(&server, &site).await, [("http://bearing.example".to_owned(), true, 1)]);
}

#[tokio::test]
async fn what_was_seen_is_noted_for_every_server_and_forgotten_after_90_days() {
    let switch = Switch::new();
    let server = Server::start_with(None, |store| switch.around(store)).await;
    let (site, _) = server.site_with_survey().await;
    let beside = server.beside().await;
    server.get(&site.config()).origin("https://shop.example").await.ok();
    beside.get(&site.config()).origin("https://shop.example").await.ok();
    switch.set(Mode::DiskFull);
    note(&server.app, true).await.expect_err("the disk is full");
    switch.set(Mode::Well);
    note(&server.app, true).await.expect("it is noted");
    note(&beside.app, true).await.expect("it is noted");
    let both = [("https://shop.example".to_owned(), true, 2)];
    assert_eq!(listed(&server, &site).await, both);
    assert_eq!(listed(&beside, &site).await, both);
    server.pass(90 * DAY);
    note(&server.app, true).await.expect("nothing is old enough");
    assert_eq!(listed(&server, &site).await, both);
    server.pass(1);
    note(&server.app, true).await.expect("it is forgotten");
    assert!(listed(&server, &site).await.is_empty());
}

#[tokio::test]
async fn strangers_fill_no_more_than_their_places() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.origins = vec!["https://shop.example".into()]).await;
    for number in 0..60 {
        server.get(&site.config()).origin(&format!("https://s{number}.example")).await.ok();
    }
    server.get(&site.config()).origin("https://shop.example").await.ok();
    for _ in 0..2 {
        let told = told(&server, &site).await;
        assert_eq!((told["items"].as_array().map(Vec::len), &told["others"]), (Some(50), &json!(11)));
        let shop = (String::from("https://shop.example"), true, 1);
        assert!(listed(&server, &site).await.contains(&shop));
        note(&server.app, false).await.expect("it is noted");
    }
}
