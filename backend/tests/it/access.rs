//! Who may call what: every management route with every scope, and nobody with another site's things.

use axum::http::Method;
use bearing_shared::fault::Code;
use bearing_storage::Scope;
use serde_json::{Value, json};

use crate::harness::{Ask, Server, Site, answer, with};

/// A management route: its method, its path as described, the scope it needs, and a body that it takes.
type Route = (Method, &'static str, Scope, Option<Value>);

fn routes() -> Vec<Route> {
    let edit = || Some(json!({ "name": "Renamed" }));
    vec![
        (Method::GET, "/v1/sites/{id}", Scope::Read, None),
        (Method::PATCH, "/v1/sites/{id}", Scope::Admin, edit()),
        (Method::GET, "/v1/surveys", Scope::Read, None),
        (Method::POST, "/v1/surveys", Scope::Write, Some(json!({ "metric": "nps" }))),
        (Method::GET, "/v1/surveys/{id}", Scope::Read, None),
        (Method::PATCH, "/v1/surveys/{id}", Scope::Write, edit()),
        (Method::POST, "/v1/surveys/{id}/publish", Scope::Write, None),
        (Method::GET, "/v1/surveys/{id}/versions", Scope::Read, None),
        (Method::GET, "/v1/surveys/{id}/preview", Scope::Read, None),
        (Method::GET, "/v1/surveys/{id}/explain", Scope::Read, None),
        (Method::POST, "/v1/surveys/{id}/pause", Scope::Write, None),
        (Method::GET, "/v1/responses", Scope::Read, None),
        (Method::GET, "/v1/responses/{id}", Scope::Read, None),
        (Method::GET, "/v1/responses/count", Scope::Read, None),
        (Method::GET, "/v1/tags", Scope::Read, None),
        (Method::PATCH, "/v1/responses", Scope::Write, Some(json!({ "ids": [], "read": true }))),
        (Method::PATCH, "/v1/responses/{id}", Scope::Write, Some(json!({ "read": true }))),
        (Method::GET, "/v1/reports/score", Scope::Read, None),
        (Method::GET, "/v1/reports/trend", Scope::Read, None),
        (Method::GET, "/v1/reports/breakdown", Scope::Read, None),
        (Method::GET, "/v1/reports/compare", Scope::Read, None),
        (Method::GET, "/v1/reports/changes", Scope::Read, None),
        (Method::GET, "/v1/reports/drivers", Scope::Read, None),
        (Method::GET, "/v1/reports/funnel", Scope::Read, None),
        (Method::GET, "/v1/exports/responses.csv", Scope::Read, None),
        (Method::GET, "/v1/exports/responses.jsonl", Scope::Read, None),
        (Method::GET, "/v1/stream", Scope::Read, None),
        (Method::GET, "/v1/webhooks", Scope::Read, None),
        (Method::POST, "/v1/webhooks", Scope::Admin, Some(hook())),
        (Method::GET, "/v1/webhooks/{id}", Scope::Read, None),
        (Method::PATCH, "/v1/webhooks/{id}", Scope::Admin, Some(json!({ "score_max": 3 }))),
        (Method::POST, "/v1/webhooks/{id}/rotate", Scope::Admin, None),
        (Method::POST, "/v1/webhooks/{id}/test", Scope::Write, None),
        (Method::GET, "/v1/webhooks/{id}/deliveries", Scope::Read, None),
        (Method::POST, "/v1/webhooks/{id}/deliveries/{delivery}/replay", Scope::Write, None),
        (Method::DELETE, "/v1/webhooks/{id}", Scope::Admin, None),
        (Method::POST, "/v1/responses", Scope::Write, Some(json!({}))),
        (Method::POST, "/v1/respondents/erase", Scope::Write, Some(json!({ "customer": "c-1" }))),
        (Method::DELETE, "/v1/responses/{id}", Scope::Write, None),
        (Method::DELETE, "/v1/sites/{id}", Scope::Admin, None),
    ]
}

/// A webhook whose receiver is nowhere.
fn hook() -> Value {
    json!({ "url": "https://receiver.invalid/", "events": ["response.stored"] })
}

/// A site's things, as paths name them.
struct Things {
    site: Site,
    survey: String,
    response: String,
    webhook: String,
    delivery: String,
}

impl Things {
    async fn of(server: &Server) -> Self {
        let (site, survey) = server.site_with_survey().await;
        let made = server.post("/v1/webhooks").key(&site.admin).json(&hook()).await.ok();
        let webhook = made["id"].as_str().expect("an id").to_owned();
        let response = server.answered(&site, &answer(&survey, 9)).await;
        let page = server.get(&format!("/v1/webhooks/{webhook}/deliveries")).key(&site.read).await.ok();
        let delivery = page["items"][0]["id"].as_str().expect("the answer made a delivery").to_owned();
        Self { site, survey, response, webhook, delivery }
    }

    fn path(&self, described: &str) -> String {
        let id = match described {
            _ if described.starts_with("/v1/sites") => &self.site.id,
            _ if described.starts_with("/v1/surveys") => &self.survey,
            _ if described.starts_with("/v1/webhooks") => &self.webhook,
            _ => &self.response,
        };
        described.replace("{id}", id).replace("{delivery}", &self.delivery)
    }

    fn ask(&self, server: &Server, (method, path, _, body): &Route) -> Ask {
        let query = asked_with(path).map(|query| format!("?{query}")).unwrap_or_default();
        let ask = server.ask(method.clone(), &format!("{}{query}", self.path(path)));
        match body {
            Some(body) if *path == "/v1/responses" && method == Method::POST => {
                ask.json(&with(answer(&self.survey, 9), body.clone()))
            }
            Some(body) => ask.json(body),
            None => ask,
        }
    }
}

/// The query without which a route cannot be asked.
fn asked_with(path: &str) -> Option<&'static str> {
    match path {
        "/v1/reports/breakdown" => Some("metric=nps&by=device"),
        "/v1/reports/compare" => Some("metric=nps&from=2026-11-01"),
        _ => path.starts_with("/v1/reports").then_some("metric=nps"),
    }
}

