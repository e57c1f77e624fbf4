//! Answers from a visitor's browser: what is stored, what is counted, and what each item is told.

use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Group;
use serde_json::{Value, json};

use crate::harness::{Server, Site, answer, choices, make_site, new_id, nps, publish_in, shown_at, with};

/// The statuses of a reply's results, in order.
fn statuses(reply: &Value) -> Vec<&str> {
    let results = reply["results"].as_array().expect("results");
    results.iter().map(|result| result["status"].as_str().expect("a status")).collect()
}

async fn send(server: &Server, site: &Site, response: &Value) -> String {
    let reply = server.post(&site.responses()).json(response).await.ok();
    statuses(&reply)[0].to_owned()
}

#[tokio::test]
async fn a_whole_response_reads_back_as_it_was_sent() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = shown_at(Instrument::Nps, &["checkout"]);
    survey.questions.push(choices("topics", true, &["speed", "price"]));
    let survey = server.publish(&site, survey).await;
    let id = new_id();
    let sent = json!({
        "id": id, "seq": 0, "survey": survey, "version": 1, "touchpoint": "checkout", "completed": true, "test": false,
        "answers": [
            { "question": "score", "value": 9 },
            { "question": "why", "text": "fast 🚀 𠜎" },
            { "question": "topics", "choices": ["speed"] },
        ],
        "respondent": { "visitor": "v_1", "customer": "cust-42", "signature": "00" },
        "attributes": { "plan": "pro", "country": "NL", "seats": 12, "beta": true },
        "context": {
            "url": "https://me:pass@shop.example/thanks?order=1#top", "referrer": "https://search.example/?q=shop",
            "locale": "nl-NL", "device": "mobile", "title": "Thanks",
        },
        "age_ms": { "shown": 41200, "answered": 3100 }, "display": "token", "from_a_newer_loader": { "x": [1] },
    });
    let reply = server.post(&site.responses()).json(&sent).await.ok();
    assert_eq!(reply, json!({ "results": [{ "id": id, "status": "stored" }] }));
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!(
        read,
        json!({
            "id": id, "seq": 0, "survey": survey, "version": 1, "touchpoint": "checkout", "completed": true,
            "test": false,
            "answers": [
                { "question": "score", "value": 9 },
                { "question": "why", "text": "fast 🚀 𠜎" },
                { "question": "topics", "choices": ["speed"] },
            ],
            "respondent": { "visitor": "v_1", "customer": "cust-42" },
            "attributes": { "plan": "pro", "country": "NL", "seats": "12", "beta": "true" },
            "context": {
                "url": "https://shop.example/thanks", "referrer": "https://search.example/", "locale": "nl-NL",
                "device": "mobile", "title": "Thanks",
            },
            "shown_at": "2026-11-21T11:59:18.800Z", "answered_at": "2026-11-21T11:59:56.900Z",
            "received_at": "2026-11-21T12:00:00.000Z", "state": "counted", "identity": "unverified", "source": "embed", "read": false, "tags": [],
            "suspicion": ["bad_token", "no_origin"],
        })
    );
}

#[tokio::test]
async fn an_array_is_answered_in_the_order_sent_and_its_good_items_are_stored() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let good = answer(&survey, 10);
    let unknown = answer("sv_nowhere", 9);
    let off_scale = answer(&survey, 11);
    let sent = json!([good, off_scale, 7, unknown, good, { "id": "no-uuid", "survey": survey, "version": 1 }, answer(&survey, 0)]);
    let reply = server.post(&site.responses()).json(&sent).await.ok();
    assert_eq!(
        statuses(&reply),
        ["stored", "rejected", "rejected", "rejected", "duplicate", "rejected", "stored"],
        "{reply}"
    );
    let results = reply["results"].as_array().expect("results");
    for (place, id) in
        [(0, &good["id"]), (1, &off_scale["id"]), (2, &Value::Null), (3, &unknown["id"]), (5, &json!("no-uuid"))]
    {
        assert_eq!(&results[place]["id"], id, "{place}");
    }
    for (place, code, field) in [
        (1, Code::OUT_OF_SCALE, json!("answers[0].value")),
        (2, Code::INVALID_FIELD, Value::Null),
        (3, Code::UNKNOWN_SURVEY, json!("survey")),
        (5, Code::INVALID_ID, json!("id")),
    ] {
        assert_eq!(results[place]["error"]["code"], code.name, "{place}");
        assert_eq!(results[place]["error"]["field"], field, "{place}");
    }
    assert!(results[0].get("error").is_none(), "no error where there is none");
    let score = server.score(&site, "metric=nps").await;
    assert_eq!((&score["n"], &score["score"]), (&json!(2), &json!(0.0)));
}

