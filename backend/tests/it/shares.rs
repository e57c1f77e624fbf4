//! Shared links from outside: what each shows, that nothing widens it, and that it ends.

use std::time::Duration;

use bearing_shared::api::Page;
use bearing_shared::api::shares::{ShareReply, SharedComment, SharedReply};
use bearing_shared::cell::Dimension;
use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use bearing_storage::Role;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::{Server, Site, answer, shown_at, with};
use crate::stream::{beat, open_as};

const DAY: i64 = 24 * 3_600_000;

/// A site that declares `plan`, with an NPS survey at two touchpoints, and its owner's cookie.
async fn shop(server: &Server) -> (Site, String, String) {
    let plan = Dimension { name: "plan".into(), values: vec!["free".into(), "pro".into()] };
    let site = server.site_with(|settings| settings.dimensions = vec![plan]).await;
    let survey = server.publish(&site, shown_at(Instrument::Nps, &["checkout", "delivery"])).await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    (site, survey, owner)
}

/// Makes a link with this body; its reply and its secret.
async fn made(server: &Server, owner: &str, body: &Value) -> (ShareReply, String) {
    let reply = server.post("/v1/shares").session(owner).json(body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let reply: ShareReply = serde_json::from_value(reply.ok()).expect("a shared link");
    let link = reply.link.clone().expect("it is shown once");
    let (page, secret) = link.split_once('#').expect("the secret is behind the #");
    assert_eq!(page, "http://bearing.example/app/shared");
    assert!(secret.starts_with("shr_") && secret.len() == 47, "{secret}");
    (reply, secret.to_owned())
}

/// Answers of these scores at a touchpoint.
async fn answers(server: &Server, site: &Site, survey: &str, touchpoint: &str, scores: &[u8]) {
    for score in scores {
        server.answered(site, &with(answer(survey, *score), json!({ "touchpoint": touchpoint }))).await;
    }
}

#[tokio::test]
async fn a_link_shows_the_numbers_of_its_filter_and_no_others() {
    let server = Server::start().await;
    let (site, survey, owner) = shop(&server).await;
    answers(&server, &site, &survey, "checkout", &[10, 10, 9, 9, 8, 2]).await;
    answers(&server, &site, &survey, "delivery", &[0, 0, 0, 1, 10]).await;
    let body = json!({ "name": "Checkout team", "filter": { "touchpoint": "checkout", "metric": "nps" } });
    let (_, secret) = made(&server, &owner, &body).await;
    let full = server.score(&site, "metric=nps&touchpoint=checkout").await;
    let query = "from=2026-11-01&to=2026-11-30";
    for asked in ["metric=nps", "", "metric=nps&touchpoint=checkout", &format!("site={}", site.id)] {
        let shown = server.get(&format!("/v1/reports/score?{asked}")).key(&secret).await.ok();
        assert_eq!(shown, full, "{asked}");
    }
    let narrowed = server.get(&format!("/v1/reports/score?{query}")).key(&secret).await.ok();
    assert_eq!(narrowed, server.score(&site, &format!("metric=nps&touchpoint=checkout&{query}")).await);
    let trend = server.get(&format!("/v1/reports/trend?bucket=day&{query}")).key(&secret).await.ok();
    let points = trend["points"].as_array().expect("points");
    assert_eq!(points.iter().filter_map(|point| point["n"].as_u64()).sum::<u64>(), 6);
    let shared: SharedReply =
        serde_json::from_value(server.get("/v1/shared").key(&secret).await.ok()).expect("it reads");
    assert_eq!((&*shared.name, &*shared.site, &*shared.time_zone), ("Checkout team", "Shop", "UTC"));
    assert!(!shared.comments && shared.metrics.len() == 1 && shared.filter["touchpoint"] == "checkout");
}

#[tokio::test]
async fn no_parameter_widens_a_link() {
    let server = Server::start().await;
    let (site, survey, owner) = shop(&server).await;
    answers(&server, &site, &survey, "delivery", &[10]).await;
    let filter = json!({ "touchpoint": "checkout", "attr.plan": "pro" });
    let (_, secret) = made(&server, &owner, &json!({ "name": "Wall", "filter": filter })).await;
    for (query, field) in [
        ("touchpoint=delivery", "touchpoint"),
        ("touchpoint=", "touchpoint"),
        ("touchpoint=checkout&touchpoint=delivery", "touchpoint"),
        ("touchpoint=(other)", "touchpoint"),
        ("Touchpoint=delivery", "Touchpoint"),
        ("attr.plan=free", "attr.plan"),
        ("attr.plan=pro&attr.plan=free", "attr.plan"),
        ("attr.country=NL", "attr.country"),
        (&format!("survey={survey}"), "survey"),
        ("device=mobile", "device"),
        ("locale=nl", "locale"),
        ("version=1", "version"),
        ("by=touchpoint", "by"),
        ("base=respondents", "base"),
        ("target=50", "target"),
        ("hide=false", "hide"),
        ("colour=red", "colour"),
    ] {
        for report in ["score", "trend"] {
            let reply = server.get(&format!("/v1/reports/{report}?metric=nps&{query}")).key(&secret).await;
            assert_eq!(reply.refused(Code::INSUFFICIENT_SCOPE), field, "{report} {query}");
        }
    }
    let reply = server.get("/v1/reports/score?metric=nps&metric=csat").key(&secret).await;
    assert_eq!(reply.refused(Code::INVALID_PARAMETER), "metric");
    server.get("/v1/reports/score?metric=nps&site=st_other").key(&secret).await.refused(Code::NOT_FOUND);
    assert_eq!(server.get("/v1/reports/score?metric=nps").key(&secret).await.ok()["n"], 0);
    for query in ["touchpoint=checkout", "limit=500", "state=all"] {
        let reply = server.get(&format!("/v1/shared/comments?{query}")).key(&secret).await;
        reply.refused(Code::UNKNOWN_PARAMETER);
    }
}

#[tokio::test]
async fn the_numbers_of_few_answers_are_hidden() {
    let server = Server::start().await;
    let (site, survey, owner) = shop(&server).await;
    answers(&server, &site, &survey, "checkout", &[10, 10, 2]).await;
    let (_, secret) = made(&server, &owner, &json!({ "name": "Wall", "filter": { "metric": "nps" } })).await;
    let shown = server.get("/v1/reports/score?from=2026-11-01").key(&secret).await.ok();
    assert_eq!((&shown["n"], &shown["state"]), (&json!(3), &json!("hidden")));
    for part in ["score", "interval", "mean", "mean_interval", "top_box", "target"] {
        assert_eq!(shown[part], Value::Null, "{part}");
    }
    assert_eq!((&shown["distribution"], &shown["groups"]), (&json!({}), &json!({})));
    assert_eq!(shown["text"]["score"], Value::Null);
    assert_eq!(shown["previous"]["difference"], Value::Null);
    let trend = server.get("/v1/reports/trend?bucket=day").key(&secret).await.ok();
    for point in trend["points"].as_array().expect("points") {
        assert!(point["score"].is_null() && point["interval"].is_null(), "{point}");
    }
    // Whoever may list the answers sees them.
    assert!(server.score(&site, "metric=nps").await["score"].is_number());
    answers(&server, &site, &survey, "checkout", &[9, 9]).await;
    assert!(server.get("/v1/reports/score").key(&secret).await.ok()["score"].is_number());
}

#[tokio::test]
async fn comments_are_there_where_the_link_says_so_and_never_say_whose_they_are() {
    let server = Server::start().await;
    let (site, survey, owner) = shop(&server).await;
    let said = |text: &str, touchpoint: &str, more: Value| {
        let answers = json!([{ "question": "score", "value": 3 }, { "question": "why", "text": text }]);
        let whole = json!({
            "answers": answers, "touchpoint": touchpoint, "attributes": { "plan": "pro", "seat": "window" },
            "respondent": { "customer": "cust-42", "visitor": "v-1" },
            "context": { "url": "https://shop.example/thanks", "device": "mobile", "locale": "nl-NL", "title": "Thanks" },
        });
        with(with(answer(&survey, 3), whole), more)
    };
    let first = server.answered(&site, &said("too slow", "checkout", json!({}))).await;
    server.answered(&site, &said("too late", "delivery", json!({}))).await;
    server.answered(&site, &said("only a test", "checkout", json!({ "test": true }))).await;
    let excluded = server.answered(&site, &said("spam", "checkout", json!({}))).await;
    let change = json!({ "state": "excluded", "tags": ["noise"] });
    server.patch(&format!("/v1/responses/{excluded}")).key(&site.write).json(&change).await.ok();
    server.patch(&format!("/v1/responses/{first}")).key(&site.write).json(&json!({ "tags": ["urgent"] })).await.ok();
    let filter = json!({ "touchpoint": "checkout", "device": "mobile", "locale": "nl", "metric": "nps" });
    let (_, secret) = made(&server, &owner, &json!({ "name": "Wall", "filter": filter, "comments": true })).await;
    let reply = server.get("/v1/shared/comments").key(&secret).await;
    let page: Page<SharedComment> = serde_json::from_value(reply.ok()).expect("comments");
    let [comment] = &page.items[..] else { panic!("one comment: {page:?}") };
    assert_eq!((&*comment.comment, comment.score, &*comment.day), ("too slow", 3, "2026-11-21"));
    assert_eq!((&*comment.touchpoint, &*comment.survey), ("checkout", "Moments"));
    let text = reply.text();
    for never in [first.as_str(), "cust-42", "v-1", "thanks", "Thanks", "window", "pro", "urgent", "mobile", "nl-NL"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
    let named: Vec<String> = reply.value()["items"][0].as_object().expect("a comment").keys().cloned().collect();
    assert_eq!(named, ["comment", "day", "metric", "score", "survey", "touchpoint"]);
    for (name, value) in [("device", "desktop"), ("locale", "de"), ("metric", "csat"), ("attr.plan", "free")] {
        let body = json!({ "name": "Wall", "filter": { name: value }, "comments": true });
        let (_, other) = made(&server, &owner, &body).await;
        assert_eq!(server.get("/v1/shared/comments").key(&other).await.ok()["items"], json!([]), "{name}");
    }
    let (_, silent) = made(&server, &owner, &json!({ "name": "Numbers alone" })).await;
    server.get("/v1/shared/comments").key(&silent).await.refused(Code::NOT_FOUND);
}

#[tokio::test]
async fn a_link_hears_only_that_its_own_numbers_may_have_changed() {
    let server = Server::start().await;
    let (site, survey, owner) = shop(&server).await;
    let filter = json!({ "touchpoint": "checkout", "survey": survey, "metric": "nps" });
    let (_, secret) = made(&server, &owner, &json!({ "name": "Wall", "filter": filter })).await;
    let mut stream = open_as(&server, &secret).await;
    answers(&server, &site, &survey, "delivery", &[9]).await;
    let test = with(answer(&survey, 9), json!({ "touchpoint": "checkout", "test": true }));
    server.answered(&site, &test).await;
    let heard = timeout(Duration::from_millis(300), stream.next()).await;
    assert!(heard.is_err(), "what is not on its board is not told: {heard:?}");
    answers(&server, &site, &survey, "checkout", &[9]).await;
    let heard = timeout(Duration::from_secs(5), stream.next()).await.expect("it is told soon");
    assert_eq!(heard.as_deref(), Some("event: score.changed\ndata: {}\n\n"));
}

#[tokio::test]
async fn a_link_that_was_taken_back_or_has_ended_opens_nothing() {
    let server = Server::start().await;
    let (site, _, owner) = shop(&server).await;
    let (gone, secret) = made(&server, &owner, &json!({ "name": "Taken back" })).await;
    let (_, lasting) = made(&server, &owner, &json!({ "name": "Lasts" })).await;
    let (ending, brief) = made(&server, &owner, &json!({ "name": "Ends", "expires_in_days": 1 })).await;
    assert_eq!(ending.expires_at.as_deref(), Some("2026-11-22T12:00:00.000Z"));
    server.pass(60_000);
    server.get("/v1/shared").key(&secret).await.ok();
    let listed: Page<ShareReply> =
        serde_json::from_value(server.get("/v1/shares").session(&owner).await.ok()).expect("a list");
    assert_eq!(listed.items.len(), 3);
    let found = listed.items.iter().find(|share| share.id == gone.id).expect("it is listed");
    assert_eq!(found.last_used_at.as_deref(), Some("2026-11-21T12:01:00.000Z"));
    assert!(listed.items.iter().all(|share| share.link.is_none() && share.created_by.as_deref() == Some("Ann")));
    let mut stream = open_as(&server, &secret).await;
    let path = format!("/v1/shares/{}", gone.id);
    // Another site's owner takes nothing back here.
    let (other, ..) = shop(&server).await;
    let stranger = server.member(&[(&other, Role::Owner)]).await;
    server.delete(&path).session(&stranger).await.refused(Code::NOT_FOUND);
    assert_eq!(server.delete(&path).session(&owner).await.status, 204);
    server.delete(&path).session(&owner).await.refused(Code::NOT_FOUND);
    for path in ["/v1/shared", "/v1/shared/comments", "/v1/reports/score?metric=nps", "/v1/stream"] {
        let refused = server.get(path).key(&secret).await;
        refused.refused(Code::UNAUTHORIZED);
        assert!(refused.text().contains("taken back"), "{}", refused.text());
    }
    beat().await;
    assert_eq!(stream.next().await.as_deref(), Some(":\n\n"), "it is asked every other time");
    beat().await;
    assert_eq!(stream.next().await, None, "what is open ends");
    server.get("/v1/shared").key(&brief).await.ok();
    server.pass(DAY);
    server.get("/v1/shared").key(&brief).await.refused(Code::UNAUTHORIZED);
    server.get("/v1/shared").key(&lasting).await.ok();
    let entries = server.get("/v1/audit").session(&owner).await.ok();
    let text = entries.to_string();
    assert!(text.contains("share.created") && text.contains("share.deleted"), "{text}");
    assert!(!text.contains(&secret) && !text.contains(&lasting), "no secret is in the log");
    assert_eq!(server.delete(&format!("/v1/sites/{}", site.id)).key(&site.admin).await.status, 204);
    server.get("/v1/shared").key(&lasting).await.refused(Code::UNAUTHORIZED);
}

#[tokio::test]
async fn a_link_with_a_mistake_in_it_is_not_made() {
    let server = Server::start().await;
    let (site, survey, owner) = shop(&server).await;
    let theirs = shop(&server).await.1;
    let ask = async |body: Value| server.post("/v1/shares").session(&owner).json(&body).await;
    for name in ["", "\u{7}", &"n".repeat(101)] {
        assert_eq!(ask(json!({ "name": name })).await.refused(Code::INVALID_FIELD), "name");
    }
    for days in [0, 3_651, u32::MAX] {
        let refused = ask(json!({ "name": "Wall", "expires_in_days": days })).await;
        assert_eq!(refused.refused(Code::INVALID_FIELD), "expires_in_days");
    }
    let wrong = [
        ("metric", "nsp", Code::INVALID_FIELD),
        ("metric", "", Code::INVALID_FIELD),
        ("survey", "sv_nowhere", Code::INVALID_FIELD),
        ("survey", theirs.as_str(), Code::INVALID_FIELD),
        ("version", "1", Code::INVALID_FIELD),
        ("device", "toaster", Code::INVALID_FIELD),
        ("locale", "Dutch", Code::INVALID_FIELD),
        ("attr.plna", "pro", Code::INVALID_FIELD),
        ("attr.", "pro", Code::INVALID_FIELD),
        ("touchpoints", "checkout", Code::UNKNOWN_FIELD),
        ("site", "st_1", Code::UNKNOWN_FIELD),
        ("from", "2026-11-01", Code::UNKNOWN_FIELD),
        ("state", "all", Code::UNKNOWN_FIELD),
        ("' OR 1=1 --", "x", Code::UNKNOWN_FIELD),
        ("touchpoint", "a\u{0}b", Code::INVALID_FIELD),
    ];
    for (name, value, code) in wrong {
        let field = ask(json!({ "name": "Wall", "filter": { name: value } })).await.refused(code);
        assert_eq!(field, format!("filter.{name}"), "{value}");
    }
    let long = json!({ "name": "Wall", "filter": { "touchpoint": "t".repeat(201) } });
    assert_eq!(ask(long).await.refused(Code::INVALID_FIELD), "filter.touchpoint");
    let many: serde_json::Map<String, Value> = (0..21).map(|number| (format!("attr.a{number}"), json!("x"))).collect();
    assert_eq!(ask(json!({ "name": "Wall", "filter": many })).await.refused(Code::INVALID_FIELD), "filter");
    assert_eq!(
        ask(json!({ "name": "Wall", "filter": { "metric": 1 } })).await.refused(Code::INVALID_FIELD),
        "filter.metric"
    );
    assert_eq!(server.get("/v1/shares").session(&owner).await.ok()["items"], json!([]));
    let all = json!({
        "metric": "nps", "survey": survey, "version": "1", "touchpoint": "", "device": "(other)", "locale": "NL",
        "attr.plan": "(other)",
    });
    let (_, secret) = made(&server, &owner, &json!({ "name": "All", "filter": all, "comments": true })).await;
    assert_eq!(server.get("/v1/reports/score").key(&secret).await.ok()["n"], 0);
    server.get("/v1/shared/comments").key(&secret).await.ok();
    for _ in 1..100 {
        made(&server, &owner, &json!({ "name": "Wall" })).await;
    }
    ask(json!({ "name": "One too many" })).await.refused(Code::CONFLICT);
    server.post("/v1/shares").key(&site.admin).json(&json!({ "name": "By key" })).await.refused(Code::SESSION_REQUIRED);
}

#[tokio::test]
async fn the_page_of_a_link_needs_no_session_and_names_itself_to_nobody() {
    let server = Server::start().await;
    let page = server.get("/app/shared").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("type=\"password\""), "it asks nobody to sign in");
    assert_eq!(page.header("cache-control"), "no-store");
    let deeper = server.get("/app/shared/more").await;
    assert!(deeper.text().contains("type=\"password\""), "every other address does");
}