#[tokio::test]
async fn the_list_of_routes_misses_none() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.ok();
    let mut described = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if operation["tags"][0] == "management" {
                described.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let mut listed: Vec<String> = routes().iter().map(|(method, path, ..)| format!("{method} {path}")).collect();
    described.sort();
    listed.sort();
    assert_eq!(described, listed);
}

#[tokio::test]
async fn every_route_asks_for_its_scope_and_no_more() {
    let server = Server::start().await;
    let things = Things::of(&server).await;
    for route in routes() {
        let (method, path, needed, _) = &route;
        let what = format!("{method} {path}");
        let nobody = things.ask(&server, &route).await;
        nobody.refused(Code::UNAUTHORIZED);
        assert_eq!(nobody.header("www-authenticate"), "Bearer", "{what}");
        for wrong in ["Bearer sk_wrong", "Bearer", "Basic c2s6", &things.site.read, ""] {
            things.ask(&server, &route).header("authorization", wrong).await.refused(Code::UNAUTHORIZED);
        }
        let keys =
            [(Scope::Read, &things.site.read), (Scope::Write, &things.site.write), (Scope::Admin, &things.site.admin)];
        for (scope, key) in keys {
            if scope < *needed {
                let reply = things.ask(&server, &route).key(key).await;
                reply.refused(Code::INSUFFICIENT_SCOPE);
                let message = reply.value()["error"]["message"].as_str().expect("a message").to_owned();
                assert!(message.contains(needed.name()), "it names what is needed: {message}");
            }
        }
        // The least scope that will do; what it takes away, no later route needs.
        let key = match needed {
            Scope::Read => &things.site.read,
            Scope::Write => &things.site.write,
            Scope::Admin => &things.site.admin,
        };
        let reply = things.ask(&server, &route).key(key).await;
        assert!((200..300).contains(&reply.status), "{what}: {} {}", reply.status, reply.text());
    }
}

#[tokio::test]
async fn a_larger_scope_will_do_too() {
    let server = Server::start().await;
    let things = Things::of(&server).await;
    for route in routes() {
        let reply = things.ask(&server, &route).key(&things.site.admin).await;
        assert!((200..300).contains(&reply.status), "{} {}: {}", route.0, route.1, reply.text());
    }
    // The site is gone, and its keys with it.
    for key in [&things.site.read, &things.site.write, &things.site.admin] {
        server.get("/v1/surveys").key(key).await.refused(Code::UNAUTHORIZED);
    }
    server.get(&things.site.config()).await.refused(Code::UNKNOWN_SITE);
}

