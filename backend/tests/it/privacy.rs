//! What is kept of people: addresses and texts as the site asks for them, whichever way an answer comes.

use bearing_shared::fault::Code;
use bearing_shared::privacy::{Redaction, Retention};
use bearing_storage::Expired;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, Site, answer, new_id, with};

/// A response of somebody who gives more away than the site wants to have.
fn talkative(survey: &str) -> Value {
    with(
        answer(survey, 2),
        json!({
            "answers": [{ "question": "score", "value": 2 },
                { "question": "why", "text": "Call me: 06-12345678 or jan@shop.example, card 4111 1111 1111 1111. 9/10!" }],
            "attributes": { "plan": "pro", "account": "jan@shop.example" },
            "context": { "url": "https://me:x@shop.example/thanks?token=1&utm_source=news&Ref=2#x",
                "referrer": "https://shop.example/?utm_source=mail&q=jan", "title": "Order of jan@shop.example" },
            "respondent": { "customer": "jan@shop.example" },
        }),
    )
}

async fn read(server: &Server, site: &Site, id: &str) -> Value {
    server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok()
}

fn comment(response: &Value) -> &str {
    let answers = response["answers"].as_array().expect("answers");
    answers.iter().find_map(|answer| answer["text"].as_str()).expect("a text")
}

#[tokio::test]
async fn without_a_word_of_the_site_texts_stay_and_parameters_go() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let sent = talkative(&survey);
    let kept = read(&server, &site, &server.answered(&site, &sent).await).await;
    assert_eq!(comment(&kept), comment(&sent));
    assert_eq!(kept["context"]["url"], "https://shop.example/thanks");
    assert_eq!(kept["context"]["referrer"], "https://shop.example/");
}

#[tokio::test]
async fn what_the_site_asks_is_taken_out_of_every_answer_however_it_comes() {
    let server = Server::start().await;
    let site = server
        .site_with(|settings| {
            settings.redact = Redaction::ALL.to_vec();
            settings.url_parameters = vec!["Ref".into(), "utm_source".into()];
        })
        .await;
    let survey = server.publish(&site, crate::harness::nps()).await;
    let expected = "Call me: [phone] or [mail], card [card]. 9/10!";
    let sent = talkative(&survey);
    let embedded = server.answered(&site, &sent).await;
    let brought = talkative(&survey);
    let reply = server.post("/v1/responses").key(&site.write).json(&brought).await.ok();
    let id = new_id();
    let fields = [
        ("id", id.as_str()),
        ("seq", "0"),
        ("version", "1"),
        ("lang", "en"),
        ("q.score", "2"),
        ("q.why", comment(&sent)),
    ];
    assert!(server.post(&format!("/s/{survey}")).form(&fields).await.status < 400);
    for id in [embedded.as_str(), reply["results"][0]["id"].as_str().expect("an id"), &id] {
        let kept = read(&server, &site, id).await;
        assert_eq!(comment(&kept), expected, "{}", kept["source"]);
    }
    let kept = read(&server, &site, &embedded).await;
    assert_eq!(kept["context"]["url"], "https://shop.example/thanks?utm_source=news&Ref=2");
    assert_eq!(kept["context"]["referrer"], "https://shop.example/?utm_source=mail");
    assert_eq!(kept["context"]["title"], "Order of [mail]");
    // What the site itself says is its own word.
    assert_eq!(kept["attributes"], sent["attributes"]);
    assert_eq!(kept["respondent"]["customer"], "jan@shop.example");
    // Nothing keeps what was taken out: not the search either.
    for (text, found) in [("4111", 0), ("[card]", 3)] {
        let query = url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let list = server.get(&format!("/v1/responses?q={query}")).key(&site.read).await.ok();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(found), "{text}");
    }
}

#[tokio::test]
async fn the_tag_is_told_which_parameters_stay() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.url_parameters = vec!["a b".into(), "utm_source".into()]).await;
    let config = server.get(&site.config()).await.ok();
    assert_eq!(config["parameters"], json!(["a+b", "utm_source"]));
    let site = server.site().await;
    assert!(server.get(&site.config()).await.ok().get("parameters").is_none());
}

