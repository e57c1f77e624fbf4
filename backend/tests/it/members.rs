//! Members at work: their own account and sessions, the sites and members they look after, keys, and what is noted of it.

use std::time::Duration;

use bearing_shared::api::Page;
use bearing_shared::api::audit::{AuditReply, ChainReply};
use bearing_shared::api::keys::KeyReply;
use bearing_shared::api::members::{OperatorReply, SiteMemberReply};
use bearing_shared::api::session::{OpenSession, SessionReply};
use bearing_shared::api::sites::SiteReply;
use bearing_shared::fault::Code;
use bearing_storage::{Role, Scope};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::faulty::{Mode, Switch};
use crate::harness::{MINUTE, Server, answer};

async fn read<T: DeserializeOwned>(server: &Server, path: &str, cookie: &str) -> T {
    let reply = server.get(path).session(cookie).await.ok();
    serde_json::from_value(reply.clone()).unwrap_or_else(|error| panic!("{error} in {reply}"))
}

#[tokio::test]
async fn a_member_sees_and_ends_their_own_sessions() {
    let server = Server::start().await;
    let site = server.site().await;
    let ann = server.member(&[(&site, Role::Viewer), (&site, Role::Viewer)]).await;
    let stranger = server.member(&[(&site, Role::Viewer)]).await;
    let sessions: Page<OpenSession> = read(&server, "/v1/sessions", &ann).await;
    assert_eq!(sessions.items.len(), 2, "she signed in twice");
    let (current, others): (Vec<_>, Vec<_>) = sessions.items.into_iter().partition(|session| session.current);
    assert_eq!((current.len(), others.len()), (1, 1));
    let path = format!("/v1/sessions/{}", others[0].id);
    server.delete(&path).session(&stranger).await.refused(Code::NOT_FOUND);
    assert_eq!(server.delete(&path).session(&ann).await.status, 204);
    let left: Page<OpenSession> = read(&server, "/v1/sessions", &ann).await;
    assert_eq!(left.items, current);
    // One that was revoked is out at once.
    assert_eq!(server.delete(&format!("/v1/sessions/{}", current[0].id)).session(&ann).await.status, 204);
    server.get("/v1/session").session(&ann).await.refused(Code::UNAUTHORIZED);
    let reply = server.delete("/v1/session").session(&stranger).await;
    assert_eq!(reply.status, 204);
    assert!(reply.header("set-cookie").contains("Max-Age=0"), "{:?}", reply.headers);
    server.get("/v1/session").session(&stranger).await.refused(Code::UNAUTHORIZED);
}

#[tokio::test]
async fn a_member_changes_their_name_language_and_password() {
    let server = Server::start().await;
    let site = server.site().await;
    let ann = server.member(&[(&site, Role::Viewer)]).await;
    let patch = |body: serde_json::Value| server.patch("/v1/session").session(&ann).json(&body);
    let changed = patch(json!({ "name": " Ann Smith ", "locale": "nl" })).await.ok();
    assert_eq!((&changed["member"]["name"], &changed["member"]["locale"]), (&json!("Ann Smith"), &json!("nl")));
    let changed = patch(json!({ "locale": null })).await.ok();
    assert_eq!((&changed["member"]["name"], &changed["member"]["locale"]), (&json!("Ann Smith"), &json!(null)));
    for (body, field) in [
        (json!({ "name": " " }), "name"),
        (json!({ "locale": "<script>" }), "locale"),
        (json!({ "password": { "current": "", "new": "short" } }), "password.new"),
        (json!({ "password": { "current": "", "new": "password123" } }), "password.new"),
        (json!({ "password": { "current": "wrong", "new": "lamp chair pencil" } }), "password.current"),
    ] {
        assert_eq!(patch(body).await.refused(Code::INVALID_FIELD), field);
    }
    let session: SessionReply = read(&server, "/v1/session", &ann).await;
    assert_eq!(session.member.name, "Ann Smith");
}