#[tokio::test]
async fn another_sites_things_are_not_there() {
    let server = Server::start().await;
    let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
    for route in routes().iter().filter(|(_, path, ..)| path.contains("{id}")) {
        let reply = theirs.ask(&server, route).key(&ours.site.admin).await;
        assert_eq!(reply.refused(Code::NOT_FOUND), "", "{} {}", route.0, route.1);
    }
    let key = &ours.site.admin;
    for path in [
        "/v1/surveys?",
        "/v1/webhooks?",
        "/v1/stream?",
        "/v1/tags?",
        "/v1/responses/count?",
        "/v1/responses?",
        "/v1/reports/score?metric=nps&",
        "/v1/reports/trend?metric=nps&",
        "/v1/reports/breakdown?metric=nps&by=device&",
        "/v1/reports/compare?metric=nps&from=2026-11-01&",
        "/v1/reports/changes?metric=nps&",
        "/v1/reports/drivers?metric=nps&",
        "/v1/reports/funnel?metric=nps&",
        "/v1/exports/responses.csv?",
        "/v1/exports/responses.jsonl?",
    ] {
        server.get(&format!("{path}site={}", theirs.site.id)).key(key).await.refused(Code::NOT_FOUND);
        assert_eq!(server.get(&format!("{path}site={}", ours.site.id)).key(key).await.status, 200, "{path}");
        if !matches!(path, "/v1/surveys?" | "/v1/webhooks?" | "/v1/stream?" | "/v1/tags?") {
            server.get(&format!("{path}survey={}", theirs.survey)).key(key).await.refused(Code::NOT_FOUND);
            server.get(&format!("{path}survey=sv_nowhere")).key(key).await.refused(Code::NOT_FOUND);
        }
    }
    let body = json!({ "metric": "nps", "site": theirs.site.id });
    server.post("/v1/surveys").key(key).json(&body).await.refused(Code::NOT_FOUND);
    // Nothing of theirs was changed.
    server.get(&format!("/v1/responses/{}", theirs.response)).key(&theirs.site.read).await.ok();
    let survey = server.get(&format!("/v1/surveys/{}", theirs.survey)).key(&theirs.site.read).await.ok();
    assert_eq!((&survey["state"], &survey["name"]), (&json!("published"), &json!("Loyalty")));
}

#[tokio::test]
async fn ids_that_are_none_are_not_there() {
    let server = Server::start().await;
    let things = Things::of(&server).await;
    for id in ["nowhere", "%ff", "%00", "..%2f..", "' OR 1=1 --", &"x".repeat(3_000)] {
        let id = id.replace(' ', "%20").replace('\'', "%27");
        for collection in ["sites", "surveys", "responses", "webhooks"] {
            server.get(&format!("/v1/{collection}/{id}")).key(&things.site.admin).await.refused(Code::NOT_FOUND);
        }
    }
    server.get("/v1/nothing").key(&things.site.admin).await.refused(Code::NOT_FOUND);
}

#[tokio::test]
async fn unknown_parameters_are_named_on_every_route() {
    let server = Server::start().await;
    let things = Things::of(&server).await;
    for route in routes() {
        let (method, path, _, body) = &route;
        let query = asked_with(path).unwrap_or_default();
        let mut ask = server.ask(method.clone(), &format!("{}?{query}&colour=red", things.path(path)));
        if let Some(body) = body {
            ask = ask.json(body);
        }
        let reply = ask.key(&things.site.admin).await;
        assert_eq!(reply.refused(Code::UNKNOWN_PARAMETER), "colour", "{method} {path}");
    }
}

#[tokio::test]
async fn unknown_fields_are_named_on_every_route_that_takes_a_body() {
    let server = Server::start().await;
    let things = Things::of(&server).await;
    for route in routes() {
        let (method, path, scope, Some(body)) = route else { continue };
        let mut more = body.clone();
        more["colour"] = json!("red");
        let route = (method.clone(), path, scope, Some(more));
        let reply = things.ask(&server, &route).key(&things.site.admin).await;
        assert_eq!(reply.refused(Code::UNKNOWN_FIELD), "colour", "{method} {path}");
        let bare = things.ask(&server, &(method.clone(), path, scope, None)).key(&things.site.admin);
        bare.await.refused(Code::UNSUPPORTED_MEDIA_TYPE);
        let wrong: Route = (method.clone(), path, scope, None);
        let text = things.ask(&server, &wrong).key(&things.site.admin).sends("text/plain", body.to_string());
        text.await.refused(Code::UNSUPPORTED_MEDIA_TYPE);
        for (bytes, code) in [
            (&b"{"[..], Code::MALFORMED_JSON),
            (b"", Code::MALFORMED_JSON),
            (b"{} {}", Code::MALFORMED_JSON),
            (b"{\"name\":\"\xff\"}", Code::INVALID_UTF8),
            (b"[]", Code::INVALID_FIELD),
            (b"null", Code::INVALID_FIELD),
        ] {
            if path == "/v1/responses" && bytes == b"[]" {
                // No responses are a batch too.
                continue;
            }
            let ask = things.ask(&server, &wrong).key(&things.site.admin).sends("application/json", bytes);
            ask.await.refused(code);
        }
    }
}
