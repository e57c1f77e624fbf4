//! The documentation agrees with the code: the table of codes, the description of the routes, and every link.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::Method;
use bearing_shared::fault::Code;
use bearing_storage::Role;
use serde_json::Value;

use crate::harness::Server;

/// The methods that a path of the description can have.
const METHODS: [&str; 4] = ["get", "post", "patch", "delete"];

/// What api.md promises of this state of the server; what a later issue brings is absent until then.
const ROUTES: &[&str] = &[
    "GET /healthz",
    "GET /metrics",
    "GET /readyz",
    "GET /s/{survey}",
    "POST /s/{survey}",
    "GET /v1/embed/{site_key}",
    "POST /v1/embed/{site_key}/events",
    "GET /v1/embed/{site_key}/first/{survey}/{version}",
    "POST /v1/embed/{site_key}/responses",
    "GET /v1/exports/audit.csv",
    "GET /v1/exports/audit.jsonl",
    "GET /v1/exports/responses.csv",
    "GET /v1/exports/responses.jsonl",
    "GET /v1/reports/breakdown",
    "GET /v1/reports/changes",
    "GET /v1/reports/compare",
    "GET /v1/reports/drivers",
    "GET /v1/reports/funnel",
    "GET /v1/reports/score",
    "GET /v1/reports/trend",
    "GET /v1/responses",
    "PATCH /v1/responses",
    "GET /v1/responses/count",
    "PATCH /v1/responses/{id}",
    "DELETE /v1/responses/{id}",
    "GET /v1/responses/{id}",
    "GET /v1/audit",
    "GET /v1/audit/verify",
    "GET /v1/invitations",
    "POST /v1/invitations",
    "DELETE /v1/invitations/{id}",
    "GET /v1/origins",
    "GET /v1/keys",
    "POST /v1/keys",
    "DELETE /v1/keys/{id}",
    "GET /v1/members",
    "DELETE /v1/members/{id}",
    "PATCH /v1/members/{id}",
    "POST /v1/members/{id}/password",
    "GET /v1/operators",
    "DELETE /v1/session",
    "GET /v1/session",
    "PATCH /v1/session",
    "GET /v1/sessions",
    "DELETE /v1/sessions/{id}",
    "GET /v1/sites",
    "POST /v1/sites",
    "DELETE /v1/sites/{id}",
    "GET /v1/sites/{id}",
    "PATCH /v1/sites/{id}",
    "GET /v1/sites/{id}/retention",
    "GET /v1/shared",
    "GET /v1/shared/comments",
    "GET /v1/shares",
    "POST /v1/shares",
    "DELETE /v1/shares/{id}",
    "GET /v1/stream",
    "GET /v1/tags",
    "GET /v1/surveys",
    "POST /v1/respondents/erase",
    "POST /v1/respondents/export",
    "POST /v1/responses",
    "POST /v1/surveys",
    "GET /v1/surveys/{id}",
    "PATCH /v1/surveys/{id}",
    "GET /v1/surveys/{id}/explain",
    "POST /v1/surveys/{id}/pause",
    "GET /v1/surveys/{id}/preview",
    "POST /v1/surveys/{id}/publish",
    "GET /v1/surveys/{id}/versions",
    "GET /v1/webhooks",
    "POST /v1/webhooks",
    "DELETE /v1/webhooks/{id}",
    "GET /v1/webhooks/{id}",
    "PATCH /v1/webhooks/{id}",
    "GET /v1/webhooks/{id}/deliveries",
    "POST /v1/webhooks/{id}/deliveries/{delivery}/replay",
    "POST /v1/webhooks/{id}/rotate",
    "POST /v1/webhooks/{id}/test",
];

fn code_table() -> String {
    let rows = Code::ALL.iter().map(|code| format!("| `{}` | {} | {} |\n", code.name, code.status, code.meaning));
    format!("| code | status | meaning |\n|---|---|---|\n{}", rows.collect::<String>())
}