#[tokio::test]
async fn an_empty_array_is_no_fault() {
    let server = Server::start().await;
    let (site, _) = server.site_with_survey().await;
    let reply = server.post(&site.responses()).json(&json!([])).await.ok();
    assert_eq!(reply, json!({ "results": [] }));
}

#[tokio::test]
async fn one_object_that_is_rejected_gets_the_envelope_and_an_array_of_one_does_not() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let wrong = answer(&survey, 11);
    let alone = server.post(&site.responses()).json(&wrong).await;
    assert_eq!(alone.refused(Code::OUT_OF_SCALE), "answers[0].value");
    let listed = server.post(&site.responses()).json(&json!([wrong])).await.ok();
    assert_eq!(statuses(&listed), ["rejected"]);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0, "nothing was stored");
}

#[tokio::test]
async fn text_plain_is_taken_as_json_and_other_types_are_not() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for taken in ["text/plain", "text/plain;charset=UTF-8", "application/json; charset=utf-8", "Application/JSON"] {
        let reply = server.post(&site.responses()).sends(taken, answer(&survey, 9).to_string()).await;
        assert_eq!(reply.status, 200, "{taken}: {}", reply.text());
    }
    for refused in ["application/x-www-form-urlencoded", "multipart/form-data", "text/html", "", "application/jsonp"] {
        let reply = server.post(&site.responses()).sends(refused, answer(&survey, 9).to_string()).await;
        reply.refused(Code::UNSUPPORTED_MEDIA_TYPE);
    }
    let silent = server.post(&site.responses()).body(answer(&survey, 9).to_string()).await;
    silent.refused(Code::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 4);
}

