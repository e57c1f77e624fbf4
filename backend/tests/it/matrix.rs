//! The matrix of strangers' ids, made from the description of the routes: for every caller another site's thing is answered
//! exactly as a thing that never was, and nothing of the other site changes.

use std::collections::BTreeSet;

use axum::http::Method;
use bearing_storage::Role;
use serde_json::Value;

use crate::access::{Things, asked_with, routes};
use crate::faulty::Switch;
use crate::harness::{Ask, Reply, Server};

/// One operation of the description.
struct Operation {
    method: Method,
    path: String,
    tag: String,
    /// The names of its query's parameters.
    query: BTreeSet<String>,
}

/// Every operation; a new route is among them as soon as it is described, and `docs.rs` finds what is not.
async fn operations(server: &Server) -> Vec<Operation> {
    let document = server.get("/openapi.json").await.ok();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
            found.push(Operation {
                method: method.to_uppercase().parse().expect("is a method"),
                path: path.clone(),
                tag: operation["tags"][0].as_str().expect("a tag").to_owned(),
                query: query.map(|parameter| parameter["name"].as_str().expect("a name").to_owned()).collect(),
            });
        }
    }
    found
}

/// Who asks.
struct Caller {
    name: &'static str,
    key: Option<String>,
    cookie: Option<String>,
    /// Whether they have to name the site, being at home in all of them.
    names_site: bool,
}

impl Caller {
    fn with_key(name: &'static str, key: &str) -> Self {
        Self { name, key: Some(key.to_owned()), cookie: None, names_site: false }
    }

    fn signed_in(name: &'static str, cookie: String) -> Self {
        Self { name, key: None, cookie: Some(cookie), names_site: false }
    }

    fn asks(&self, mut ask: Ask) -> Ask {
        if let Some(key) = &self.key {
            ask = ask.key(key);
        }
        if let Some(cookie) = &self.cookie {
            ask = ask.session(cookie);
        }
        ask
    }
}

/// Nobody, every key, every role, an operator and a shared link: all at home in our site.
async fn callers(server: &Server, ours: &Things) -> Vec<Caller> {
    let nobody = Caller { name: "nobody", key: None, cookie: None, names_site: false };
    let operator = server.operator().await;
    vec![
        nobody,
        Caller::with_key("a key that never was", "sk_nothing"),
        Caller::with_key("a read key", &ours.site.read),
        Caller::with_key("a write key", &ours.site.write),
        Caller::with_key("an admin key", &ours.site.admin),
        Caller::with_key("a shared link", &ours.link),
        Caller::signed_in("a viewer", server.member(&[(&ours.site, Role::Viewer)]).await),
        Caller::signed_in("an editor", server.member(&[(&ours.site, Role::Editor)]).await),
        Caller::signed_in("an owner", ours.owner.clone()),
        Caller { names_site: true, ..Caller::signed_in("an operator", operator) },
    ]
}

/// An id of the same form that nobody has.
fn made_up(id: &str) -> String {
    if id.contains('-') {
        return format!("{}fedcba", &id[..id.len() - 6]);
    }
    let (prefix, rest) = id.split_at(id.find('_').map_or(0, |place| place + 1));
    let other = |letter| match letter {
        'a'..='y' | '2'..='6' => char::from(letter as u8 + 1),
        'z' => 'a',
        _ => '2',
    };
    format!("{prefix}{}", rest.chars().map(other).collect::<String>())
}