#[test]
fn the_table_of_codes_is_the_one_in_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/API.md");
    let page = std::fs::read_to_string(&file).expect("docs/API.md can be read");
    let (head, rest) = page.split_once("<!-- codes:").expect("the table's beginning is marked");
    let (mark, rest) = rest.split_once("-->\n").expect("the mark ends");
    let (table, tail) = rest.split_once("<!-- end of codes -->").expect("the table's end is marked");
    // A blank line before the table: Markdown would take it for a part of the comment.
    let expected = format!("\n{}\n", code_table());
    if std::env::var_os("BEARING_WRITE_DOCS").is_some() {
        let page = format!("{head}<!-- codes:{mark}-->\n{expected}<!-- end of codes -->{tail}");
        std::fs::write(&file, page).expect("docs/API.md can be written");
        return;
    }
    assert_eq!(table, expected, "run `BEARING_WRITE_DOCS=1 cargo test -p bearing --test it docs`");
}

/// Every operation of the description: method, path, operation.
fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            assert!(METHODS.contains(&method.as_str()), "{method} {path}");
            found.push((method.to_uppercase(), path.as_str(), operation));
        }
    }
    found
}

/// Every `$ref` below a value.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_description_is_openapi_3_1_and_complete() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.ok();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")), "{}", document["openapi"]);
    for field in ["title", "version"] {
        assert!(document["info"][field].as_str().is_some_and(|text| !text.is_empty()), "info.{field}");
    }
    let tags: Vec<&Value> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{what} has a summary");
        assert!(ids.insert(operation["operationId"].to_string()), "{what}: {}", operation["operationId"]);
        assert!(operation["tags"].as_array().expect("tags").iter().all(|tag| tags.contains(&tag)), "{what}");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{what} can succeed");
        assert!(responses.values().all(|response| response["description"].is_string()), "{what}");
        let named: BTreeSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let mut described = BTreeSet::new();
        for parameter in operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let name = parameter["name"].as_str().expect("a name");
            assert!(parameter["schema"].is_object(), "{what} {name}");
            match parameter["in"].as_str() {
                Some("path") => {
                    assert_eq!(parameter["required"], true, "{what} {name}");
                    described.insert(name);
                }
                place => assert_eq!(place, Some("query"), "{what} {name}"),
            }
        }
        assert_eq!(described, named, "{what} describes its path");
        let secured =
            operation["security"].as_array().is_some_and(|list| list.iter().any(|item| item.get("key").is_some()));
        assert_eq!(secured, operation["tags"][0] == "management", "{what} says whether it takes a key");
    }
    assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} lies elsewhere"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[tokio::test]
async fn every_route_refuses_as_it_is_described() {
    let server = Server::start().await;
    let (site, _) = server.site_with_survey().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let document = server.get("/openapi.json").await.ok();
    let mut asked = 0;
    for (method, path, operation) in operations(&document) {
        let address = path.replace(['{', '}'], "x");
        let ask = || server.ask(method.parse::<Method>().expect("is a method"), &address);
        let mut replies = vec![ask().await];
        if operation["security"].is_array() {
            replies.push(ask().key("sk_wrong").await);
        }
        if operation["requestBody"]["content"]["application/json"].is_object() {
            for (kind, body) in [("text/css", "{}"), ("application/json", "{"), ("application/json", "[[]]")] {
                let sent = ask().session(&owner).sends(kind, body);
                replies.push(sent.await);
                asked += 1;
            }
        }
        for reply in replies {
            let described = operation["responses"].get(reply.status.to_string());
            assert!(described.is_some(), "{method} {path} answers {}: {}", reply.status, reply.text());
        }
    }
    assert!(asked > 40, "{asked}");
}

