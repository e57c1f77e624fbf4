//! Who may read the embed (everyone, always) and whose pages may write (those of the site's list).

use axum::http::Method;
use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::faulty::{Mode, Switch};
use crate::harness::{Reply, Server, Site, answer};

/// Checks the headers that every reply of the embed carries, whatever its status.
#[track_caller]
fn assert_open(reply: &Reply, what: &str) {
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("timing-allow-origin", "*"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(reply.header(name), value, "{name} of {what} ({})", reply.status);
    }
    assert_eq!(reply.header("access-control-allow-credentials"), "", "never credentials: {what}");
    assert_eq!(reply.header("set-cookie"), "", "no cookie: {what}");
    assert!(!reply.header("x-request-id").is_empty(), "{what}");
}

#[tokio::test]
async fn every_reply_of_the_embed_is_open_to_all() {
    let switch = Switch::new();
    let server = Server::start_with(None, |store| switch.around(store)).await;
    let (site, survey) = server.site_with_survey().await;
    let first = format!("{}/first/{survey}/1", site.config());
    let tag = server.get(&site.config()).await.header("etag").to_owned();
    let cases = [
        (200, server.get(&site.config())),
        (304, server.get(&site.config()).header("if-none-match", &tag)),
        (200, server.get(&first)),
        (404, server.get(&format!("{first}9"))),
        (404, server.get("/v1/embed/pk_nobody")),
        (404, server.get("/v1/embed/%ff")),
        (404, server.get(&format!("{}/nothing/here", site.config()))),
        (405, server.delete(&site.config())),
        (405, server.get(&site.responses())),
        (200, server.post(&site.responses()).json(&answer(&survey, 9))),
        (400, server.post(&site.responses()).sends("text/plain", "{")),
        (404, server.post("/v1/embed/pk_nobody/responses").json(&json!([]))),
        (413, server.post(&site.responses()).sends("text/plain", "x".repeat(70_000))),
        (415, server.post(&site.responses())),
        (422, server.post(&site.responses()).json(&answer(&survey, 11))),
        (200, server.post(&site.events()).json(&json!([]))),
        (400, server.post(&site.events()).sends("text/plain", "{")),
        (204, server.ask(Method::OPTIONS, &site.responses()).origin("https://shop.example")),
        (404, server.get("/w/0000000000000000/widget.js")),
    ];
    for (status, ask) in cases {
        let reply = ask.await;
        assert_eq!(reply.status, status, "{}", reply.text());
        assert_open(&reply, &reply.text());
    }
    switch.set(Mode::DiskFull);
    let reply = server.post(&site.responses()).json(&answer(&survey, 9)).await;
    reply.refused(Code::STORAGE_UNAVAILABLE);
    assert_open(&reply, "a store that cannot write");
    switch.set(Mode::Panics);
    let reply = server.post(&site.responses()).json(&answer("sv_unheard_of", 9)).await;
    reply.refused(Code::INTERNAL);
    assert_open(&reply, "a handler that panics");
}