#[tokio::test]
async fn a_higher_edition_replaces_and_nothing_else_does() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let first = with(answer(&survey, 3), json!({ "completed": false }));
    let edition = |seq: u32, score: u8, completed: bool| {
        let answers =
            json!([{ "question": "score", "value": score }, { "question": "why", "text": format!("edition {seq}") }]);
        with(first.clone(), json!({ "seq": seq, "answers": answers, "completed": completed }))
    };
    assert_eq!(send(&server, &site, &first).await, "stored");
    for (seq, score, expected) in [
        (0, 10, "duplicate"),
        (1, 9, "updated"),
        (1, 0, "duplicate"),
        (0, 0, "duplicate"),
        (7, 10, "updated"),
        (2, 0, "duplicate"),
    ] {
        assert_eq!(send(&server, &site, &edition(seq, score, seq == 7)).await, expected, "edition {seq}");
        let report = server.score(&site, "metric=nps").await;
        assert_eq!(report["n"], 1, "it counts once, ever");
    }
    let id = first["id"].as_str().expect("an id");
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!(
        (&read["seq"], &read["answers"][0]["value"], &read["answers"][1]["text"]),
        (&json!(7), &json!(10), &json!("edition 7"))
    );
    assert_eq!(read["completed"], true);
    let report = server.score(&site, "metric=nps").await;
    assert_eq!((&report["distribution"]["10"], &report["distribution"]["3"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn an_edition_zero_after_edition_one_changes_nothing() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let late = answer(&survey, 9);
    assert_eq!(send(&server, &site, &with(late.clone(), json!({ "seq": 1 }))).await, "stored");
    assert_eq!(
        send(&server, &site, &with(late, json!({ "answers": [{ "question": "score", "value": 0 }] }))).await,
        "duplicate"
    );
    assert_eq!(server.score(&site, "metric=nps").await["score"], 100.0);
}

#[tokio::test]
async fn editions_in_one_array_come_to_the_last_one() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let first = answer(&survey, 0);
    let second = with(first.clone(), json!({ "seq": 1, "answers": [{ "question": "score", "value": 9 }] }));
    let reply = server.post(&site.responses()).json(&json!([first, second, first])).await.ok();
    assert_eq!(statuses(&reply), ["stored", "updated", "duplicate"]);
    assert_eq!(server.score(&site, "metric=nps").await["score"], 100.0);
}

#[tokio::test]
async fn an_id_means_another_response_on_another_site_and_never_another_survey() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let other_survey = server.publish(&site, nps()).await;
    let (elsewhere, their_survey) = server.site_with_survey().await;
    let ours = answer(&survey, 9);
    server.answered(&site, &ours).await;
    server.answered(&elsewhere, &with(ours.clone(), json!({ "survey": their_survey }))).await;
    let stolen = with(ours, json!({ "survey": other_survey, "seq": 5 }));
    assert_eq!(server.post(&site.responses()).json(&stolen).await.refused(Code::INVALID_ID), "id");
    assert_eq!(server.score(&elsewhere, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn an_id_in_capitals_is_the_same_id() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let sent = with(answer(&survey, 9), json!({ "id": "01932f6e-7a51-7bd2-9c4f-abcdefabcdef" }));
    assert_eq!(send(&server, &site, &sent).await, "stored");
    let capitals = with(sent, json!({ "id": "01932F6E-7A51-7BD2-9C4F-ABCDEFABCDEF" }));
    assert_eq!(send(&server, &site, &capitals).await, "duplicate");
}

#[tokio::test]
async fn a_score_is_a_whole_number_on_its_scale() {
    let server = Server::start().await;
    let site = server.site().await;
    for (instrument, good, bad) in [
        (Instrument::Nps, vec![0, 10], vec![-1, 11]),
        (Instrument::Csat, vec![1, 5], vec![0, 6]),
        (Instrument::Ces1, vec![1, 5], vec![0, 6, 7]),
        (Instrument::Ces2, vec![1, 7], vec![0, 8]),
    ] {
        let survey = server.publish(&site, shown_at(instrument, &[])).await;
        for score in good {
            server.answered(&site, &answer(&survey, score)).await;
        }
        for score in bad {
            let reply = server.post(&site.responses()).json(&answer(&survey, score)).await;
            assert_eq!(reply.refused(Code::OUT_OF_SCALE), "answers[0].value", "{instrument:?} {score}");
        }
    }
    let survey = server.publish(&site, nps()).await;
    for score in [json!(9.5), json!("9"), json!(true), json!(1e300), json!(-0.5), json!(u64::MAX)] {
        let reply = server.post(&site.responses()).json(&answer(&survey, score.clone())).await;
        assert_eq!(reply.refused(Code::OUT_OF_SCALE), "answers[0].value", "{score}");
    }
    for (score, code) in
        [(json!([9]), Code::INVALID_FIELD), (json!({}), Code::INVALID_FIELD), (Value::Null, Code::MISSING_FIELD)]
    {
        let reply = server.post(&site.responses()).json(&answer(&survey, score.clone())).await;
        assert_eq!(reply.refused(code), "answers[0].value", "{score}");
    }
    // Nine is nine, however a client's library writes it.
    server.answered(&site, &answer(&survey, 9.0)).await;
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = nps();
    survey.questions.push(choices("one", false, &["a", "b"]));
    let survey = server.publish(&site, survey).await;
    let score = json!({ "question": "score", "value": 9 });
    let answers = |more: Value| json!({ "answers": [score, more] });
    for (fields, code, field) in [
        (json!({ "id": "01932f6e" }), Code::INVALID_ID, "id"),
        (json!({ "id": 5 }), Code::INVALID_FIELD, "id"),
        (json!({ "seq": -1 }), Code::INVALID_FIELD, "seq"),
        (json!({ "seq": "0" }), Code::INVALID_FIELD, "seq"),
        (json!({ "version": "1" }), Code::INVALID_FIELD, "version"),
        (json!({ "completed": "yes" }), Code::INVALID_FIELD, "completed"),
        (json!({ "answers": {} }), Code::INVALID_FIELD, "answers"),
        (json!({ "answers": [] }), Code::MISSING_SCORE, "answers"),
        (json!({ "answers": [{ "question": "why", "text": "no score" }] }), Code::MISSING_SCORE, "answers"),
        (json!({ "answers": [{ "value": 9 }] }), Code::MISSING_FIELD, "answers[0].question"),
        (answers(json!({ "question": "gone", "text": "x" })), Code::UNKNOWN_QUESTION, "answers[1].question"),
        (answers(score.clone()), Code::REPEATED_QUESTION, "answers[1].question"),
        (answers(json!({ "question": "why", "value": 3 })), Code::MISSING_FIELD, "answers[1].text"),
        (answers(json!({ "question": "why", "text": 3 })), Code::INVALID_FIELD, "answers[1].text"),
        (answers(json!({ "question": "one", "text": "a" })), Code::MISSING_FIELD, "answers[1].choices"),
        (answers(json!({ "question": "one", "choices": ["c"] })), Code::UNKNOWN_CHOICE, "answers[1].choices[0]"),
        (answers(json!({ "question": "one", "choices": ["a", "b"] })), Code::UNKNOWN_CHOICE, "answers[1].choices"),
        (json!({ "age_ms": { "shown": -1 } }), Code::INVALID_FIELD, "age_ms.shown"),
        (json!({ "attributes": { "plan": [] } }), Code::INVALID_FIELD, "attributes.plan"),
        (json!({ "respondent": { "customer": 42 } }), Code::INVALID_FIELD, "respondent.customer"),
    ] {
        let reply = server.post(&site.responses()).json(&with(answer(&survey, 9), fields.clone())).await;
        assert_eq!(reply.refused(code), field, "{fields}");
    }
    let mut without_survey = answer(&survey, 9);
    without_survey.as_object_mut().expect("an object").remove("survey");
    assert_eq!(server.post(&site.responses()).json(&without_survey).await.refused(Code::MISSING_FIELD), "survey");
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0, "nothing was stored");
}

#[tokio::test]
async fn empty_answers_are_left_out_and_choices_count_once() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = nps();
    survey.questions[1].groups = vec![Group::Detractors];
    survey.questions.push(choices("many", true, &["a", "b"]));
    let survey = server.publish(&site, survey).await;
    let answers = json!([
        { "question": "why", "text": " \t\n " }, { "question": "many", "choices": ["b", "b"] }, { "question": "score", "value": 9 },
    ]);
    let id = server.answered(&site, &with(answer(&survey, 0), json!({ "answers": answers }))).await;
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!(read["answers"], json!([{ "question": "score", "value": 9 }, { "question": "many", "choices": ["b"] }]));
}