#[tokio::test]
async fn an_operator_makes_sites_and_nobody_else_does() {
    let server = Server::start().await;
    let site = server.site().await;
    let (owner, operator) = (server.member(&[(&site, Role::Owner)]).await, server.operator().await);
    let body = json!({ "name": "Blog", "origins": ["https://blog.example"], "time_zone": "Europe/Amsterdam" });
    server.post("/v1/sites").session(&owner).json(&body).await.refused(Code::INSUFFICIENT_SCOPE);
    server.post("/v1/sites").key(&site.admin).json(&body).await.refused(Code::SESSION_REQUIRED);
    server.post("/v1/sites").json(&body).await.refused(Code::UNAUTHORIZED);
    server.post("/v1/sites").header("cookie", &operator).json(&body).await.refused(Code::CROSS_SITE);
    let wrong = json!({ "name": "Blog", "time_zone": "Mars" });
    let refused = server.post("/v1/sites").session(&operator).json(&wrong).await;
    assert_eq!(refused.refused(Code::INVALID_FIELD), "time_zone");
    server.pass(1);
    let made = server.post("/v1/sites").session(&operator).json(&body).await;
    assert_eq!(made.status, 201);
    let made: SiteReply = serde_json::from_value(made.ok()).expect("a site");
    assert!(made.identity_secret.is_some() && made.settings.time_zone == "Europe/Amsterdam");
    let all: Page<SiteReply> = read(&server, "/v1/sites", &operator).await;
    assert_eq!(all.items.iter().map(|site| &site.settings.name[..]).collect::<Vec<_>>(), ["Shop", "Blog"]);
    let first: Page<SiteReply> = read(&server, "/v1/sites?limit=1", &operator).await;
    let cursor = first.next_cursor.expect("there is more");
    let rest: Page<SiteReply> = read(&server, &format!("/v1/sites?cursor={cursor}"), &operator).await;
    assert_eq!((first.items.len(), rest.items.len(), rest.next_cursor), (1, 1, None));
    let own: Page<SiteReply> = read(&server, "/v1/sites", &owner).await;
    assert_eq!(own.items.len(), 1);
    let keyed = server.get("/v1/sites").key(&site.read).await.ok();
    assert_eq!(keyed["items"][0]["id"], json!(site.id));
    server.get("/v1/sites").await.refused(Code::UNAUTHORIZED);
}

#[tokio::test]
async fn roles_take_effect_at_once_and_a_site_keeps_an_owner() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let bob = server.member(&[(&site, Role::Viewer)]).await;
    let of = async |cookie: &str| read::<SessionReply>(&server, "/v1/session", cookie).await.member.id;
    let (owner_id, bob_id) = (of(&owner).await, of(&bob).await);
    let rename = || server.patch(&format!("/v1/surveys/{survey}")).session(&bob).json(&json!({ "name": "New" }));
    rename().await.refused(Code::INSUFFICIENT_SCOPE);
    let set = |id: &str, role: &str| {
        server.patch(&format!("/v1/members/{id}")).session(&owner).json(&json!({ "role": role }))
    };
    assert_eq!(set(bob_id.as_str(), "editor").await.ok()["role"], "editor");
    rename().await.ok();
    set(owner_id.as_str(), "viewer").await.refused(Code::CONFLICT);
    server.delete(&format!("/v1/members/{owner_id}")).session(&owner).await.refused(Code::CONFLICT);
    set("mb_nobody", "viewer").await.refused(Code::NOT_FOUND);
    let listed: Page<SiteMemberReply> = read(&server, "/v1/members?limit=1", &owner).await;
    assert!(listed.items.len() == 1 && listed.next_cursor.is_some());
    // Everybody may leave.
    assert_eq!(server.delete(&format!("/v1/members/{bob_id}")).session(&bob).await.status, 204);
    server.get("/v1/session").session(&bob).await.refused(Code::UNAUTHORIZED);
    // Where an operator is, no site is lost.
    server.operator().await;
    assert_eq!(set(owner_id.as_str(), "viewer").await.ok()["role"], "viewer");
}

#[tokio::test]
async fn a_key_is_shown_once_its_use_is_noted_and_it_is_gone_at_once() {
    let server = Server::start().await;
    let site = server.site().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let made = server.post("/v1/keys").session(&owner).json(&json!({ "name": "CRM", "scope": "read" })).await;
    assert_eq!(made.status, 201);
    let made: KeyReply = serde_json::from_value(made.ok()).expect("a key");
    let key = made.key.clone().expect("it is shown");
    assert!(made.scope == Scope::Read && key.starts_with("sk_") && made.last_used_at.is_none());
    server.pass(MINUTE);
    server.get("/v1/surveys").key(&key).await.ok();
    let listed: Page<KeyReply> = read(&server, "/v1/keys", &owner).await;
    let found = listed.items.iter().find(|other| other.id == made.id).expect("it is listed");
    assert_eq!((found.key.as_deref(), found.last_used_at.as_deref()), (None, Some("2026-11-21T12:01:00.000Z")));
    assert_eq!(listed.items.len(), 4);
    let path = format!("/v1/keys/{}", made.id);
    assert_eq!(server.delete(&path).session(&owner).await.status, 204);
    server.get("/v1/surveys").key(&key).await.refused(Code::UNAUTHORIZED);
    server.delete(&path).session(&owner).await.refused(Code::NOT_FOUND);
    let nameless = json!({ "name": "\u{7}", "scope": "read" });
    assert_eq!(server.post("/v1/keys").session(&owner).json(&nameless).await.refused(Code::INVALID_FIELD), "name");
}

