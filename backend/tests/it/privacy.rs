//! What is kept of people: addresses and texts as the site asks for them, whichever way an answer comes.

use bearing_shared::privacy::Redaction;
use serde_json::{Value, json};

use crate::harness::{Server, Site, answer, new_id, with};

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
