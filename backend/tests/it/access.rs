//! Who may call what: every management route with every scope and every role, and nobody with another site's things.

use axum::http::Method;
use bearing_shared::fault::Code;
use bearing_storage::{Role, Scope};
use serde_json::{Value, json};

use crate::harness::{Ask, Server, Site, answer, with};

/// A management route: its method, its path as described, the scope it needs, and a body that it takes.
pub(crate) type Route = (Method, &'static str, Scope, Option<Value>);

pub(crate) fn routes() -> Vec<Route> {
    let edit = || Some(json!({ "name": "Renamed" }));
    vec![
        (Method::GET, "/v1/sites/{id}", Scope::Read, None),
        (Method::PATCH, "/v1/sites/{id}", Scope::Admin, edit()),
        (Method::GET, "/v1/sites/{id}/retention", Scope::Admin, None),
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
        (Method::GET, "/v1/origins", Scope::Read, None),
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
        (Method::POST, "/v1/respondents/export", Scope::Write, Some(json!({ "customer": "c-1" }))),
        (Method::POST, "/v1/respondents/erase", Scope::Write, Some(json!({ "customer": "c-1" }))),
        (Method::DELETE, "/v1/responses/{id}", Scope::Write, None),
        (Method::GET, "/v1/members", Scope::Admin, None),
        (Method::PATCH, "/v1/members/{id}", Scope::Admin, Some(json!({ "role": "editor" }))),
        (Method::POST, "/v1/members/{id}/password", Scope::Admin, None),
        (Method::DELETE, "/v1/members/{id}", Scope::Admin, None),
        (Method::GET, "/v1/invitations", Scope::Admin, None),
        (Method::POST, "/v1/invitations", Scope::Admin, Some(json!({ "role": "viewer" }))),
        (Method::DELETE, "/v1/invitations/{id}", Scope::Admin, None),
        (Method::GET, "/v1/keys", Scope::Admin, None),
        (Method::POST, "/v1/keys", Scope::Admin, Some(json!({ "name": "CRM", "scope": "read" }))),
        (Method::DELETE, "/v1/keys/{id}", Scope::Admin, None),
        (Method::GET, "/v1/shares", Scope::Read, None),
        (Method::POST, "/v1/shares", Scope::Write, Some(json!({ "name": "Wall" }))),
        (Method::DELETE, "/v1/shares/{id}", Scope::Write, None),
        (Method::GET, "/v1/audit", Scope::Admin, None),
        (Method::GET, "/v1/audit/verify", Scope::Admin, None),
        (Method::GET, "/v1/exports/audit.csv", Scope::Admin, None),
        (Method::GET, "/v1/exports/audit.jsonl", Scope::Admin, None),
        (Method::DELETE, "/v1/sites/{id}", Scope::Admin, None),
    ]
}

/// Whether a route is for members who are signed in, and never for a key.
pub(crate) fn is_for_members(path: &str) -> bool {
    ["/v1/members", "/v1/invitations", "/v1/keys", "/v1/shares"].iter().any(|start| path.starts_with(start))
}

/// A webhook whose receiver is nowhere.
pub(crate) fn hook() -> Value {
    json!({ "url": "https://receiver.invalid/", "events": ["response.stored"] })
}

/// A site's things, as paths name them.
pub(crate) struct Things {
    pub(crate) site: Site,
    pub(crate) survey: String,
    pub(crate) response: String,
    pub(crate) webhook: String,
    pub(crate) delivery: String,
    /// The cookie of its owner.
    pub(crate) owner: String,
    /// The id of another member, a viewer.
    member: String,
    invitation: String,
    /// A key that nobody uses.
    key: String,
    share: String,
    /// The secret of that shared link.
    pub(crate) link: String,
}

impl Things {
    pub(crate) async fn of(server: &Server) -> Self {
        let (site, survey) = server.site_with_survey().await;
        let made = server.post("/v1/webhooks").key(&site.admin).json(&hook()).await.ok();
        let webhook = made["id"].as_str().expect("an id").to_owned();
        let response = server.answered(&site, &answer(&survey, 9)).await;
        let page = server.get(&format!("/v1/webhooks/{webhook}/deliveries")).key(&site.read).await.ok();
        let delivery = page["items"][0]["id"].as_str().expect("the answer made a delivery").to_owned();
        let owner = server.member(&[(&site, Role::Owner)]).await;
        let viewer = server.member(&[(&site, Role::Viewer)]).await;
        let member = server.get("/v1/session").session(&viewer).await.ok()["member"]["id"].clone();
        let made = async |path: &str, body: Value| {
            let made = server.post(path).session(&owner).json(&body).await.ok();
            made["id"].as_str().expect("an id").to_owned()
        };
        let invitation = made("/v1/invitations", json!({ "role": "viewer" })).await;
        let key = made("/v1/keys", json!({ "name": "Nobody's", "scope": "read" })).await;
        let member = member.as_str().expect("an id").to_owned();
        let made = server.post("/v1/shares").session(&owner).json(&json!({ "name": "Nobody's" })).await.ok();
        let share = made["id"].as_str().expect("an id").to_owned();
        let link = made["link"].as_str().and_then(|link| link.split_once('#')).expect("a link").1.to_owned();
        Self { site, survey, response, webhook, delivery, owner, member, invitation, key, share, link }
    }

    /// As whoever may do everything here: the widest key, or the owner where no key will do.
    fn by_owner(&self, ask: Ask, path: &str) -> Ask {
        if is_for_members(path) { ask.session(&self.owner) } else { ask.key(&self.site.admin) }
    }

    pub(crate) fn path(&self, described: &str) -> String {
        let id = match described {
            _ if described.starts_with("/v1/sites") => &self.site.id,
            _ if described.starts_with("/v1/surveys") => &self.survey,
            _ if described.starts_with("/v1/webhooks") => &self.webhook,
            _ if described.starts_with("/v1/members") => &self.member,
            _ if described.starts_with("/v1/invitations") => &self.invitation,
            _ if described.starts_with("/v1/keys") => &self.key,
            _ if described.starts_with("/v1/shares") => &self.share,
            _ => &self.response,
        };
        described.replace("{id}", id).replace("{delivery}", &self.delivery)
    }

    fn ask(&self, server: &Server, route: &Route) -> Ask {
        self.ask_in(server, route, None)
    }

    /// The same with a site named.
    fn ask_in(&self, server: &Server, (method, path, _, body): &Route, site: Option<&str>) -> Ask {
        let site = site.map(|site| format!("site={site}"));
        let query: Vec<&str> = asked_with(path).into_iter().chain(site.as_deref()).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let ask = server.ask(method.clone(), &format!("{}{query}", self.path(path)));
        match body {
            Some(body) => ask.json(&self.body(method, path, body.clone())),
            None => ask,
        }
    }

    /// The body of a route that takes one, with what it needs of this site.
    pub(crate) fn body(&self, method: &Method, path: &str, body: Value) -> Value {
        match path == "/v1/responses" && method == Method::POST {
            true => with(answer(&self.survey, 9), body),
            false => body,
        }
    }
}

/// The query without which a route cannot be asked.
pub(crate) fn asked_with(path: &str) -> Option<&'static str> {
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
        if is_for_members(path) {
            for key in [&things.site.read, &things.site.write, &things.site.admin] {
                things.ask(&server, &route).key(key).await.refused(Code::SESSION_REQUIRED);
            }
            continue;
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
        let reply = things.by_owner(things.ask(&server, &route), route.1).await;
        assert!((200..300).contains(&reply.status), "{} {}: {}", route.0, route.1, reply.text());
    }
    // The site is gone, and its keys with it.
    for key in [&things.site.read, &things.site.write, &things.site.admin] {
        server.get("/v1/surveys").key(key).await.refused(Code::UNAUTHORIZED);
    }
    server.get(&things.site.config()).await.refused(Code::UNKNOWN_SITE);
}