/// The place in a request where a stranger's id can stand, and the id.
#[derive(Clone, Copy)]
enum Place {
    /// `{id}` of the path.
    Id,
    /// `{delivery}`, below a webhook of our own.
    Delivery,
    /// A parameter of the query.
    Query(&'static str),
}

/// The other site as its owner sees it: whatever a stranger might have changed.
pub(crate) async fn seen(server: &Server, theirs: &Things) -> Vec<String> {
    let mut seen = Vec::new();
    for path in [
        format!("/v1/sites/{}", theirs.site.id),
        format!("/v1/surveys/{}", theirs.survey),
        format!("/v1/surveys/{}/versions", theirs.survey),
        format!("/v1/responses/{}", theirs.response),
        format!("/v1/webhooks/{}", theirs.webhook),
        format!("/v1/webhooks/{}/deliveries", theirs.webhook),
        "/v1/surveys".into(),
        "/v1/responses?state=all".into(),
        "/v1/webhooks".into(),
        "/v1/members".into(),
        "/v1/invitations".into(),
        "/v1/keys".into(),
        "/v1/shares".into(),
        "/v1/audit".into(),
        "/v1/tags".into(),
        "/v1/reports/score?metric=nps".into(),
    ] {
        let reply = server.get(&path).session(&theirs.owner).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        seen.push(format!("{path} {}", reply.text()));
    }
    seen
}

/// A session's id, as its holder sees it.
async fn session_of(server: &Server, cookie: &str) -> String {
    let page = server.get("/v1/sessions").session(cookie).await.ok();
    page["items"][0]["id"].as_str().expect("an id").to_owned()
}

/// What a reply says to whoever cannot tell request ids apart, nor the id they sent themselves.
fn told(reply: &Reply, sent: &str) -> (u16, String, Vec<(String, String)>) {
    let request = reply.header("x-request-id").to_owned();
    let bare = |text: &str| text.replace(&request, "REQUEST").replace(sent, "ID");
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), bare(value.to_str().expect("a header is text"))))
        .collect();
    headers.sort();
    (reply.status, bare(&reply.text()), headers)
}

struct Matrix {
    server: Server,
    switch: Switch,
    theirs: Things,
    ours: Things,
    their_session: String,
    our_session: String,
}

impl Matrix {
    async fn new() -> Self {
        let switch = Switch::new();
        let server = Server::start_with(None, |store| switch.around(store)).await;
        let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
        let (their_session, our_session) =
            (session_of(&server, &theirs.owner).await, session_of(&server, &ours.owner).await);
        Self { server, switch, theirs, ours, their_session, our_session }
    }

    /// The path with ids of a site in it. A collection that is not known here is a new one: say whose ids it takes.
    fn path(&self, things: &Things, described: &str) -> String {
        let session = if std::ptr::eq(things, &self.theirs) { &self.their_session } else { &self.our_session };
        match described.split('/').nth(2) {
            Some("sessions") => described.replace("{id}", session),
            Some(
                "sites" | "surveys" | "webhooks" | "members" | "invitations" | "keys" | "shares" | "responses"
                | "respondents" | "reports" | "exports" | "stream" | "tags" | "origins" | "audit" | "session"
                | "shared" | "operators",
            ) => things.path(described),
            _ => panic!("{described}: whose ids does it take?"),
        }
    }

    /// The places of an operation where a stranger's id can stand.
    fn places(operation: &Operation, caller: &Caller) -> Vec<Place> {
        let mut places = Vec::new();
        // Whoever has every site has each of them, and need not be kept from telling.
        let has_all = caller.names_site && operation.path.starts_with("/v1/sites");
        if operation.path.contains("{id}") && !has_all {
            places.push(Place::Id);
        }
        if operation.path.contains("{delivery}") {
            places.push(Place::Delivery);
        }
        if !caller.names_site && (operation.query.contains("site") || operation.tag == "shared") {
            places.push(Place::Query("site"));
        }
        if operation.query.contains("survey") {
            places.push(Place::Query("survey"));
        }
        places
    }