#[tokio::test]
async fn tests_are_kept_outside_the_score() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let id = server.answered(&site, &with(answer(&survey, 0), json!({ "test": true }))).await;
    server.answered(&site, &answer(&survey, 10)).await;
    let report = server.score(&site, "metric=nps").await;
    assert_eq!((&report["n"], &report["score"]), (&json!(1), &json!(100.0)));
    let counted = server.get("/v1/responses").key(&site.read).await.ok();
    assert_eq!(counted["items"].as_array().map(Vec::len), Some(1));
    let tests = server.get("/v1/responses?state=test").key(&site.read).await.ok();
    assert_eq!((&tests["items"][0]["id"], &tests["items"][0]["test"]), (&json!(id), &json!(true)));
    let funnel = server.get("/v1/reports/funnel?metric=nps").key(&site.read).await.ok();
    assert_eq!(funnel["answered"], 1);
}

#[tokio::test]
async fn what_was_erased_stays_erased_and_cannot_come_back() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let response = answer(&survey, 2);
    let id = server.answered(&site, &response).await;
    assert_eq!(server.delete(&format!("/v1/responses/{id}")).key(&site.write).await.status, 204);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    for seq in [0, 1, 9] {
        let again = with(response.clone(), json!({ "seq": seq }));
        assert_eq!(server.post(&site.responses()).json(&again).await.refused(Code::ERASED), "id");
        let listed = server.post(&site.responses()).json(&json!([again, answer(&survey, 9)])).await.ok();
        assert_eq!(statuses(&listed), ["rejected", "stored"]);
        assert_eq!(listed["results"][0]["error"]["code"], "erased");
    }
    server.get(&format!("/v1/responses/{id}")).key(&site.read).await.refused(Code::NOT_FOUND);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 3);
    // The id is erased on its own site only.
    let (elsewhere, their_survey) = server.site_with_survey().await;
    server.answered(&elsewhere, &with(response, json!({ "survey": their_survey }))).await;
}

#[tokio::test]
async fn what_another_process_made_is_taken_at_once() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    server.answered(&site, &answer(&survey, 9)).await;
    let commands = server.other_process().await;
    let new_survey = publish_in(commands.as_ref(), &site, nps(), 0).await;
    server.answered(&site, &answer(&new_survey, 9)).await;
    let (id, draft) = (site.id.as_str().into(), "sv_draft".into());
    assert!(commands.create_survey(&id, &draft, nps(), 0).await.expect("a survey is made"));
    server.post(&site.responses()).json(&answer("sv_draft", 9)).await.refused(Code::UNPUBLISHED_VERSION);
    let new_site = make_site(commands.as_ref(), |_| {}).await;
    let their_survey = publish_in(commands.as_ref(), &new_site, nps(), 0).await;
    server.answered(&new_site, &answer(&their_survey, 9)).await;
    assert_eq!(server.score(&new_site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn unknown_sites_and_surveys_are_refused() {
    let server = Server::start().await;
    let (site, _) = server.site_with_survey().await;
    let (_, foreign_survey) = server.site_with_survey().await;
    server.post("/v1/embed/pk_nobody/responses").json(&answer("sv_x", 9)).await.refused(Code::UNKNOWN_SITE);
    for survey in ["sv_nowhere", "", foreign_survey.as_str(), "' OR 1=1 --"] {
        let reply = server.post(&site.responses()).json(&answer(survey, 9)).await;
        assert_eq!(reply.refused(Code::UNKNOWN_SURVEY), "survey", "{survey}");
    }
}
