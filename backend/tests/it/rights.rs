//! Rights: knowing a response's id is not enough to change it or to take it back.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, Site, answer, new_id, with};
use crate::strangers::{answered, shown};

const ADDRESS: &str = "203.0.113.1";

async fn embed(server: &Server, site: &Site, body: &Value) -> String {
    let reply = server.post(&site.responses()).json(body).await;
    match reply.status {
        200 => reply.value()["results"][0]["status"].as_str().expect("a word").to_owned(),
        _ => reply.value()["error"]["code"].as_str().expect("a code").to_owned(),
    }
}

/// The next edition of a response, with another score and this token.
fn edition(response: &Value, seq: u32, score: u8, token: Option<&str>) -> Value {
    let answers = json!([{ "question": "score", "value": score }]);
    with(response.clone(), json!({ "seq": seq, "answers": answers, "display": token }))
}

fn withdrawn(response: &Value, token: Option<&str>) -> Value {
    with(edition(response, 99, 0, token), json!({ "withdrawn": true, "answers": [] }))
}

async fn score(server: &Server, site: &Site) -> (Value, Value) {
    let report = server.score(site, "metric=nps").await;
    (report["n"].clone(), report["mean"].clone())
}

#[tokio::test]
async fn whoever_knows_an_id_neither_changes_nor_takes_back_what_another_browser_said() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let (own, _) = shown(&server, &site, &survey, ADDRESS).await;
    server.pass(5_000);
    let response = answered(&survey, 9, &own);
    let id = server.answered(&site, &response).await;
    // What a read key is told names the response, and not its token.
    let read = server.get("/v1/responses").key(&site.read).await;
    assert!(read.text().contains(&id) && !read.text().contains(&own));
    let (other, _) = shown(&server, &site, &survey, ADDRESS).await;
    for token in [None, Some("made up"), Some(&*other), Some(&*other)] {
        assert_eq!(embed(&server, &site, &edition(&response, 7, 0, token)).await, "not_yours", "{token:?}");
        assert_eq!(embed(&server, &site, &withdrawn(&response, token)).await, "not_yours", "{token:?}");
    }
    let form = |token| [("id", &*id), ("seq", "8"), ("version", "1"), ("q.score", "0"), ("display", token)];
    for token in ["", &*other] {
        let page = server.post(&format!("/s/{survey}")).form(&form(token)).await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains("not_yours"), "the page says why");
    }
    assert_eq!(score(&server, &site).await, (json!(1), json!(9.0)));
    // The browser itself may, and so may the hosted page that it hands its token to.
    assert_eq!(embed(&server, &site, &edition(&response, 1, 8, Some(&own))).await, "updated");
    assert_eq!(server.post(&format!("/s/{survey}")).form(&form(&own)).await.status, 303);
    assert_eq!(score(&server, &site).await, (json!(1), json!(0.0)));
    assert_eq!(embed(&server, &site, &withdrawn(&response, Some(&own))).await, "withdrawn");
    assert_eq!(score(&server, &site).await.0, 0);
}

#[tokio::test]
async fn a_secret_that_is_replaced_twice_takes_no_comment_from_anybody() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let (token, _) = shown(&server, &site, &survey, ADDRESS).await;
    server.pass(5_000);
    let response = answered(&survey, 9, &token);
    server.answered(&site, &response).await;
    for _ in 0..2 {
        let another = json!({ "rotate_identity_secret": true });
        server.patch(&format!("/v1/sites/{}", site.id)).key(&site.admin).json(&another).await.ok();
        server.pass(2 * DAY);
    }
    // What waited in the browser meanwhile: nobody can say any more who signed its token, and it is the one that was given.
    let late = with(
        edition(&response, 1, 8, Some(&token)),
        json!({ "age_ms": { "shown": 4 * DAY + 9_000, "answered": 4 * DAY } }),
    );
    assert_eq!(embed(&server, &site, &late).await, "updated");
    assert_eq!(score(&server, &site).await, (json!(1), json!(8.0)));
}

#[tokio::test]
async fn what_the_sites_own_server_brought_is_changed_by_a_key_alone() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let response = answer(&survey, 9);
    let bring = async |body: &Value| {
        let reply = server.post("/v1/responses").key(&site.write).json(body).await.ok();
        reply["results"][0]["status"].as_str().expect("a word").to_owned()
    };
    assert_eq!(bring(&response).await, "stored");
    let (token, _) = shown(&server, &site, &survey, ADDRESS).await;
    for token in [None, Some(&*token)] {
        assert_eq!(embed(&server, &site, &edition(&response, 7, 0, token)).await, "not_yours");
        assert_eq!(embed(&server, &site, &withdrawn(&response, token)).await, "not_yours");
    }
    assert_eq!(embed(&server, &site, &edition(&response, 0, 0, None)).await, "duplicate", "as ever");
    assert_eq!(bring(&edition(&response, 1, 8, None)).await, "updated");
    assert_eq!(score(&server, &site).await, (json!(1), json!(8.0)));
    assert_eq!(bring(&withdrawn(&response, None)).await, "withdrawn");
    assert_eq!(score(&server, &site).await.0, 0);
}

#[tokio::test]
async fn after_eight_days_an_answer_is_the_sites_alone() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let response = answer(&survey, 9);
    let id = server.answered(&site, &response).await;
    server.pass(8 * DAY + 1);
    let now = with(edition(&response, 7, 0, None), json!({ "age_ms": { "shown": 5_000, "answered": 0 } }));
    server.post(&site.responses()).json(&now).await.refused(Code::NOT_YOURS);
    server.post(&site.responses()).json(&withdrawn(&response, None)).await.refused(Code::NOT_YOURS);
    assert_eq!(score(&server, &site).await, (json!(1), json!(9.0)));
    // One that nobody has is as good as ever.
    let fresh = with(now, json!({ "id": new_id(), "seq": 0 }));
    assert_eq!(embed(&server, &site, &fresh).await, "stored");
    assert_eq!(server.delete(&format!("/v1/responses/{id}")).key(&site.write).await.status, 204);
    assert_eq!(score(&server, &site).await, (json!(1), json!(0.0)));
}
