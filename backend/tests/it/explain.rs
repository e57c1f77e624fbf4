//! Explaining: every reason for a made-up visitor, from the rules that visitors' browsers have.

use bearing_shared::fault::Code;
use bearing_shared::rule::{Reason, Rest};
use bearing_shared::survey::Survey;
use serde_json::{Value, json};

use crate::harness::{DAY, NOW, Server, Site, answer, nps};

/// The standard survey with rules.
fn ruled(rules: Value) -> Survey {
    Survey { rules: serde_json::from_value(rules).expect("are rules"), ..nps() }
}

async fn explained(server: &Server, site: &Site, survey: &str, query: &str) -> Value {
    server.get(&format!("/v1/surveys/{survey}/explain?{query}")).key(&site.read).await.ok()
}

fn codes(explained: &Value) -> Vec<&str> {
    let reasons = explained["reasons"].as_array().expect("a list");
    reasons.iter().map(|reason| reason["code"].as_str().expect("a word")).collect()
}

#[tokio::test]
async fn a_survey_that_is_due_has_no_reasons() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let found = explained(&server, &site, &survey, "").await;
    let expected = json!({ "survey": survey, "version": 1, "state": "published", "due": true, "reasons": [],
        "sample": { "bucket": null, "limit": 10_000 } });
    assert_eq!(found, expected);
}

#[tokio::test]
async fn each_parameter_has_its_reason() {
    let server = Server::start().await;
    let site =
        server.site_with(|settings| settings.rest = Rest { site_days: 7, nps_days: 30, ..Rest::default() }).await;
    let rules = json!({
        "triggers": [{ "on": "scroll", "percent": 50, "delay_s": 60 }, { "on": "track", "name": "paid" }],
        "cancel": ["left"],
        "urls": [{ "match": "prefix", "value": "/café" }],
        "devices": ["mobile"], "locales": ["pt"],
        "attributes": [{ "name": "seats", "at_least": 10 }],
        "until": "2026-11-22T00:00:00Z",
        "sample_percent": 50, "again_after_days": 90, "shows": 3,
    });
    let survey = server.publish(&site, Survey { touchpoints: vec!["cart".into()], ..ruled(rules) }).await;
    let fits = "happened=scroll:80&attr.seats=12";
    let cases: [(&str, &[&str]); 24] = [
        (fits, &[]),
        ("attr.seats=12", &["trigger"]),
        ("happened=track:paid,track:left&attr.seats=12", &["cancelled"]),
        ("happened=scroll:49&attr.seats=9", &["attribute", "trigger"]),
        ("happened=scroll:50", &["attribute"]),
        (&format!("{fits}&url=https://shop.example/caf%25C3%25A9/menu"), &[]),
        (&format!("{fits}&url=https://shop.example/caf%C3%A9/menu"), &[]),
        (&format!("{fits}&url=https://shop.example/"), &["url"]),
        (&format!("{fits}&device=mobile"), &[]),
        (&format!("{fits}&device=desktop"), &["device"]),
        (&format!("{fits}&locale=pt-BR"), &[]),
        (&format!("{fits}&locale=nl"), &["locale"]),
        (&format!("{fits}&touchpoint=cart"), &[]),
        (&format!("{fits}&touchpoint="), &["touchpoint"]),
        (&format!("{fits}&at=2026-11-22T00:59:59.999%2B01:00"), &[]),
        (&format!("{fits}&at=2026-11-22T00:00:00Z"), &["schedule"]),
        (&format!("{fits}&answered_days=89"), &["answered"]),
        (&format!("{fits}&answered_days=90"), &[]),
        (&format!("{fits}&dismissed_days=89.5"), &["dismissed"]),
        (&format!("{fits}&shown_days=40&shows=3"), &["shows"]),
        (&format!("{fits}&shown_days=20&shows=1"), &["rest_metric"]),
        (&format!("{fits}&shown_days=6&shows=1"), &["rest_metric", "rest_site"]),
        (&format!("{fits}&metric_days=29&site_days=8"), &["rest_metric"]),
        (&format!("{fits}&site_days=6"), &["rest_site"]),
    ];
    for (query, expected) in cases {
        let found = explained(&server, &site, &survey, query).await;
        assert_eq!(codes(&found), expected, "{query}");
        assert_eq!(found["due"], expected.is_empty(), "{query}");
        for reason in found["reasons"].as_array().expect("a list") {
            let known = Reason::ALL.iter().find(|known| reason["code"] == known.code()).expect("is known");
            assert_eq!(reason["text"], known.text());
        }
    }
}

#[tokio::test]
async fn the_sample_is_the_visitors_own() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = server.publish(&site, ruled(json!({ "sample_percent": 12.34 }))).await;
    let mut asked = 0;
    for number in 0..200 {
        let found = explained(&server, &site, &survey, &format!("visitor=v_{number}")).await;
        let bucket = found["sample"]["bucket"].as_u64().expect("a place");
        assert_eq!(found["sample"]["limit"], 1234);
        assert_eq!(found["due"], bucket < 1234, "{found}");
        assert_eq!(codes(&found).is_empty(), bucket < 1234);
        asked += u32::from(bucket < 1234);
        // A customer is drawn as a visitor of that id would be, where no visitor is named.
        let customer = explained(&server, &site, &survey, &format!("customer=v_{number}")).await;
        assert_eq!(customer["sample"], found["sample"]);
    }
    assert!((5..60).contains(&asked), "about 25 of 200 are asked: {asked}");
    assert!(codes(&explained(&server, &site, &survey, "").await).is_empty(), "nobody is drawn");
}

