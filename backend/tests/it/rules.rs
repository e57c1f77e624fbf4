//! Rules on their way: checked when they are written, in the config as browsers need them, and the ends that the server
//! alone knows of.

use bearing::jobs::caps;
use bearing_shared::fault::Code;
use bearing_shared::survey::Survey;
use serde_json::{Value, json};

use crate::harness::{Server, Site, answer, nps, with};

async fn shown(server: &Server, site: &Site) -> Vec<String> {
    let config = server.get(&site.config()).await.ok();
    let surveys = config["surveys"].as_array().expect("a list");
    surveys.iter().map(|survey| survey["id"].as_str().expect("an id").to_owned()).collect()
}

/// Publishes a survey that is younger than those before it: the older goes first.
async fn publish(server: &Server, site: &Site, survey: Survey) -> String {
    server.pass(1);
    server.publish(site, survey).await
}

fn ruled(rules: Value) -> Survey {
    Survey { rules: serde_json::from_value(rules).expect("are rules"), ..nps() }
}

#[tokio::test]
async fn rules_are_checked_and_read_back() {
    let server = Server::start().await;
    let site = server.site().await;
    let rules = json!({
        "triggers": [{ "on": "click", "selector": "#pay", "delay_s": 5 }],
        "urls": [{ "match": "glob", "value": "/a/*", "not": true }],
        "attributes": [{ "name": "plan", "is": ["pro"] }],
        "sample_percent": 12.5, "answers": 3,
    });
    let made = server.post("/v1/surveys").key(&site.write).json(&json!({ "metric": "nps", "rules": rules })).await.ok();
    assert_eq!(made["rules"], rules);
    let address = format!("/v1/surveys/{}", made["id"].as_str().expect("an id"));
    for (rules, code, field) in [
        (json!({ "shows": 0 }), Code::INVALID_FIELD, "rules.shows"),
        (
            json!({ "triggers": [{ "on": "page_view" }, { "on": "scroll", "percent": 101 }] }),
            Code::INVALID_FIELD,
            "rules.triggers[1].percent",
        ),
        (json!({ "urls": [{ "match": "regex", "value": "/" }] }), Code::INVALID_FIELD, "rules.urls[0].match"),
        (json!({ "sample": 5 }), Code::UNKNOWN_FIELD, "rules.sample"),
        (json!({ "urls": [{ "match": "exact" }] }), Code::MISSING_FIELD, "rules.urls[0].value"),
    ] {
        let reply = server.patch(&address).key(&site.write).json(&json!({ "rules": rules })).await;
        assert_eq!(reply.refused(code), field, "{rules}");
    }
    server.patch(&address).key(&site.write).json(&json!({ "rules": {} })).await.ok();
    assert!(server.get(&address).key(&site.read).await.ok().get("rules").is_none(), "the default is left out");
}

#[tokio::test]
async fn the_config_carries_what_browsers_decide_by() {
    let server = Server::start().await;
    let site = server.site().await;
    publish(&server, &site, nps()).await;
    let plain = server.get(&site.config()).await.ok();
    assert!(
        plain.get("rest").is_none() && plain.get("signals").is_none() && plain["surveys"][0].get("rules").is_none()
    );

    let change = json!({ "rest": { "site_days": 7, "nps_days": 90 }, "respect_signals": ["gpc", "dnt", "gpc"] });
    server.patch(&format!("/v1/sites/{}", site.id)).key(&site.admin).json(&change).await.ok();
    server
        .publish(&site, ruled(json!({ "urls": [{ "match": "prefix", "value": "/über" }], "answers": 5, "shows": 2 })))
        .await;
    let config = server.get(&site.config()).await.ok();
    assert_eq!(config["rest"], json!({ "site_days": 7, "nps_days": 90 }));
    assert_eq!(config["signals"], json!(["dnt", "gpc"]));
    // Written as browsers write addresses, and without what the server alone keeps.
    let expected = json!({ "urls": [{ "match": "prefix", "value": "/%C3%BCber" }], "shows": 2 });
    // Published at the same moment: either may go first.
    let ruled = config["surveys"].as_array().into_iter().flatten().find(|survey| survey.get("rules").is_some());
    assert_eq!(ruled.map(|survey| &survey["rules"]), Some(&expected));
}

#[tokio::test]
async fn rests_and_signals_are_checked() {
    let server = Server::start().await;
    let site = server.site().await;
    for (change, field) in [
        (json!({ "rest": { "csat_days": 3651 } }), "rest.csat_days"),
        (json!({ "respect_signals": ["dnt", "sec"] }), "respect_signals[1]"),
    ] {
        let reply = server.patch(&format!("/v1/sites/{}", site.id)).key(&site.admin).json(&change).await;
        assert_eq!(reply.refused(Code::INVALID_FIELD), field);
    }
}

