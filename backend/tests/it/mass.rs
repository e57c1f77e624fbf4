//! Mass assignment: every name that some thing of ours has, put into every write that does not take it, takes no effect.

use std::collections::{BTreeMap, BTreeSet};

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::access::{Things, is_for_members, routes};
use crate::harness::{Server, answer, new_id, with};
use crate::matrix::seen;

/// What the server keeps and no schema of a reply names, and what programs stumble over.
const MORE: [&str; 12] = [
    "site_id",
    "scope",
    "hash",
    "secret_hash",
    "generation",
    "counted",
    "judged_at",
    "password",
    "is_admin",
    "owner",
    "__proto__",
    "constructor",
];

/// Every field name of every schema.
fn names(document: &Value) -> BTreeSet<String> {
    fn gather(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::Object(properties)) = fields.get("properties") {
                    found.extend(properties.keys().cloned());
                }
                fields.values().for_each(|value| gather(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| gather(value, found)),
            _ => {}
        }
    }
    let mut found: BTreeSet<String> = MORE.map(str::to_owned).into();
    gather(&document["components"]["schemas"], &mut found);
    found
}

/// Every how many names are tried. What is refused before the store hears of it is the same on every engine, and what is
/// ignored too: on the slower one a part will do.
fn stride() -> usize {
    if bearing_fresh::postgres_is_chosen() { 23 } else { 1 }
}

/// A value that would do harm, or at least be seen, if it were taken.
fn harmful(name: &str, theirs: &Things) -> Value {
    match name {
        "id" | "ids" => json!(theirs.response),
        "site" | "site_id" => json!(theirs.site.id),
        "site_key" => json!(theirs.site.key),
        "survey" => json!(theirs.survey),
        "role" | "scope" => json!(if name == "role" { "owner" } else { "admin" }),
        "state" => json!("excluded"),
        "identity" => json!("signed"),
        "source" => json!("server"),
        "tags" | "add_tags" => json!(["taken"]),
        "score" | "value" | "version" | "n" | "seq" | "generation" => json!(7),
        "operator" | "read" | "counted" | "is_admin" | "sample" | "test" | "withdrawn" => json!(true),
        _ if name.ends_with("_at") => json!("2001-01-01T00:00:00.000Z"),
        _ => json!("taken"),
    }
}

/// What a schema says of an object: the fields it takes, by name, or nothing where any name is one.
struct Shape<'a> {
    fields: BTreeMap<&'a str, &'a Value>,
    takes_any: bool,
}

/// Follows references, and looks past `null` and into lists.
fn shape<'a>(document: &'a Value, schema: &'a Value) -> Shape<'a> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere");
        return shape(document, target);
    }
    let mut found = Shape { fields: BTreeMap::new(), takes_any: schema["additionalProperties"].is_object() };
    found.fields.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, of)| (name.as_str(), of)));
    for part in ["oneOf", "anyOf", "allOf"].iter().filter_map(|word| schema[word].as_array()).flatten() {
        let more = shape(document, part);
        found.fields.extend(more.fields);
        found.takes_any |= more.takes_any;
    }
    if schema["items"].is_object() {
        return shape(document, &schema["items"]);
    }
    found
}

