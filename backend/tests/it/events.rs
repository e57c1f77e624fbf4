//! Events: the denominators, counted and not kept, and the funnel they fill.

use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use serde_json::{Value, json};

use crate::harness::{Server, answer, dimension, nps, shown_at, with};

fn event(kind: &str, survey: &str) -> Value {
    json!({ "type": kind, "survey": survey, "version": 1 })
}

#[tokio::test]
async fn each_step_is_counted_and_rates_name_what_they_are_of() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let empty = server.get("/v1/reports/funnel?metric=nps").key(&site.read).await.ok();
    assert_eq!(
        empty,
        json!({
            "eligible": 0, "shown": 0, "started": 0, "answered": 0, "completed": 0, "dismissed": 0,
            "n": 0, "method": "pooled_counts", "rule": empty["rule"], "explain": "/docs/scoring#denominators",
            "rates": { "shown_of_eligible": null, "started_of_shown": null, "answered_of_shown": null,
                "completed_of_started": null, "completed_of_answered": null, "dismissed_of_shown": null },
            "source": "cells",
        })
    );
    for (kind, times) in [("eligible", 10), ("shown", 8), ("started", 5), ("dismissed", 2)] {
        for _ in 0..times {
            let reply = server.post(&site.events()).json(&json!([event(kind, &survey)])).await.ok();
            let is_shown = kind == "shown";
            assert_eq!((reply["display"].is_string(), &reply["work"]), (is_shown, &Value::Null), "{kind}");
        }
    }
    for completed in [true, true, true, false] {
        server.answered(&site, &with(answer(&survey, 9), json!({ "completed": completed }))).await;
    }
    let funnel = server.get("/v1/reports/funnel?metric=nps").key(&site.read).await.ok();
    assert_eq!(
        funnel,
        json!({
            "eligible": 10, "shown": 8, "started": 5, "answered": 4, "completed": 3, "dismissed": 2,
            "n": 4, "method": "pooled_counts", "rule": empty["rule"], "explain": "/docs/scoring#denominators",
            "rates": { "shown_of_eligible": 80.0, "started_of_shown": 62.5, "answered_of_shown": 50.0,
                "completed_of_started": 60.0, "completed_of_answered": 75.0, "dismissed_of_shown": 25.0 },
            "source": "cells",
        })
    );
    let score = server.score(&site, "metric=nps").await;
    assert_eq!(score["denominators"], json!({ "shown": 8, "answered": 4 }));
}

#[tokio::test]
async fn one_event_and_many_are_taken_as_text_too() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let shown = event("shown", &survey);
    server.post(&site.events()).sends("text/plain", shown.to_string()).await.ok();
    server.post(&site.events()).sends("text/plain", json!([shown, event("eligible", &survey)]).to_string()).await.ok();
    server.post(&site.events()).body("[]").await.refused(Code::UNSUPPORTED_MEDIA_TYPE);
    server.post("/v1/embed/pk_nobody/events").json(&json!([shown])).await.refused(Code::UNKNOWN_SITE);
    let funnel = server.get("/v1/reports/funnel?metric=nps").key(&site.read).await.ok();
    assert_eq!((&funnel["shown"], &funnel["eligible"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_faulty_event_is_left_out_and_the_others_count() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let sent = json!([
        event("shown", &survey),
        event("guessed", &survey),
        event("shown", "sv_nowhere"),
        with(event("shown", &survey), json!({ "version": 9 })),
        with(event("shown", &survey), json!({ "attributes": { "Not A Name": "x" } })),
        17,
        with(event("shown", &survey), json!({ "from_a_newer_loader": [1] })),
    ]);
    server.post(&site.events()).json(&sent).await.ok();
    server.post(&site.events()).sends("text/plain", "[{]").await.refused(Code::MALFORMED_JSON);
    let funnel = server.get("/v1/reports/funnel?metric=nps").key(&site.read).await.ok();
    assert_eq!(funnel["shown"], 2);
}

#[tokio::test]
async fn the_funnel_can_be_asked_for_a_part() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.dimensions = vec![dimension("plan", &["free", "pro"])]).await;
    let loyalty = server.publish(&site, shown_at(Instrument::Nps, &["checkout", "delivery"])).await;
    let other = server.publish(&site, nps()).await;
    for (survey, touchpoint, plan) in [
        (&loyalty, "checkout", "pro"),
        (&loyalty, "checkout", "free"),
        (&loyalty, "delivery", "pro"),
        (&other, "", "pro"),
    ] {
        let place =
            json!({ "touchpoint": touchpoint, "attributes": { "plan": plan }, "device": "mobile", "locale": "nl-NL" });
        server.post(&site.events()).json(&json!([with(event("shown", survey), place)])).await.ok();
    }
    for (query, shown) in [
        ("metric=nps", 4),
        ("metric=csat", 0),
        ("metric=nps&touchpoint=checkout", 2),
        ("metric=nps&attr.plan=pro", 3),
        ("metric=nps&touchpoint=checkout&attr.plan=pro", 1),
        ("metric=nps&from=2026-11-21&to=2026-11-21", 4),
        ("metric=nps&to=2026-11-20", 0),
    ] {
        let funnel = server.get(&format!("/v1/reports/funnel?{query}")).key(&site.read).await.ok();
        assert_eq!(funnel["shown"], shown, "{query}");
    }
    let by_survey = server.get(&format!("/v1/reports/funnel?metric=nps&survey={other}")).key(&site.read).await.ok();
    assert_eq!(by_survey["shown"], 1);
    // Denominators are counted, not kept: what was not told apart then cannot be looked up now.
    for (query, field) in [
        ("metric=nps&touchpoint=invented", "touchpoint"),
        ("metric=nps&attr.plan=gold", "attr.plan"),
        ("metric=nps&attr.country=NL", "attr.country"),
    ] {
        let reply = server.get(&format!("/v1/reports/funnel?{query}")).key(&site.read).await;
        assert_eq!(reply.refused(Code::INVALID_PARAMETER), field, "{query}");
    }
}