#[tokio::test]
async fn the_browser_files_are_open_to_all() {
    let server = Server::start().await;
    // Built or not: in a tree without `dist` they are not there, and say so to every page.
    for file in ["/bearing.js", "/rest.js", "/extra.js", "/explain.js", "/work.js", "/hosted.js", "/hosted.css"] {
        let reply = server.get(file).await;
        assert!(matches!(reply.status, 200 | 404), "{file}");
        assert_open(&reply, file);
        if reply.status == 200 {
            assert_eq!(reply.header("cache-control"), "public, max-age=300", "{file}");
            let again = server.get(file).header("if-none-match", reply.header("etag")).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{file}");
            assert_open(&again, file);
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered_for_every_address_of_the_embed() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let first = format!("{}/first/{survey}/1", site.config());
    for path in [site.config(), first, site.responses(), site.events(), "/v1/embed/pk_nobody/responses".into()] {
        let reply = server
            .ask(Method::OPTIONS, &path)
            .origin("https://shop.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .await;
        assert_eq!((reply.status, reply.body.len()), (204, 0), "{path}");
        assert_open(&reply, &path);
        assert!(reply.header("access-control-allow-methods").contains("POST"), "{path}");
        assert_eq!(reply.header("access-control-allow-headers"), "content-type", "{path}");
        assert!(!reply.header("access-control-max-age").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_management_api_is_not_open_to_other_pages() {
    let server = Server::start().await;
    let (site, _) = server.site_with_survey().await;
    for path in ["/v1/surveys", "/v1/responses", "/v1/reports/score?metric=nps"] {
        let reply = server.get(path).key(&site.read).origin("https://evil.example").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, ""), "{path}");
        let preflight = server.ask(Method::OPTIONS, path).origin("https://evil.example").await;
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (405, ""), "{path}");
    }
}

/// What becomes of a response and of events from a page of this origin; none: a request without one.
async fn write(server: &Server, site: &Site, survey: &str, origin: Option<&str>) -> u16 {
    let events = json!([{ "type": "shown", "survey": survey, "version": 1 }]);
    let mut asks = [server.post(&site.responses()).json(&answer(survey, 9)), server.post(&site.events()).json(&events)];
    if let Some(origin) = origin {
        asks = asks.map(|ask| ask.origin(origin));
    }
    let [responses, events] = asks;
    let (responses, events) = (responses.await, events.await);
    assert_eq!(responses.status, events.status, "{origin:?}");
    if responses.status != 200 {
        responses.refused(Code::ORIGIN_NOT_ALLOWED);
        events.refused(Code::ORIGIN_NOT_ALLOWED);
    }
    responses.status
}

#[tokio::test]
async fn pages_on_the_list_may_write_and_others_may_not() {
    let server = Server::start_with(Some("https://surveys.example/bearing/"), |store| store).await;
    let list: Vec<String> =
        ["https://shop.example", "https://*.store.example", "http://localhost:3000", "https://*.dev.example:8443"]
            .map(String::from)
            .into();
    let site = server.site_with(|settings| settings.origins = list).await;
    let survey = server.publish(&site, crate::harness::nps()).await;
    for (origin, expected) in [
        (None, 200),
        (Some("https://shop.example"), 200),
        (Some("https://a.store.example"), 200),
        (Some("https://a.b.store.example"), 200),
        (Some("http://localhost:3000"), 200),
        (Some("https://x.dev.example:8443"), 200),
        // The hosted form's own, by its host and by its public address.
        (Some("http://bearing.example"), 200),
        (Some("https://surveys.example"), 200),
        (Some("http://shop.example"), 403),
        (Some("https://shop.example:8443"), 403),
        (Some("https://shop.example.evil"), 403),
        (Some("https://evilshop.example"), 403),
        (Some("https://store.example"), 403),
        (Some("https://evilstore.example"), 403),
        (Some("https://.store.example"), 403),
        (Some("http://a.store.example"), 403),
        (Some("https://x.dev.example"), 403),
        (Some("http://localhost:3001"), 403),
        (Some("https://surveys.example.evil"), 403),
        (Some("null"), 403),
        (Some(""), 403),
    ] {
        assert_eq!(write(&server, &site, &survey, origin).await, expected, "{origin:?}");
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 8, "what is refused is not stored");
}

#[tokio::test]
async fn the_origin_null_has_a_switch_of_its_own() {
    let server = Server::start().await;
    for (origins, switch, expected) in [
        (vec![], false, 403),
        (vec![], true, 200),
        (vec!["https://shop.example".to_owned()], false, 403),
        (vec!["https://shop.example".to_owned()], true, 200),
    ] {
        let site = server
            .site_with(|settings| (settings.origins, settings.allow_null_origin) = (origins.clone(), switch))
            .await;
        let survey = server.publish(&site, crate::harness::nps()).await;
        assert_eq!(write(&server, &site, &survey, Some("null")).await, expected, "{origins:?} {switch}");
    }
}

#[tokio::test]
async fn an_empty_list_takes_every_page_and_a_new_one_holds_at_once() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    assert_eq!(write(&server, &site, &survey, Some("https://anywhere.example")).await, 200);
    let list: Value = json!({ "origins": ["https://shop.example"] });
    server.patch(&format!("/v1/sites/{}", site.id)).key(&site.admin).json(&list).await.ok();
    assert_eq!(write(&server, &site, &survey, Some("https://anywhere.example")).await, 403);
    // Reading stays open: who may write is judged where something is written.
    let config = server.get(&site.config()).origin("https://anywhere.example").await;
    assert_eq!(config.status, 200);
}
