//! Which versions of a survey are still taken, and which times are believed.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{DAY, MINUTE, NOW, Server, Site, answer, at, nps, with};

async fn edit(server: &Server, site: &Site, survey: &str, name: &str) {
    let path = format!("/v1/surveys/{survey}");
    server.patch(&path).key(&site.write).json(&json!({ "name": name })).await.ok();
    server.post(&format!("{path}/publish")).key(&site.write).await.ok();
}

fn version(number: u32) -> Value {
    json!({ "version": number })
}

#[tokio::test]
async fn an_older_version_is_taken_for_8_days() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    edit(&server, &site, &survey, "Second").await;
    server.pass(8 * DAY);
    server.answered(&site, &answer(&survey, 9)).await;
    server.answered(&site, &with(answer(&survey, 9), version(2))).await;
    server.pass(1);
    let late = server.post(&site.responses()).json(&answer(&survey, 9)).await;
    assert_eq!(late.refused(Code::SURVEY_CLOSED), "version");
    server.answered(&site, &with(answer(&survey, 9), version(2))).await;
}

#[tokio::test]
async fn a_paused_survey_is_taken_for_8_days_and_again_once_it_is_back() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    server.post(&format!("/v1/surveys/{survey}/pause")).key(&site.write).await.ok();
    server.pass(8 * DAY);
    server.answered(&site, &answer(&survey, 9)).await;
    server.pass(1);
    server.post(&site.responses()).json(&answer(&survey, 9)).await.refused(Code::SURVEY_CLOSED);
    server.post(&format!("/v1/surveys/{survey}/publish")).key(&site.write).await.ok();
    server.answered(&site, &answer(&survey, 9)).await;
    assert_eq!(server.score(&site, "metric=nps").await["n"], 2);
}

#[tokio::test]
async fn a_version_that_was_never_published_is_refused() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for number in [0, 2, 4_294_967_295] {
        let reply = server.post(&site.responses()).json(&with(answer(&survey, 9), version(number))).await;
        assert_eq!(reply.refused(Code::UNPUBLISHED_VERSION), "version", "{number}");
    }
    // An edit that waits for its publication is no version yet.
    let path = format!("/v1/surveys/{survey}");
    server.patch(&path).key(&site.write).json(&json!({ "name": "Second" })).await.ok();
    server.post(&site.responses()).json(&with(answer(&survey, 9), version(2))).await.refused(Code::UNPUBLISHED_VERSION);
    // Neither is a draft.
    let draft = server.post("/v1/surveys").key(&site.write).json(&json!({ "metric": "nps" })).await.ok();
    let draft = draft["id"].as_str().expect("an id");
    let reply = server.post(&site.responses()).json(&answer(draft, 9)).await;
    assert_eq!(reply.refused(Code::UNPUBLISHED_VERSION), "version");
    // Another site's draft is not there at all.
    let elsewhere = server.site().await;
    server.post(&elsewhere.responses()).json(&answer(draft, 9)).await.refused(Code::UNKNOWN_SURVEY);
}

#[tokio::test]
async fn an_answer_keeps_reading_with_its_version() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let path = format!("/v1/surveys/{survey}");
    let first = server.get(&path).key(&site.read).await.ok();
    let only_the_score = json!({ "questions": [first["questions"][0]] });
    server.patch(&path).key(&site.write).json(&only_the_score).await.ok();
    server.post(&format!("{path}/publish")).key(&site.write).await.ok();
    let answers =
        json!({ "answers": [{ "question": "score", "value": 9 }, { "question": "why", "text": "still asked" }] });
    let id = server.answered(&site, &with(answer(&survey, 9), answers.clone())).await;
    let reply = server.post(&site.responses()).json(&with(with(answer(&survey, 9), answers), version(2))).await;
    assert_eq!(reply.refused(Code::UNKNOWN_QUESTION), "answers[1].question");
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!((&read["version"], &read["answers"][1]["text"]), (&json!(1), &json!("still asked")));
}

/// The times that a response with these fields is dated with, or the field at fault.
async fn dated(server: &Server, site: &Site, survey: &str, fields: &Value) -> Result<(i64, i64), String> {
    let response = with(answer(survey, 9), fields.clone());
    let reply = server.post(&site.responses()).json(&response).await;
    if reply.status != 200 {
        return Err(reply.refused(Code::TIME_OUT_OF_RANGE));
    }
    let id = response["id"].as_str().expect("an id");
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    let time = |field: &str| at(read[field].as_str().expect("a time"));
    assert_eq!(time("received_at"), at(NOW));
    Ok((time("shown_at"), time("answered_at")))
}

