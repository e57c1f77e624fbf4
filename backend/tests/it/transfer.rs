//! Data in and out: answers brought by a site's own server, exports, and a customer who is forgotten.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, Site, answer, choices, dimension, new_id, nps, with};

async fn bring(server: &Server, site: &Site, body: &Value) -> Value {
    server.post("/v1/responses").key(&site.write).json(body).await.ok()
}

fn statuses(reply: &Value) -> Vec<&str> {
    reply["results"].as_array().expect("results").iter().filter_map(|result| result["status"].as_str()).collect()
}

#[tokio::test]
async fn a_server_brings_answers_of_any_past_time_to_any_published_version() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    server.post(&format!("/v1/surveys/{survey}/pause")).key(&site.write).await.ok();
    server.pass(30 * DAY);
    let old = |moment: &str| {
        let fields = json!({ "shown_at": moment, "answered_at": moment, "respondent": { "customer": "c-1" } });
        with(answer(&survey, 9), with(json!({ "id": new_id() }), fields))
    };
    let reply = bring(&server, &site, &json!([old("2019-03-31T01:30:00+01:00"), old("1970-01-01T00:00:00Z")])).await;
    assert_eq!(statuses(&reply), ["stored", "stored"]);
    let found = server
        .get(&format!("/v1/responses/{}", reply["results"][0]["id"].as_str().expect("an id")))
        .key(&site.read)
        .await
        .ok();
    assert_eq!(
        (&found["source"], &found["identity"], &found["shown_at"]),
        (&json!("server"), &json!("verified"), &json!("2019-03-31T00:30:00.000Z"))
    );
    assert_eq!(server.score(&site, "metric=nps&from=2019-03-31&to=2019-03-31").await["n"], 1);
    // Sent again it changes nothing, and tomorrow is not past.
    let again = with(old("2019-03-31T00:30:00Z"), json!({ "id": found["id"] }));
    let reply = bring(&server, &site, &json!([again, old("2030-01-01T00:00:00Z"), old("1969-12-31T23:59:59Z")])).await;
    assert_eq!(statuses(&reply), ["duplicate", "rejected", "rejected"]);
    assert_eq!(reply["results"][1]["error"]["code"], "time_out_of_range");
}

#[tokio::test]
async fn what_a_server_sends_wrong_is_told_and_the_rest_is_kept() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let mistyped = with(answer(&survey, 9), json!({ "atributes": { "plan": "pro" } }));
    let inside = with(answer(&survey, 9), json!({ "respondent": { "costumer": "c-1" } }));
    let reply = bring(&server, &site, &json!([mistyped, answer(&survey, 9), inside])).await;
    assert_eq!(statuses(&reply), ["rejected", "stored", "rejected"]);
    assert_eq!(
        (&reply["results"][0]["error"]["code"], &reply["results"][0]["error"]["field"]),
        (&json!("unknown_field"), &json!("atributes"))
    );
    assert_eq!(reply["results"][2]["error"]["field"], "respondent.costumer");
    let alone = server.post("/v1/responses").key(&site.write).json(&mistyped).await;
    assert_eq!(alone.refused(Code::UNKNOWN_FIELD), "atributes");
    let many: Vec<Value> = (0..1_001).map(|_| answer(&survey, 9)).collect();
    server.post("/v1/responses").key(&site.write).json(&json!(many)).await.refused(Code::TOO_MANY_ITEMS);
    assert_eq!(statuses(&bring(&server, &site, &json!(many[..1_000])).await).len(), 1_000);
    server.post("/v1/responses").key(&site.read).json(&json!([])).await.refused(Code::INSUFFICIENT_SCOPE);
    server.post("/v1/responses").json(&json!([])).await.refused(Code::UNAUTHORIZED);
    server.post("/v1/responses?sit=x").key(&site.write).json(&json!([])).await.refused(Code::UNKNOWN_PARAMETER);
    assert_eq!(bring(&server, &site, &json!([])).await, json!({ "results": [] }));
}

#[tokio::test]
async fn a_dimension_learns_values_from_the_sites_own_server_and_not_from_strangers() {
    let server = Server::start().await;
    let site = server.site_with(|site| site.dimensions = vec![dimension("plan", &["free"])]).await;
    let survey = server.publish(&site, nps()).await;
    let said = |plan: &str| with(answer(&survey, 9), json!({ "attributes": { "plan": plan } }));
    server.answered(&site, &said("invented")).await;
    let before = server.score(&site, "metric=nps&attr.plan=(other)").await;
    assert_eq!((&before["n"], &before["source"]), (&json!(1), &json!("cells")));
    bring(&server, &site, &json!([said("gold"), said("gold")])).await;
    let gold = server.score(&site, "metric=nps&attr.plan=gold").await;
    assert_eq!((&gold["n"], &gold["source"]), (&json!(2), &json!("cells")));
    assert_eq!(server.score(&site, "metric=nps&attr.plan=(other)").await["n"], 1);
    let settings = server.get(&format!("/v1/sites/{}", site.id)).key(&site.read).await.ok();
    assert_eq!(settings["counting"]["dimensions"], json!([{ "name": "plan", "values": ["free", "gold"] }]));
    assert_eq!(settings["dimensions"], json!([{ "name": "plan", "values": ["free"] }]), "the owner's list stays");
}

fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    reader.records().map(|record| record.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn exports_hold_every_answer_that_fits_in_both_forms() {
    let server = Server::start().await;
    let site = server.site_with(|site| site.dimensions = vec![dimension("plan", &["pro"])]).await;
    let mut survey = nps();
    survey.questions.push(choices("device", true, &["a", "b"]));
    let survey = server.publish(&site, survey).await;
    let texts = ["=HYPERLINK(\"http://evil\")", "two\nlines, \"quoted\"", "👩‍👩‍👧 مرحبا"];
    for (score, text) in texts.iter().enumerate() {
        let answers = json!([
            { "question": "score", "value": score }, { "question": "why", "text": text }, { "question": "device", "choices": ["a", "b"] }
        ]);
        server.pass(1_000);
        server
            .answered(
                &site,
                &with(
                    answer(&survey, 0),
                    json!({ "answers": answers, "attributes": { "plan": "pro", "extra": "+1" } }),
                ),
            )
            .await;
    }
    // More than one page of them.
    let many: Vec<Value> = (0..600).map(|_| with(answer(&survey, 8), json!({ "test": true }))).collect();
    bring(&server, &site, &json!(many)).await;
    let reply = server.get("/v1/exports/responses.csv").key(&site.read).await;
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"responses.csv\"");
    let rows = rows(&reply.text());
    let (head, body) = rows.split_first().expect("a head");
    let column =
        |name: &str| head.iter().position(|column| column == name).unwrap_or_else(|| panic!("{name} in {head:?}"));
    assert_eq!(body.len(), 3, "tests are outside unless they are asked for");
    // Newest first.
    assert_eq!(body.iter().map(|row| row[column("score")].as_str()).collect::<Vec<_>>(), ["2", "1", "0"]);
    assert_eq!(body[2][column("why")], format!("'{}", texts[0]), "no formula");
    assert_eq!((body[1][column("why")].as_str(), body[0][column("why")].as_str()), (texts[1], texts[2]));
    assert_eq!(body[0][column("answer.device")], "a | b", "a question may be called as a column is");
    assert_eq!(
        (body[0][column("attr.plan")].as_str(), body[0][column("other_attributes")].as_str()),
        ("pro", "{\"extra\":\"+1\"}")
    );
    let lines = server.get("/v1/exports/responses.jsonl?state=test").key(&site.read).await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let parsed: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(parsed.len(), 600);
    let first = parsed[0]["id"].as_str().expect("an id");
    assert_eq!(parsed[0], server.get(&format!("/v1/responses/{first}")).key(&site.read).await.ok());
    assert!(parsed.iter().map(|one| one["id"].as_str()).collect::<std::collections::HashSet<_>>().len() == 600);
    assert_eq!(rows_of(&server, &site, "score_min=1&score_max=1").await, 1);
    assert_eq!(rows_of(&server, &site, "attr.plan=free").await, 0);
    for (query, code) in
        [("limit=5", Code::UNKNOWN_PARAMETER), ("from=x", Code::INVALID_PARAMETER), ("survey=sv_none", Code::NOT_FOUND)]
    {
        for form in ["csv", "jsonl"] {
            server.get(&format!("/v1/exports/responses.{form}?{query}")).key(&site.read).await.refused(code);
        }
    }
    server.get("/v1/exports/responses.csv").await.refused(Code::UNAUTHORIZED);
}

async fn rows_of(server: &Server, site: &Site, query: &str) -> usize {
    let reply = server.get(&format!("/v1/exports/responses.csv?{query}")).key(&site.read).await;
    rows(&reply.text()).len() - 1
}

#[tokio::test]
async fn a_customer_who_is_erased_is_gone_and_cannot_come_back() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let other = server.site().await;
    let said =
        |score: u8, customer: &str| with(answer(&survey, score), json!({ "respondent": { "customer": customer } }));
    let (first, second, kept) = (said(0, "ann@example.com"), said(0, "ann@example.com"), said(10, "ben"));
    bring(&server, &site, &json!([first, second, kept])).await;
    let erase = |key: String, body: Value| server.post("/v1/respondents/erase").key(&key).json(&body);
    let body = json!({ "site": site.id, "customer": "ann@example.com" });
    erase(site.read.clone(), body.clone()).await.refused(Code::INSUFFICIENT_SCOPE);
    erase(other.admin.clone(), body.clone()).await.refused(Code::NOT_FOUND);
    assert_eq!(erase(site.write.clone(), body.clone()).await.ok(), json!({ "erased": 2 }));
    let score = server.score(&site, "metric=nps").await;
    assert_eq!((&score["n"], &score["score"], &score["source"]), (&json!(1), &json!(100.0), &json!("cells")));
    let again = bring(&server, &site, &json!([first])).await;
    assert_eq!(again["results"][0]["error"]["code"], "erased");
    assert_eq!(erase(site.write.clone(), body).await.ok(), json!({ "erased": 0 }));
    for wrong in [json!({ "customer": "" }), json!({ "customer": "\n" })] {
        assert_eq!(erase(site.write.clone(), wrong).await.refused(Code::INVALID_FIELD), "customer");
    }
    assert_eq!(erase(site.write.clone(), json!({})).await.refused(Code::MISSING_FIELD), "customer");
}
