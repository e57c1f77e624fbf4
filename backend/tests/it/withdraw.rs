//! Withdrawing: whoever gave an answer takes it back, whatever has become of its survey.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{DAY, MINUTE, NOW, Server, Site, answer, at, new_id, with};

/// The end of a response.
fn withdrawn(response: &Value) -> Value {
    json!({ "id": response["id"], "seq": 5, "survey": response["survey"], "version": 1, "withdrawn": true, "answers": [] })
}

/// A response whose id was made so many ms before now.
fn made(survey: &str, ago: i64) -> Value {
    let hex = format!("{:012x}", at(NOW) - ago);
    let id = format!("{}-{}{}", &hex[..8], &hex[8..], &new_id()[13..]);
    with(answer(survey, 9), json!({ "id": id }))
}

async fn sent(server: &Server, site: &Site, body: &Value) -> Vec<String> {
    let reply = server.post(&site.responses()).json(body).await.ok();
    let results = reply["results"].as_array().expect("a list");
    results
        .iter()
        .map(|result| result["error"]["code"].as_str().or(result["status"].as_str()).expect("a word").to_owned())
        .collect()
}

#[tokio::test]
async fn a_withdrawn_answer_is_erased_like_a_removed_one() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let response = answer(&survey, 0);
    let id = server.answered(&site, &response).await;
    server.answered(&site, &answer(&survey, 9)).await;
    assert_eq!(sent(&server, &site, &withdrawn(&response)).await, ["withdrawn"]);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
    server.get(&format!("/v1/responses/{id}")).key(&site.read).await.refused(Code::NOT_FOUND);
    // Said again it is said again; a late edition, higher or lower, stays out.
    assert_eq!(sent(&server, &site, &withdrawn(&response)).await, ["withdrawn"]);
    let late = with(response.clone(), json!({ "seq": 9 }));
    server.post(&site.responses()).json(&late).await.refused(Code::ERASED);
    server.post(&site.responses()).json(&response).await.refused(Code::ERASED);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn a_withdrawal_may_come_before_its_answer_and_beside_others() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let (first, second, third) = (made(&survey, MINUTE), made(&survey, 7 * DAY), answer(&survey, 9));
    assert_eq!(sent(&server, &site, &withdrawn(&first)).await, ["withdrawn"]);
    let batch = json!([first, second, third, withdrawn(&second), second, withdrawn(&third)]);
    assert_eq!(sent(&server, &site, &batch).await, ["erased", "stored", "stored", "withdrawn", "erased", "withdrawn"]);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
}

#[tokio::test]
async fn an_id_of_another_time_is_barred_only_if_it_was_used() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for stranger in [made(&survey, 8 * DAY + 1), made(&survey, -8 * DAY - 1), answer(&survey, 9)] {
        let reply = server.post(&site.responses()).json(&withdrawn(&stranger)).await;
        assert_eq!(reply.refused(Code::INVALID_ID), "id");
        // Nothing was kept of it.
        server.answered(&site, &stranger).await;
        assert_eq!(sent(&server, &site, &withdrawn(&stranger)).await, ["withdrawn"]);
        assert_eq!(sent(&server, &site, &withdrawn(&stranger)).await, ["withdrawn"]);
    }
    let random =
        json!({ "id": "0d1f6f9e-3a51-4bd2-9c4f-5d0c2f6f0e11", "survey": survey, "version": 1, "withdrawn": true });
    server.post(&site.responses()).json(&random).await.refused(Code::INVALID_ID);
}

#[tokio::test]
async fn what_was_answered_can_be_taken_back_from_a_closed_survey() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let response = answer(&survey, 9);
    server.answered(&site, &response).await;
    server.post(&format!("/v1/surveys/{survey}/pause")).key(&site.write).await.ok();
    let other = answer(&survey, 9);
    server.answered(&site, &other).await;
    server.pass(8 * DAY);
    assert_eq!(sent(&server, &site, &withdrawn(&response)).await, ["withdrawn"]);
    // When nothing more is taken for it, and no browser's word either, the site's own server still may.
    server.pass(1);
    server.post(&site.responses()).json(&answer(&survey, 9)).await.refused(Code::SURVEY_CLOSED);
    server.post(&site.responses()).json(&withdrawn(&other)).await.refused(Code::NOT_YOURS);
    let reply = server.post("/v1/responses").key(&site.write).json(&withdrawn(&other)).await.ok();
    assert_eq!(reply["results"][0]["status"], "withdrawn");
}

#[tokio::test]
async fn a_withdrawal_is_judged_like_any_other_item() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let other = server.site().await;
    let response = answer(&survey, 9);
    server.answered(&site, &response).await;
    for (fields, code) in [
        (json!({ "survey": "sv_nobody" }), Code::UNKNOWN_SURVEY),
        (json!({ "version": 2 }), Code::UNPUBLISHED_VERSION),
        (json!({ "id": "1" }), Code::INVALID_ID),
        (json!({ "withdrawn": "yes" }), Code::INVALID_FIELD),
    ] {
        server.post(&site.responses()).json(&with(withdrawn(&response), fields)).await.refused(code);
    }
    server.post(&other.responses()).json(&withdrawn(&response)).await.refused(Code::UNKNOWN_SURVEY);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn a_sites_own_server_withdraws_any_id() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let old = made(&survey, 400 * DAY);
    let reply = server.post("/v1/responses").key(&site.write).json(&withdrawn(&old)).await.ok();
    assert_eq!(reply["results"][0]["status"], "withdrawn");
    server.post(&site.responses()).json(&old).await.refused(Code::ERASED);
}