#[tokio::test]
async fn every_role_may_do_what_its_scope_may() {
    let server = Server::start().await;
    let things = Things::of(&server).await;
    let viewer = server.member(&[(&things.site, Role::Viewer)]).await;
    let editor = server.member(&[(&things.site, Role::Editor)]).await;
    let operator = server.operator().await;
    for route in routes() {
        let (method, path, needed, _) = &route;
        let what = format!("{method} {path}");
        things.ask(&server, &route).session("__Host-bearing=nobody").await.refused(Code::UNAUTHORIZED);
        for (role, cookie) in [(Role::Viewer, &viewer), (Role::Editor, &editor)] {
            if role.scope() < *needed {
                let reply = things.ask(&server, &route).session(cookie).await;
                reply.refused(Code::INSUFFICIENT_SCOPE);
                let message = reply.value()["error"]["message"].as_str().expect("a message").to_owned();
                let role = Role::ALL.into_iter().find(|role| role.scope() == *needed).expect("a role");
                assert!(message.contains(role.name()), "it names what is needed: {message}");
            }
        }
        // Who is signed in has to say so from a page of this server.
        if *method != Method::GET {
            let elsewhere = things.ask(&server, &route).header("cookie", &things.owner);
            elsewhere.header("sec-fetch-site", "cross-site").await.refused(Code::CROSS_SITE);
        }
        // The least role that will do; an operator needs none.
        let cookie = match (needed, path.contains("/v1/audit")) {
            (Scope::Read, _) => &viewer,
            (Scope::Write, _) => &editor,
            (Scope::Admin, false) => &things.owner,
            (Scope::Admin, true) => &operator,
        };
        let reply = things.ask(&server, &route).session(cookie).await;
        assert!((200..300).contains(&reply.status), "{what}: {} {}", reply.status, reply.text());
    }
}