    fn ask(&self, operation: &Operation, caller: &Caller, place: Place, foreign: bool) -> (Ask, String) {
        let id = |id: &str| if foreign { id.to_owned() } else { made_up(id) };
        let (mut path, mut query, sent) = match place {
            Place::Id => {
                let (theirs, ours) = (self.path(&self.theirs, &operation.path), self.path(&self.ours, &operation.path));
                let differs = theirs.split('/').zip(ours.split('/')).position(|(theirs, ours)| theirs != ours);
                let differs = differs.expect("the two sites have ids of their own");
                let mut parts: Vec<String> = theirs.split('/').map(str::to_owned).collect();
                let sent = id(&parts[differs]);
                parts[differs].clone_from(&sent);
                (parts.join("/"), String::new(), sent)
            }
            Place::Delivery => {
                let sent = id(&self.theirs.delivery);
                (self.ours.path(&operation.path.replace("{delivery}", &sent)), String::new(), sent)
            }
            Place::Query(name) => {
                let sent = id(if name == "site" { &self.theirs.site.id } else { &self.theirs.survey });
                (self.path(&self.ours, &operation.path), format!("{name}={sent}"), sent)
            }
        };
        if caller.names_site && operation.query.contains("site") {
            query = format!("{query}&site={}", self.ours.site.id);
        }
        if let Some(needed) = asked_with(&operation.path) {
            query = format!("{query}&{needed}");
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.trim_start_matches('&'));
        }
        let ask = caller.asks(self.server.ask(operation.method.clone(), &path));
        let listed = routes().into_iter().find(|route| route.0 == operation.method && route.1 == operation.path);
        match listed.and_then(|route| route.3) {
            Some(body) => (ask.json(&self.ours.body(&operation.method, &operation.path, body)), sent),
            None => (ask, sent),
        }
    }

    /// What is told, and how often the store was asked.
    async fn answered(
        &self,
        operation: &Operation,
        caller: &Caller,
        place: Place,
        foreign: bool,
    ) -> ((u16, String, Vec<(String, String)>), u64) {
        let (ask, sent) = self.ask(operation, caller, place, foreign);
        let before = self.switch.calls();
        let reply = ask.await;
        (told(&reply, &sent), self.switch.calls() - before)
    }
}

#[tokio::test]
async fn a_strangers_thing_is_answered_as_one_that_never_was() {
    let matrix = Matrix::new().await;
    let before = seen(&matrix.server, &matrix.theirs).await;
    let callers = callers(&matrix.server, &matrix.ours).await;
    let (mut compared, mut not_found) = (0, 0);
    for operation in operations(&matrix.server).await {
        // Whoever has the public key or the link of a form is meant to come in: `strangers_keys_open_no_survey_of_others`.
        if matches!(operation.tag.as_str(), "embed" | "operations") {
            continue;
        }
        for caller in &callers {
            for place in Matrix::places(&operation, caller) {
                let what = match place {
                    Place::Id => "id",
                    Place::Delivery => "delivery",
                    Place::Query(name) => name,
                };
                let what = format!("{} {} as {}, {what}", operation.method, operation.path, caller.name);
                let (never, _) = matrix.answered(&operation, caller, place, false).await;
                // A job of the server's own may ask the store in between: the fewest questions are the request's own.
                let (mut fewest, mut tries) = ((u64::MAX, u64::MAX), 0);
                let foreign = loop {
                    let (foreign, asked) = matrix.answered(&operation, caller, place, true).await;
                    let (_, again) = matrix.answered(&operation, caller, place, false).await;
                    fewest = (fewest.0.min(asked), fewest.1.min(again));
                    tries += 1;
                    if fewest.0 == fewest.1 || tries == 20 {
                        break foreign;
                    }
                };
                assert_eq!(foreign, never, "{what}");
                assert_eq!(fewest.0, fewest.1, "{what}: the store is asked as often");
                assert!((400..500).contains(&foreign.0), "{what}: {} {}", foreign.0, foreign.1);
                compared += 1;
                not_found += usize::from(foreign.0 == 404);
            }
        }
    }
    assert!(compared > 800 && not_found > 150, "{compared} compared, {not_found} of them 404");
    assert_eq!(seen(&matrix.server, &matrix.theirs).await, before, "nothing of theirs was changed");
}