#[tokio::test]
async fn a_survey_that_is_not_shown_says_so() {
    let server = Server::start().await;
    let site = server.site().await;
    let draft = server.post("/v1/surveys").key(&site.write).json(&json!({ "metric": "nps" })).await.ok();
    let id = draft["id"].as_str().expect("an id");
    let found = explained(&server, &site, id, "happened=exit_intent").await;
    assert_eq!((codes(&found), &found["version"]), (vec!["not_published", "trigger"], &Value::Null));

    let publish = format!("/v1/surveys/{id}/publish");
    server.post(&publish).key(&site.write).await.ok();
    server.post(&format!("/v1/surveys/{id}/pause")).key(&site.write).await.ok();
    assert_eq!(codes(&explained(&server, &site, id, "").await), ["paused"]);

    server.post(&publish).key(&site.write).await.ok();
    let path = format!("/v1/sites/{}", site.id);
    server.patch(&path).key(&site.admin).json(&json!({ "silenced": true })).await.ok();
    assert_eq!(codes(&explained(&server, &site, id, "").await), ["silenced"]);
    let config = format!("/v1/embed/{}", site.key);
    assert_eq!(server.get(&config).await.ok()["surveys"], json!([]), "the tag asks nobody");
    let open = server.post(&format!("/v1/embed/{}/responses", site.key)).json(&answer(id, 9)).await.ok();
    assert_eq!(open["results"][0]["status"], "stored", "an answer to a card that was open is taken");
    server.patch(&path).key(&site.admin).json(&json!({ "silenced": false })).await.ok();
    assert_eq!(server.get(&config).await.ok()["surveys"][0]["id"], id, "and asks again at once");
    let edit = json!({ "rules": { "answers": 2, "devices": ["tablet"] } });
    server.patch(&format!("/v1/surveys/{id}")).key(&site.write).json(&edit).await.ok();
    let tablet = "device=mobile";
    assert!(codes(&explained(&server, &site, id, tablet).await).is_empty(), "visitors see the published version");
    server.post(&publish).key(&site.write).await.ok();
    assert_eq!(codes(&explained(&server, &site, id, tablet).await), ["device"]);
    for score in [0, 10] {
        server.answered(&site, &answer(id, score)).await;
    }
    let found = explained(&server, &site, id, "").await;
    assert_eq!((codes(&found), &found["version"]), (vec!["full"], &json!(2)));
}

#[tokio::test]
async fn an_inline_survey_waits_for_its_element() {
    let server = Server::start().await;
    let site = server.site().await;
    let look = serde_json::from_value(json!({ "position": "inline" })).expect("is a look");
    let survey = server.publish(&site, Survey { look, ..nps() }).await;
    assert_eq!(codes(&explained(&server, &site, &survey, "happened=track:x").await), ["inline"]);
}

#[tokio::test]
async fn what_cannot_be_judged_is_refused_by_name() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for (query, field) in [
        ("url=/checkout", "url"),
        ("url=javascript:alert(1)", "url"),
        ("device=watch", "device"),
        ("at=tomorrow", "at"),
        ("happened=hover", "happened"),
        ("happened=scroll", "happened"),
        ("happened=scroll:0", "happened"),
        ("happened=page_view,", "happened"),
        ("answered_days=-1", "answered_days"),
        ("site_days=NaN", "site_days"),
        ("shows=1.5", "shows"),
        ("attr.Seats=1", "attr"),
        ("locale=nl&locale=de", "locale"),
    ] {
        let reply = server.get(&format!("/v1/surveys/{survey}/explain?{query}")).key(&site.read).await;
        assert_eq!(reply.refused(Code::INVALID_PARAMETER), field, "{query}");
    }
    let unknown = server.get(&format!("/v1/surveys/{survey}/explain?page=x")).key(&site.read).await;
    assert_eq!(unknown.refused(Code::UNKNOWN_PARAMETER), "page");
    server.get("/v1/surveys/sv_nobody/explain").key(&site.read).await.refused(Code::NOT_FOUND);
    let other = server.site().await;
    server.get(&format!("/v1/surveys/{survey}/explain")).key(&other.read).await.refused(Code::NOT_FOUND);
}

#[tokio::test]
async fn the_clock_is_the_servers_unless_a_moment_is_given() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = server.publish(&site, ruled(json!({ "from": "2026-11-22T12:00:00Z" }))).await;
    assert_eq!(codes(&explained(&server, &site, &survey, "").await), ["schedule"]);
    server.pass(DAY);
    assert!(codes(&explained(&server, &site, &survey, "").await).is_empty());
    assert_eq!(codes(&explained(&server, &site, &survey, &format!("at={NOW}")).await), ["schedule"]);
}