#[tokio::test]
async fn who_changed_what_is_noted_without_what_people_said() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let secret = json!({ "rotate_identity_secret": true, "name": "Lamps" });
    let reply = server.patch(&format!("/v1/sites/{}", site.id)).session(&owner).json(&secret).await.ok();
    let secret = reply["identity_secret"].as_str().expect("a secret").to_owned();
    server.patch(&format!("/v1/surveys/{survey}")).key(&site.write).json(&json!({ "name": "Fans" })).await.ok();
    server.post(&format!("/v1/surveys/{survey}/publish")).session(&owner).await.ok();
    let said = json!({ "respondent": { "customer": "cust-42" } });
    let response = server.answered(&site, &crate::harness::with(answer(&survey, 9), said)).await;
    let erase = json!({ "customer": "cust-42" });
    server.post("/v1/respondents/erase").session(&owner).json(&erase).await.ok();
    let mut brought: Vec<Value> = (0..3).map(|score| answer(&survey, score)).collect();
    brought[2]["survey"] = json!("sv_nothing");
    for _ in 0..2 {
        // The second time all of them are there already, and nothing has changed.
        server.post("/v1/responses").key(&site.write).json(&json!(brought)).await.ok();
    }
    let hook = json!({ "url": "https://receiver.invalid/hooks/T0P5ECRET", "events": ["response.stored"] });
    server.post("/v1/webhooks").session(&owner).json(&hook).await.ok();
    let log: Page<AuditReply> = read(&server, "/v1/audit", &owner).await;
    let told: Vec<(&str, &str)> =
        log.items.iter().map(|entry| (entry.action.as_str(), entry.actor.kind.name())).collect();
    assert_eq!(
        told,
        [
            ("webhook.created", "member"),
            ("responses.imported", "key"),
            ("customer.erased", "member"),
            ("survey.published", "member"),
            ("survey.updated", "key"),
            ("site.updated", "member"),
        ]
    );
    assert_eq!(log.items[1].detail["responses"], "2", "those that were taken, once");
    assert_eq!(log.items[3].detail["version"], "2");
    assert_eq!(log.items[4].actor.name, "write", "a key is named as its owner named it");
    assert_eq!(log.items[5].detail["fields"], "name, rotate_identity_secret");
    let text = server.get("/v1/audit").session(&owner).await.text();
    for hidden in [&secret, "cust-42", &response, "T0P5ECRET", &site.identity_secret, "sk_"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let page: Page<AuditReply> = read(&server, "/v1/audit?limit=2", &owner).await;
    let cursor = page.next_cursor.expect("there is more");
    let rest: Page<AuditReply> = read(&server, &format!("/v1/audit?limit=9&cursor={cursor}"), &owner).await;
    assert_eq!([page.items, rest.items].concat(), log.items);
    server.get("/v1/audit?cursor=x").session(&owner).await.refused(Code::INVALID_PARAMETER);
}

#[tokio::test]
async fn the_audit_log_can_be_taken_home_and_vouches_for_itself() {
    let server = Server::start().await;
    let site = server.site().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let verify = async |query: &str| -> ChainReply { read(&server, &format!("/v1/audit/verify{query}"), &owner).await };
    assert_eq!(
        verify("").await,
        ChainReply { entries: 0, head: None, intact: true, broken: None, holds_head: None },
        "nothing was done yet"
    );
    let key = json!({ "name": "=HYPERLINK(\"x\")", "scope": "read" });
    server.post("/v1/keys").session(&owner).json(&key).await.ok();
    let first = verify("").await.head.expect("an entry");
    let survey = server.post("/v1/surveys").session(&owner).json(&json!({ "metric": "nps" })).await.ok();
    server.post(&format!("/v1/surveys/{}/publish", survey["id"].as_str().expect("an id"))).session(&owner).await.ok();
    let chain = verify(&format!("?head={first}")).await;
    assert!(chain.intact && chain.entries == 3 && chain.holds_head == Some(true), "{chain:?}");
    assert_eq!(verify("?head=0000").await.holds_head, Some(false));
    server.get("/v1/audit/verify?heads=1").session(&owner).await.refused(Code::UNKNOWN_PARAMETER);

    let log: Page<AuditReply> = read(&server, "/v1/audit", &owner).await;
    assert_eq!(log.items[0].hash, chain.head);
    let reply = server.get("/v1/exports/audit.jsonl").session(&owner).await;
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"audit.jsonl\"");
    let text = reply.text();
    let mut lines: Vec<AuditReply> =
        text.lines().map(|line| serde_json::from_str(line).expect("an entry a line")).collect();
    lines.reverse();
    assert_eq!(lines, log.items, "all of it, the oldest first");
    let text = server.get("/v1/exports/audit.csv").session(&owner).await.text();
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(text.as_bytes()).into_records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0][5], rows[0][8].len()), ("key.created", 64));
    assert!(text.contains("=HYPERLINK") && !text.contains("\n=") && !text.contains(",="), "{text}");
    for form in ["csv", "jsonl"] {
        let path = format!("/v1/exports/audit.{form}");
        server.get(&format!("{path}?survey=x")).session(&owner).await.refused(Code::UNKNOWN_PARAMETER);
        server.get(&path).key(&site.write).await.refused(Code::INSUFFICIENT_SCOPE);
    }
}