#[tokio::test]
async fn ids_of_others_in_a_body_are_ids_that_never_were() {
    let matrix = Matrix::new().await;
    let (server, theirs, ours) = (&matrix.server, &matrix.theirs, &matrix.ours);
    let before = seen(server, theirs).await;
    let admin = &ours.site.admin;
    // A body of ours in which each name stands for an id of theirs, or one that never was.
    let bodies: [(&str, &str, &str, Value); 8] = [
        ("PATCH", "/v1/responses", &theirs.response, serde_json::json!({ "ids": ["ID"], "read": true })),
        ("POST", "/v1/surveys", &theirs.site.id, serde_json::json!({ "metric": "nps", "site": "ID" })),
        (
            "POST",
            "/v1/webhooks",
            &theirs.site.id,
            crate::harness::with(crate::access::hook(), serde_json::json!({ "site": "ID" })),
        ),
        ("POST", "/v1/respondents/erase", &theirs.site.id, serde_json::json!({ "customer": "c", "site": "ID" })),
        ("POST", "/v1/responses", &theirs.survey, crate::harness::answer("ID", 9)),
        ("POST", "/v1/shares", &theirs.survey, serde_json::json!({ "name": "Wall", "filter": { "survey": "ID" } })),
        ("EMBED", "responses", &theirs.survey, crate::harness::answer("ID", 9)),
        ("EMBED", "events", &theirs.survey, serde_json::json!([{ "type": "shown", "survey": "ID", "version": 1 }])),
    ];
    for (method, path, id, body) in bodies {
        let mut told_of = Vec::new();
        for sent in [id.to_owned(), made_up(id)] {
            let body: Value =
                serde_json::from_str(&body.to_string().replace("\"ID\"", &format!("\"{sent}\""))).expect("is JSON");
            let ask = match (method, path) {
                ("EMBED", "responses") => server.post(&ours.site.responses()),
                ("EMBED", _) => server.post(&ours.site.events()),
                (_, "/v1/shares") => server.post(path).session(&ours.owner),
                _ => server.ask(method.parse().expect("is a method"), path).key(admin),
            };
            told_of.push(told(&ask.json(&body).await, &sent));
        }
        assert_eq!(told_of[0], told_of[1], "{method} {path}");
    }
    // An id that another site's response has is as free as any.
    let mut response = crate::harness::answer(&ours.survey, 9);
    response["id"] = theirs.response.clone().into();
    server.answered(&ours.site, &response).await;
    assert_eq!(seen(server, theirs).await, before, "nothing of theirs was changed");
}

#[tokio::test]
async fn strangers_keys_open_no_survey_of_others() {
    let matrix = Matrix::new().await;
    let (server, theirs, ours) = (&matrix.server, &matrix.theirs, &matrix.ours);
    for path in ["/first/ID/1", "/first/ID/2"] {
        let mut told_of = Vec::new();
        for id in [theirs.survey.clone(), made_up(&theirs.survey)] {
            let reply = server.get(&format!("{}{}", ours.site.config(), path.replace("ID", &id))).await;
            told_of.push(told(&reply, &id));
        }
        assert_eq!(told_of[0], told_of[1], "{path}");
        assert_eq!(told_of[0].0, 404, "{path}");
    }
    assert!(!server.get(&ours.site.config()).await.text().contains(&theirs.survey));
}

/// Routes that `/openapi.json` does not name: public files, the pages of signing in, the documentation, the demo's shop.
/// None of them may give or take a thing of a site without the description knowing of it.
const PLAIN: [&str; 4] = ["/app", "/docs", "/demo", "/measure/"];
const FILES: [&str; 9] = [
    "/bearing.js",
    "/rest.js",
    "/extra.js",
    "/explain.js",
    "/work.js",
    "/hosted.js",
    "/hosted.css",
    "/w/{build}/{file}",
    "/openapi.json",
];

#[test]
fn a_route_outside_the_description_is_a_page_or_a_file() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![folder], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for route in text.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let known = FILES.contains(&route) || PLAIN.iter().any(|start| route.starts_with(start));
                assert!(known, "{}: describe {route} for /openapi.json, or say here why not", path.display());
                found += 1;
            }
        }
    }
    assert!(found > 20, "{found}");
}