#[tokio::test]
async fn a_site_is_not_there_for_whoever_is_a_member_elsewhere() {
    let server = Server::start().await;
    let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
    let both = server.member(&[(&theirs.site, Role::Viewer), (&ours.site, Role::Owner)]).await;
    for route in routes() {
        let (method, path, needed, body) = &route;
        let what = format!("{method} {path}");
        let body_of = |reply: &crate::harness::Reply| reply.text();
        let named = theirs.ask_in(&server, &route, Some(&theirs.site.id)).session(&ours.owner).await;
        let nowhere = Route::clone(&route);
        let unknown = match path.starts_with("/v1/sites") {
            true => {
                let ask = server.ask(method.clone(), "/v1/sites/st_nowhere").session(&ours.owner);
                match body {
                    Some(body) => ask.json(body).await,
                    None => ask.await,
                }
            }
            false => theirs.ask_in(&server, &nowhere, Some("st_nowhere")).session(&ours.owner).await,
        };
        for reply in [&named, &unknown] {
            reply.refused(Code::NOT_FOUND);
        }
        assert_eq!(body_of(&named), body_of(&unknown), "{what}");
        assert_eq!(named.headers.len(), unknown.headers.len(), "{what}");
        // Without a name it is the member's only site, in which the other's things are not.
        if path.contains("{id}") {
            theirs.ask(&server, &route).session(&ours.owner).await.refused(Code::NOT_FOUND);
        }
        // Whoever has several has to name one, and may do in each what the role there allows.
        if !path.starts_with("/v1/sites") {
            let reply = theirs.ask(&server, &route).session(&both).await;
            assert_eq!(reply.refused(Code::MISSING_PARAMETER), "site", "{what}");
            if *needed > Scope::Read {
                let reply = theirs.ask_in(&server, &route, Some(&theirs.site.id)).session(&both).await;
                reply.refused(Code::INSUFFICIENT_SCOPE);
            }
        }
        // A key names no other site either.
        if !is_for_members(path) {
            let keyed = ours.ask_in(&server, &route, Some(&theirs.site.id)).key(&ours.site.admin).await;
            keyed.refused(Code::NOT_FOUND);
        }
    }
    // Nothing of theirs was changed.
    let survey = server.get(&format!("/v1/surveys/{}", theirs.survey)).key(&theirs.site.read).await.ok();
    assert_eq!((&survey["state"], &survey["name"]), (&json!("published"), &json!("Loyalty")));
    assert_eq!(server.get("/v1/members").session(&theirs.owner).await.ok()["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_shared_link_opens_its_board_and_no_other_route() {
    let server = Server::start().await;
    let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
    let open = ["/v1/reports/score", "/v1/reports/trend", "/v1/stream"];
    for route in routes() {
        let (method, path, ..) = &route;
        let reply = ours.ask(&server, &route).key(&ours.link).await;
        let foreign = theirs.ask_in(&server, &route, Some(&theirs.site.id)).key(&ours.link).await;
        if open.contains(path) {
            assert_eq!(reply.status, 200, "{method} {path}: {}", reply.text());
            foreign.refused(Code::NOT_FOUND);
        } else {
            reply.refused(Code::INSUFFICIENT_SCOPE);
            assert_eq!(reply.text(), foreign.refused_text(Code::INSUFFICIENT_SCOPE), "{method} {path}");
        }
        // A cookie beside it widens nothing, and a link that never was opens nothing.
        let both = ours.ask(&server, &route).session(&ours.owner).key(&ours.link).await;
        assert_eq!(both.status, reply.status, "{method} {path}");
        ours.ask(&server, &route).key("shr_nothing").await.refused(Code::UNAUTHORIZED);
    }
    for (method, path, code) in [
        (Method::GET, "/v1/session", Code::SESSION_REQUIRED),
        (Method::PATCH, "/v1/session", Code::SESSION_REQUIRED),
        (Method::DELETE, "/v1/session", Code::SESSION_REQUIRED),
        (Method::GET, "/v1/sessions", Code::SESSION_REQUIRED),
        (Method::DELETE, "/v1/sessions/ss_nobody", Code::SESSION_REQUIRED),
        (Method::GET, "/v1/sites", Code::INSUFFICIENT_SCOPE),
        (Method::POST, "/v1/sites", Code::SESSION_REQUIRED),
    ] {
        server.ask(method, path).key(&ours.link).json(&json!({})).await.refused(code);
    }
    // Its own routes are for nobody else.
    for path in ["/v1/shared", "/v1/shared/comments"] {
        for key in [&ours.site.read, &ours.site.admin, "shr_nothing"] {
            server.get(path).key(key).await.refused(Code::UNAUTHORIZED);
        }
        server.get(path).session(&ours.owner).await.refused(Code::UNAUTHORIZED);
        server.get(path).await.refused(Code::UNAUTHORIZED);
        let elsewhere = server.get(&format!("{path}?site={}", theirs.site.id)).key(&ours.link).await;
        elsewhere.refused(Code::NOT_FOUND);
    }
}

#[tokio::test]
async fn another_sites_things_are_not_there() {
    let server = Server::start().await;
    let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
    for route in routes().iter().filter(|(_, path, ..)| path.contains("{id}")) {
        let reply = ours.by_owner(theirs.ask(&server, route), route.1).await;
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
        let reply = things.by_owner(ask, path).await;
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
        let reply = things.by_owner(things.ask(&server, &route), path).await;
        assert_eq!(reply.refused(Code::UNKNOWN_FIELD), "colour", "{method} {path}");
        let bare = things.by_owner(things.ask(&server, &(method.clone(), path, scope, None)), path);
        bare.await.refused(Code::UNSUPPORTED_MEDIA_TYPE);
        let wrong: Route = (method.clone(), path, scope, None);
        let text = things.by_owner(things.ask(&server, &wrong), path).sends("text/plain", body.to_string());
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
            let ask = things.by_owner(things.ask(&server, &wrong), path).sends("application/json", bytes);
            ask.await.refused(code);
        }
    }
}