/// Every object of a body with the names that it takes, one of each kind: the way to it and the names.
fn objects<'a>(
    document: &'a Value,
    schema: &'a Value,
    body: &Value,
    at: &str,
    found: &mut Vec<(String, BTreeSet<&'a str>)>,
) {
    match body {
        Value::Object(fields) => {
            let shape = shape(document, schema);
            if shape.takes_any || shape.fields.is_empty() {
                return;
            }
            let names: BTreeSet<&str> = shape.fields.keys().copied().collect();
            if !found.iter().any(|(_, known)| *known == names) {
                found.push((at.to_owned(), names));
            }
            for (name, value) in fields {
                if let Some(schema) = shape.fields.get(name.as_str()) {
                    objects(document, schema, value, &format!("{at}/{name}"), found);
                }
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                objects(document, schema, item, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// The fields of a reply that the request takes too.
fn taken(reply: Value, takes: &Shape) -> Value {
    let Value::Object(fields) = reply else { panic!("an object") };
    fields.into_iter().filter(|(name, value)| takes.fields.contains_key(name.as_str()) && !value.is_null()).collect()
}

#[tokio::test]
async fn no_write_of_the_management_api_takes_a_field_that_it_does_not_describe() {
    let server = Server::start().await;
    let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
    let operator = server.operator().await;
    let document = server.get("/openapi.json").await.ok();
    let names = names(&document);
    let (mut refused, mut writes) = (0, 0);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_null() || operation["tags"][0] == "embed" {
                continue;
            }
            let what = format!("{} {path}", method.to_uppercase());
            let shape = shape(&document, schema);
            let listed =
                routes().into_iter().find(|route| route.1 == path && route.0.as_str() == method.to_uppercase());
            // A change takes what was read: the whole of it, so that every object in it is there to be added to.
            let body = match (what.as_str(), listed) {
                ("PATCH /v1/sites/{id}" | "PATCH /v1/surveys/{id}", _) => {
                    let whole = server.get(&ours.path(path)).key(&ours.site.admin).await.ok();
                    taken(
                        with(whole.clone(), whole["draft"].as_object().map_or_else(|| json!({}), |draft| json!(draft))),
                        &shape,
                    )
                }
                ("PATCH /v1/session", _) => json!({ "name": "Ann", "password": { "current": "x", "new": "y" } }),
                ("POST /v1/sites", _) => json!({ "name": "Another" }),
                (_, Some((method, .., body))) => ours.body(&method, path, body.expect("a body")),
                _ => panic!("{what} takes a body: say here what it takes"),
            };
            let mut places = Vec::new();
            objects(&document, schema, &body, "", &mut places);
            assert!(!places.is_empty(), "{what}: {body}");
            let before = seen(&server, &ours).await;
            for (at, known) in &places {
                for name in names.iter().filter(|name| !known.contains(name.as_str())).step_by(stride()) {
                    let mut body = body.clone();
                    let object = body.pointer_mut(at).and_then(Value::as_object_mut).expect("an object");
                    object.insert(name.clone(), harmful(name, &theirs));
                    let ask = server.ask(method.to_uppercase().parse().expect("is a method"), &ours.path(path));
                    let ask = match () {
                        () if what == "POST /v1/sites" => ask.session(&operator),
                        () if is_for_members(path) || operation["tags"][0] == "session" => ask.session(&ours.owner),
                        () => ask.key(&ours.site.admin),
                    };
                    let reply = ask.json(&body).await;
                    assert_eq!(reply.status, 422, "{what}: `{name}` at {at:?}: {}", reply.text());
                    let field = reply.refused(Code::UNKNOWN_FIELD);
                    assert!(field.ends_with(name.as_str()), "{what}: {field} is not {name} at {at:?}");
                    refused += 1;
                }
            }
            assert_eq!(seen(&server, &ours).await, before, "{what}: nothing took effect");
            writes += 1;
        }
    }
    assert!(writes >= 15 && refused > 5_000 / stride(), "{writes} writes, {refused} refused");
}

/// What the team reads of a response, but for what no two have in common.
async fn read_back(server: &Server, things: &Things, id: &str) -> Value {
    let mut found = server.get(&format!("/v1/responses/{id}")).key(&things.site.read).await.ok();
    assert_eq!(found["id"], json!(id));
    found.as_object_mut().expect("an object").remove("id");
    found
}

#[tokio::test]
async fn what_a_browser_adds_to_an_answer_takes_no_effect() {
    let server = Server::start().await;
    let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
    let document = server.get("/openapi.json").await.ok();
    let names = names(&document);
    let content = "/paths/~1v1~1embed~1{site_key}~1responses/post/requestBody/content/application~1json/schema";
    let schema = document.pointer(content).expect("the schema of the intake");
    let plain = || {
        json!({
            "answers": [{ "question": "score", "value": 2 }, { "question": "why", "text": "Slow." }],
            "respondent": { "visitor": "v-1", "customer": "c-1" },
            "context": { "title": "Checkout" }, "age_ms": { "shown": 2_000, "answered": 1_000 },
        })
    };
    let baseline = server.answered(&ours.site, &with(answer(&ours.survey, 2), plain())).await;
    let wanted = read_back(&server, &ours, &baseline).await;
    let n = |report: Value| report["n"].as_u64().expect("a number");
    let before = n(server.score(&ours.site, "metric=nps").await);
    let theirs_before = seen(&server, &theirs).await;
    let mut places = Vec::new();
    let body = with(answer(&ours.survey, 2), plain());
    objects(&document, schema, &body, "", &mut places);
    assert!(places.len() >= 5, "{places:?}");
    let mut sent = 0;
    for (at, known) in &places {
        for name in names.iter().filter(|name| !known.contains(name.as_str())).step_by(stride()) {
            let mut body = with(body.clone(), json!({ "id": new_id() }));
            let object = body.pointer_mut(at).and_then(Value::as_object_mut).expect("an object");
            object.insert(name.clone(), harmful(name, &theirs));
            let id = server.answered(&ours.site, &body).await;
            assert_eq!(read_back(&server, &ours, &id).await, wanted, "`{name}` at {at:?}");
            sent += 1;
        }
    }
    assert!(sent > 1_000 / stride() as u64, "{sent}");
    assert_eq!(n(server.score(&ours.site, "metric=nps").await), before + sent, "each counts as any other");
    assert_eq!(seen(&server, &theirs).await, theirs_before, "nothing of theirs was changed");
}

/// What a hosted form takes beside its questions; it is written into the page or into its link.
const OF_FORMS: [&str; 10] =
    ["id", "seq", "version", "shown", "lang", "touchpoint", "customer", "signature", "test", "display"];

#[tokio::test]
async fn what_a_hosted_form_adds_takes_no_effect() {
    let server = Server::start().await;
    let (theirs, ours) = (Things::of(&server).await, Things::of(&server).await);
    let names = names(&server.get("/openapi.json").await.ok());
    let path = format!("/s/{}", ours.survey);
    let mut wanted = None;
    let foreign = names.iter().filter(|name| !OF_FORMS.contains(&name.as_str())).step_by(stride());
    for name in [None].into_iter().chain(foreign.map(Some)) {
        let (id, value) = (new_id(), name.map(|name| harmful(name, &theirs)).unwrap_or_default());
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut fields = vec![("id", id.as_str()), ("seq", "0"), ("version", "1"), ("q.score", "3")];
        fields.extend(name.map(|name| (name.as_str(), value.as_str())));
        let reply = server.post(&path).form(&fields).await;
        assert_eq!(reply.status, 303, "{name:?}: {}", reply.text());
        let kept = read_back(&server, &ours, &id).await;
        let wanted = wanted.get_or_insert_with(|| kept.clone());
        assert_eq!(kept, *wanted, "{name:?}");
    }
    assert_eq!(wanted.expect("one was sent")["source"], "hosted");
}