#[tokio::test]
async fn a_survey_leaves_the_config_when_its_time_is_over() {
    let server = Server::start().await;
    let site = server.site().await;
    let stays = publish(&server, &site, nps()).await;
    let ends = publish(&server, &site, ruled(json!({ "until": "2026-11-22T12:00:00Z" }))).await;
    let later = publish(&server, &site, ruled(json!({ "from": "2026-11-30T12:00:00Z" }))).await;
    assert_eq!(shown(&server, &site).await, [stays.as_str(), &ends, &later], "one that has not begun is known already");
    server.set_time("2026-11-22T11:59:59.999Z");
    assert_eq!(shown(&server, &site).await.len(), 3);
    server.pass(1);
    assert_eq!(shown(&server, &site).await, [stays, later]);
    // What was shown in good faith still counts.
    server.answered(&site, &answer(&ends, 9)).await;
}

#[tokio::test]
async fn a_survey_leaves_the_config_when_it_has_all_its_answers() {
    let server = Server::start().await;
    let site = server.site().await;
    let stays = publish(&server, &site, nps()).await;
    let capped = publish(&server, &site, ruled(json!({ "answers": 2 }))).await;
    let both = [stays.clone(), capped.clone()];
    let first = server.answered(&site, &answer(&capped, 0)).await;
    server.answered(&site, &with(answer(&capped, 9), json!({ "test": true }))).await;
    shown(&server, &site).await;
    caps::count(&server.app).await;
    assert_eq!(shown(&server, &site).await, both, "a try-out is no answer");
    server.answered(&site, &answer(&capped, 10)).await;
    caps::count(&server.app).await;
    assert_eq!(shown(&server, &site).await, [stays.as_str()]);
    // What was on screens by then still counts, and a change elsewhere does not bring it back for a moment.
    server.answered(&site, &answer(&capped, 5)).await;
    publish(&server, &site, ruled(json!({ "until": "2020-01-01T00:00:00Z" }))).await;
    assert_eq!(shown(&server, &site).await, [stays]);
    // One answer less than the cap: it is asked again.
    for id in [first, listed(&server, &site, &capped).await] {
        let gone = server.delete(&format!("/v1/responses/{id}")).key(&site.write).await;
        assert_eq!(gone.status, 204);
    }
    caps::count(&server.app).await;
    assert_eq!(shown(&server, &site).await, both);
}

async fn listed(server: &Server, site: &Site, survey: &str) -> String {
    let page = server.get(&format!("/v1/responses?survey={survey}&limit=1")).key(&site.read).await.ok();
    page["items"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_raised_cap_asks_again_at_once() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = publish(&server, &site, ruled(json!({ "answers": 1 }))).await;
    server.answered(&site, &answer(&survey, 9)).await;
    caps::count(&server.app).await;
    assert!(shown(&server, &site).await.is_empty());
    let edit = json!({ "rules": { "answers": 2 } });
    server.patch(&format!("/v1/surveys/{survey}")).key(&site.write).json(&edit).await.ok();
    server.post(&format!("/v1/surveys/{survey}/publish")).key(&site.write).await.ok();
    assert_eq!(shown(&server, &site).await, [survey]);
}

#[tokio::test]
async fn the_watch_notices_by_itself() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = publish(&server, &site, ruled(json!({ "answers": 1 }))).await;
    assert_eq!(shown(&server, &site).await, [survey.as_str()]);
    server.answered(&site, &answer(&survey, 9)).await;
    // The watch runs on the monotonic clock; a busy machine may take its time.
    for _ in 0..300 {
        if shown(&server, &site).await.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the cap was never noticed");
}

#[tokio::test]
async fn first_questions_are_sent_ahead_for_what_can_be_due() {
    let server = Server::start().await;
    let site = server.site().await;
    let look = || serde_json::from_value(json!({ "position": "inline" })).expect("is a look");
    let inline = publish(&server, &site, Survey { look: look(), ..nps() }).await;
    let trees = |config: Value| {
        let trees = config["trees"].as_array().cloned().unwrap_or_default();
        trees.iter().map(|tree| tree["survey"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(trees(server.get(&site.config()).await.ok()), [inline.as_str()], "there is no other");
    publish(&server, &site, ruled(json!({ "until": "2026-11-01T00:00:00Z" }))).await;
    let due = publish(&server, &site, nps()).await;
    assert_eq!(trees(server.get(&site.config()).await.ok()), [due]);
}