#[tokio::test]
async fn ages_win_over_absolute_times() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let now = at(NOW);
    for (fields, shown, answered) in [
        (json!({}), now, now),
        (json!({ "age_ms": { "shown": 41_200, "answered": 3_100 } }), now - 41_200, now - 3_100),
        (json!({ "age_ms": { "answered": 3_100 } }), now - 3_100, now - 3_100),
        (json!({ "age_ms": { "shown": 41_200 } }), now - 41_200, now),
        (json!({ "age_ms": { "answered": 8 * DAY } }), now - 8 * DAY, now - 8 * DAY),
        // A card may stand open for weeks before it is answered.
        (json!({ "age_ms": { "shown": 30 * DAY, "answered": 0 } }), now - 8 * DAY, now),
        // Shown after it was answered: the answer is what is believed.
        (json!({ "age_ms": { "shown": 0, "answered": 500 } }), now - 500, now - 500),
        (
            json!({ "age_ms": { "shown": 2_000, "answered": 1_000 }, "shown_at": "1999-01-01T00:00:00Z", "answered_at": "nonsense" }),
            now - 2_000,
            now - 1_000,
        ),
    ] {
        assert_eq!(dated(&server, &site, &survey, &fields).await, Ok((shown, answered)), "{fields}");
    }
    let old = json!({ "age_ms": { "answered": 8 * DAY + 1 } });
    assert_eq!(dated(&server, &site, &survey, &old).await, Err("age_ms.answered".into()));
    let oldest = json!({ "age_ms": { "shown": u64::MAX, "answered": u64::MAX } });
    assert_eq!(dated(&server, &site, &survey, &oldest).await, Err("age_ms.answered".into()));
}

#[tokio::test]
async fn absolute_times_lie_between_8_days_back_and_5_minutes_ahead() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let now = at(NOW);
    let text = |ms: i64| bearing::time::rfc3339(ms);
    for (shown, answered, kept) in [
        (Some(now - 8 * DAY), Some(now), (now - 8 * DAY, now)),
        (None, Some(now - 8 * DAY), (now - 8 * DAY, now - 8 * DAY)),
        (Some(now - MINUTE), None, (now - MINUTE, now)),
        // A clock that is a little ahead answers now, not in the future.
        (Some(now + 5 * MINUTE), Some(now + 5 * MINUTE), (now, now)),
        (Some(now), Some(now - MINUTE), (now - MINUTE, now - MINUTE)),
    ] {
        let fields = json!({ "shown_at": shown.map(text), "answered_at": answered.map(text) });
        assert_eq!(dated(&server, &site, &survey, &fields).await, Ok(kept), "{fields}");
    }
    for (field, ms) in [
        ("shown_at", now - 8 * DAY - 1),
        ("answered_at", now - 8 * DAY - 1),
        ("shown_at", now + 5 * MINUTE + 1),
        ("answered_at", now + 5 * MINUTE + 1),
        ("answered_at", at("2100-01-01T00:00:00Z")),
        ("shown_at", at("1970-01-01T00:00:00Z")),
    ] {
        assert_eq!(
            dated(&server, &site, &survey, &json!({ field: text(ms) })).await,
            Err(field.into()),
            "{field} {ms}"
        );
    }
    // Any offset says the same moment.
    let offset = json!({ "answered_at": "2026-11-21T12:30:00+01:00" });
    assert_eq!(dated(&server, &site, &survey, &offset).await, Ok((now - 30 * MINUTE, now - 30 * MINUTE)));
    for nonsense in ["yesterday", "", "2026-11-21", "2026-11-21T12:00:00", "1795300000000"] {
        let reply =
            server.post(&site.responses()).json(&with(answer(&survey, 9), json!({ "answered_at": nonsense }))).await;
        assert_eq!(reply.refused(Code::INVALID_FIELD), "answered_at", "{nonsense}");
    }
}

#[tokio::test]
async fn a_later_edition_does_not_move_an_answer_to_another_day() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = server.publish(&site, nps()).await;
    let response = with(answer(&survey, 9), json!({ "age_ms": { "shown": 2_000, "answered": 1_000 } }));
    let id = server.answered(&site, &response).await;
    server.pass(3 * DAY);
    server.post(&site.responses()).json(&with(response, json!({ "seq": 1 }))).await.ok();
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!((&read["seq"], at(read["shown_at"].as_str().expect("a time"))), (&json!(1), at(NOW) - 2_000));
    assert_eq!(server.score(&site, "metric=nps&from=2026-11-21&to=2026-11-21").await["n"], 1);
}