#[tokio::test]
async fn periods_let_go_what_they_name_and_scores_stay() {
    let server = Server::start().await;
    let site = server
        .site_with(|settings| {
            settings.retention = Retention { answers_days: Some(30), comments_days: Some(10), identity_days: Some(20) };
        })
        .await;
    let survey = server.publish(&site, crate::harness::nps()).await;
    let forever = server.site().await;
    let theirs = server.publish(&forever, crate::harness::nps()).await;
    let (kept, id) =
        (server.answered(&forever, &talkative(&theirs)).await, server.answered(&site, &talkative(&survey)).await);
    let keep = async || bearing::jobs::retention::keep(&server.app).await.expect("the store answers");
    let went = |answers, comments, identities| Expired { answers, comments, identities };
    server.pass(10 * DAY);
    assert_eq!(keep().await, went(0, 0, 0), "ten days are not over");
    server.pass(1);
    assert_eq!(keep().await, went(0, 1, 0));
    let now = read(&server, &site, &id).await;
    assert_eq!(now["answers"], json!([{ "question": "score", "value": 2 }]));
    assert_eq!(now["respondent"]["customer"], "jan@shop.example");
    server.pass(10 * DAY);
    assert_eq!(keep().await, went(0, 0, 1));
    let now = read(&server, &site, &id).await;
    assert_eq!((&now["respondent"], &now["identity"]), (&json!({}), &json!("anonymous")));
    assert_eq!(now["context"], json!({}));
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
    server.pass(10 * DAY);
    assert_eq!(keep().await, went(1, 0, 0));
    server.get(&format!("/v1/responses/{id}")).key(&site.read).await.refused(Code::NOT_FOUND);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    // A browser that was offline all the time brings it in vain.
    let late = with(talkative(&survey), json!({ "id": id }));
    server.post(&site.responses()).json(&late).await.refused(Code::ERASED);
    assert_eq!(comment(&read(&server, &forever, &kept).await), comment(&talkative(&theirs)));
    assert_eq!(server.app.store.check().await.expect("the store answers").problems, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_held_on_a_customer_is_handed_out_whole() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let test = with(talkative(&survey), json!({ "test": true }));
    let (tested, told) = (server.answered(&site, &test).await, server.answered(&site, &talkative(&survey)).await);
    let of = |customer: &str| with(answer(&survey, 9), json!({ "respondent": { "customer": customer } }));
    server.answered(&site, &of("somebody else")).await;
    let patch = json!({ "tags": ["ask back"] });
    server.patch(&format!("/v1/responses/{told}")).key(&site.write).json(&patch).await.ok();
    let export = async |customer: &str| {
        let ask = server.post("/v1/respondents/export").key(&site.write);
        ask.json(&json!({ "site": site.id, "customer": customer })).await
    };
    let held = export(" jan@shop.example ").await.ok();
    assert_eq!((&held["customer"], &held["complete"]), (&json!("jan@shop.example"), &json!(true)));
    let ids: Vec<&str> =
        held["responses"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids, [told.as_str(), tested.as_str()]);
    assert_eq!(held["responses"][0], read(&server, &site, &told).await, "as it reads otherwise, tags too");
    assert_eq!(export("nobody").await.ok()["responses"], json!([]));
    assert_eq!(export("  ").await.refused(Code::INVALID_FIELD), "customer");
    let operator = server.operator().await;
    let log = server.get(&format!("/v1/audit?site={}", site.id)).session(&operator).await;
    assert_eq!(log.ok()["items"][1]["action"], "customer.exported");
    assert!(!log.text().contains("jan@"), "the log does not say whose");
}

#[tokio::test]
async fn a_whole_page_of_a_customer_is_followed_by_the_rest() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let one = || with(answer(&survey, 9), json!({ "respondent": { "customer": "c-1" } }));
    let many: Vec<Value> = (0..501).map(|_| one()).collect();
    server.post("/v1/responses").key(&site.write).json(&json!(many)).await.ok();
    let held = server.post("/v1/respondents/export").key(&site.write).json(&json!({ "customer": "c-1" })).await.ok();
    assert_eq!((held["responses"].as_array().map(Vec::len), &held["complete"]), (Some(501), &json!(true)));
}

#[tokio::test]
async fn what_periods_would_let_go_is_said_before_they_are_set() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    server.answered(&site, &talkative(&survey)).await;
    server.pass(5 * DAY);
    server.answered(&site, &answer(&survey, 9)).await;
    let path = format!("/v1/sites/{}/retention", site.id);
    let asked = async |query: &str| server.get(&format!("{path}?{query}")).key(&site.admin).await;
    let said =
        |answers, comments, identities| json!({ "answers": answers, "comments": comments, "identities": identities });
    assert_eq!(asked("").await.ok(), said(0, 0, 0));
    assert_eq!(asked("answers_days=4&comments_days=4&identity_days=4").await.ok(), said(1, 1, 1));
    assert_eq!(asked("answers_days=6&comments_days=4").await.ok(), said(0, 1, 0));
    for wrong in ["answers_days=0", "answers_days=3661", "answers_days=x"] {
        assert_eq!(asked(wrong).await.refused(Code::INVALID_PARAMETER), "answers_days");
    }
    assert_eq!(asked("days=1").await.refused(Code::UNKNOWN_PARAMETER), "days");
}