#[tokio::test]
async fn what_is_changed_is_noted_though_whoever_changed_it_has_hung_up() {
    let switch = Switch::new();
    let server = Server::start_with(None, |store| switch.around(store)).await;
    let (site, survey) = server.site_with_survey().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    switch.set(Mode::Stuck);
    let mut bringing = server.post("/v1/responses").key(&site.write).json(&json!([answer(&survey, 9)])).into_future();
    tokio::select! {
        reply = &mut bringing => panic!("the store stands still: {reply:?}"),
        () = switch.reached() => drop(bringing),
    }
    switch.set(Mode::Well);
    let noted = async {
        loop {
            let log: Page<AuditReply> = read(&server, "/v1/audit", &owner).await;
            match log.items.first() {
                Some(entry) => return entry.action.clone(),
                None => tokio::task::yield_now().await,
            }
        }
    };
    let noted = timeout(Duration::from_secs(10), noted).await.expect("it is noted in the end");
    assert_eq!(noted, "responses.imported");
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn what_is_changed_is_noted_though_the_server_fails_to_look_at_it_again() {
    let switch = Switch::new();
    let server = Server::start_with(None, |store| switch.around(store)).await;
    let site = server.site().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let keys: Page<KeyReply> = read(&server, "/v1/keys", &owner).await;
    switch.set(Mode::Unrevised);
    let (path, name) = (format!("/v1/sites/{}", site.id), json!({ "name": "Lamps" }));
    assert_eq!(server.patch(&path).session(&owner).json(&name).await.status, 500);
    assert_eq!(server.delete(&format!("/v1/keys/{}", keys.items[0].id)).session(&owner).await.status, 500);
    switch.set(Mode::Well);
    let log: Page<AuditReply> = read(&server, "/v1/audit", &owner).await;
    let noted: Vec<&str> = log.items.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(noted, ["key.deleted", "site.updated"]);
}

#[tokio::test]
async fn a_key_that_another_process_takes_away_is_gone_with_the_next_look() {
    let server = Server::start().await;
    let site = server.site().await;
    server.get("/v1/surveys").key(&site.read).await.ok();
    let other = server.other_process().await;
    let (id, key) = (site.id.as_str().into(), bearing::auth::hash(&site.read));
    let key = other.key_by_hash(key).await.expect("the store answers").expect("it is there");
    assert!(other.delete_key(&id, &key.id).await.expect("the store answers"));
    server.app.directory.refresh().await.expect("the store answers");
    server.get("/v1/surveys").key(&site.read).await.refused(Code::UNAUTHORIZED);
}

#[tokio::test]
async fn a_request_that_shows_a_key_is_judged_by_it_alone() {
    let server = Server::start().await;
    let (ours, theirs) = (server.site().await, server.site().await);
    let owner = server.member(&[(&ours, Role::Owner)]).await;
    let survey = json!({ "metric": "nps" });
    let both = |key: &str| server.post("/v1/surveys").session(&owner).key(key).json(&survey);
    both(&ours.read).await.refused(Code::INSUFFICIENT_SCOPE);
    both("sk_wrong").await.refused(Code::UNAUTHORIZED);
    let made = both(&theirs.write).await.ok();
    assert_eq!(made["site"], json!(theirs.id));
}

#[tokio::test]
async fn operators_know_each_other_and_nobody_else_does() {
    let server = Server::start().await;
    let site = server.site().await;
    let (first, second) = (server.operator().await, server.operator().await);
    let page: Page<OperatorReply> = read(&server, "/v1/operators", &first).await;
    assert_eq!(page.items.len(), 2);
    for operator in [&first, &second] {
        let session: SessionReply = read(&server, "/v1/session", operator).await;
        assert!(page.items.iter().any(|item| item.email == session.member.email), "{page:?}");
    }
    let owner = server.member(&[(&site, Role::Owner)]).await;
    server.get("/v1/operators").session(&owner).await.refused(Code::INSUFFICIENT_SCOPE);
    server.get("/v1/operators").key(&site.admin).await.refused(Code::SESSION_REQUIRED);
    server.get("/v1/operators").await.refused(Code::UNAUTHORIZED);
}