#[tokio::test]
async fn a_reply_made_of_parts_is_closed_by_none_of_them() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.ok();
    let schemas = &document["components"]["schemas"];
    let mut parts = 0;
    for (name, schema) in schemas.as_object().expect("schemas") {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let Some(part) = part["$ref"].as_str().and_then(|part| part.rsplit('/').next()) else { continue };
            assert_ne!(schemas[part]["additionalProperties"], false, "{part} would forbid what {name} adds");
            parts += 1;
        }
    }
    assert!(parts > 3, "{parts}");
}

#[tokio::test]
async fn every_route_is_described_and_every_description_is_served() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.ok();
    let mut described: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (method, path, _) in operations(&document) {
        described.entry(path).or_default().insert(method);
    }
    let listed: BTreeSet<String> = described
        .iter()
        .flat_map(|(path, methods)| methods.iter().map(move |method| format!("{method} {path}")))
        .collect();
    assert_eq!(listed, ROUTES.iter().map(|route| (*route).to_owned()).collect());
    for (path, methods) in described {
        let address = path.replace(['{', '}'], "x");
        for method in METHODS.map(str::to_uppercase) {
            let reply = server.ask(method.parse::<Method>().expect("is a method"), &address).await;
            let code = reply.value_or_null()["error"]["code"].clone();
            assert_eq!(reply.status == 405, !methods.contains(&method), "{method} {path}: {} {code}", reply.status);
            assert!(reply.status != 404 || code != "not_found", "{method} {path} is not served");
        }
    }
}

/// The values of an attribute in a page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let parts = page.split(&format!("{attribute}=\"")).skip(1).collect::<Vec<_>>();
    parts.into_iter().map(|rest| rest.split('"').next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn every_link_of_the_documentation_leads_somewhere() {
    let server = Server::start().await;
    let base = url::Url::parse("http://bearing.example/docs").expect("is a URL");
    let mut waiting = vec![(base.clone(), "/docs".to_owned())];
    // Replies link here too.
    for metric in ["nps", "csat", "ces"] {
        let site = server.site().await;
        let report = server.score(&site, &format!("metric={metric}")).await;
        let link = report["explain"].as_str().expect("a link");
        waiting.push((base.join(link).expect("is a URL"), "a score report".into()));
    }
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    while let Some((link, from)) = waiting.pop() {
        if link.host_str() != base.host_str() {
            continue;
        }
        if !pages.contains_key(link.path()) {
            let reply = server.get(link.path()).await;
            assert_eq!(reply.status, 200, "{link}, linked from {from}");
            let page = reply.text();
            if reply.header("content-type").starts_with("text/html") {
                assert!(page.contains("<html lang=\"en\"") && page.contains("<title>"), "{link}");
                for next in values(&page, "href").into_iter().chain(values(&page, "src")) {
                    let next = link.join(next).unwrap_or_else(|error| panic!("{error}: {next}"));
                    waiting.push((next, link.to_string()));
                }
            }
            pages.insert(link.path().to_owned(), page);
        }
        if let Some(anchor) = link.fragment().filter(|anchor| !anchor.is_empty()) {
            assert!(values(&pages[link.path()], "id").contains(&anchor), "{link}, linked from {from}");
        }
    }
    for page in [
        "/docs",
        "/docs/api",
        "/docs/deploying",
        "/docs/embed",
        "/docs/glossary",
        "/docs/scoring",
        "/docs/webhooks",
        "/openapi.json",
    ] {
        assert!(pages.contains_key(page), "{page} is linked: {:?}", pages.keys());
    }
    server.get("/docs/nothing").await.refused(Code::NOT_FOUND);
    let api = &pages["/docs/api"];
    for code in Code::ALL {
        assert!(api.contains(&format!("<code>{}</code>", code.name)), "{} is on the page", code.name);
    }
    for (method, path) in ROUTES.iter().filter_map(|route| route.split_once(' ')) {
        assert!(api.contains(&format!("<code>{method} {path}</code>")), "{method} {path} is on the page");
    }
}
