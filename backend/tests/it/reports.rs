//! The score report: its shape key by key, its numbers by hand, and its period before.

use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::State;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, Site, answer, at, dimension, nps, shown_at, with};

/// The limits for 13 promoters, 4 passives and 3 detractors, and for the mean of the scores below.
const LOW: f64 = 11.420_566_261;
const HIGH: f64 = 74.648_554_960;
const MEAN_LOW: f64 = 6.482_966_417;
const MEAN_HIGH: f64 = 9.326_557_393;

/// Gives a survey these scores, all in one request a 50.
async fn gather(server: &Server, site: &Site, survey: &str, scores: &[(u8, usize)]) {
    let all: Vec<Value> = scores
        .iter()
        .flat_map(|(score, times)| std::iter::repeat_n(*score, *times))
        .map(|score| answer(survey, score))
        .collect();
    for batch in all.chunks(50) {
        let reply = server.post(&site.responses()).json(&json!(batch)).await.ok();
        assert!(reply["results"].as_array().expect("results").iter().all(|result| result["status"] == "stored"));
    }
}

#[tokio::test]
async fn a_score_without_answers_is_null_and_every_key_is_there() {
    let server = Server::start().await;
    let site = server.site().await;
    assert_eq!(
        server.score(&site, "metric=nps").await,
        json!({
            "metric": "nps", "base": "responses", "n": 0, "score": null, "interval": null,
            "distribution": { "0": 0, "1": 0, "2": 0, "3": 0, "4": 0, "5": 0, "6": 0, "7": 0, "8": 0, "9": 0, "10": 0 },
            "groups": { "promoters": 0, "passives": 0, "detractors": 0 },
            "mean": null, "mean_interval": null, "top_box": null, "denominators": { "shown": 0, "answered": 0 },
            "previous": null, "target": null, "state": "hidden", "rule": "There are no answers.", "method": "tango_score",
            "unit": "points", "direction": "higher_is_better", "scale_direction": "higher_is_better", "source": "cells",
            "text": { "score": null, "low": null, "high": null }, "explain": "/docs/scoring#nps",
        })
    );
    let csat = server.score(&site, "metric=csat").await;
    assert_eq!(csat["distribution"], json!({ "1": 0, "2": 0, "3": 0, "4": 0, "5": 0 }));
    assert_eq!(csat["groups"], json!({ "satisfied": 0, "neutral": 0, "dissatisfied": 0 }));
    let ces = server.score(&site, "metric=ces").await;
    assert_eq!(ces["distribution"].as_object().map(serde_json::Map::len), Some(7));
    assert_eq!(ces["groups"], json!({ "easy": 0, "neutral": 0, "difficult": 0 }));
}

#[tokio::test]
async fn a_survey_without_answers_shows_its_own_scale() {
    let server = Server::start().await;
    let site = server.site().await;
    let effort = server.publish(&site, shown_at(Instrument::Ces1, &[])).await;
    let ease = server.publish(&site, shown_at(Instrument::Ces2, &[])).await;
    for (survey, scores, direction) in [(&effort, 5, "lower_is_better"), (&ease, 7, "higher_is_better")] {
        let report = server.score(&site, &format!("metric=ces&survey={survey}")).await;
        assert_eq!(report["distribution"].as_object().map(serde_json::Map::len), Some(scores), "{report}");
        assert_eq!(report["scale_direction"], direction);
    }
}

#[tokio::test]
async fn nps_is_promoters_minus_detractors() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    gather(&server, &site, &survey, &[(0, 2), (6, 1), (7, 3), (8, 1), (9, 4), (10, 9)]).await;
    let report = server.score(&site, "metric=nps").await;
    // Both computed from their formulas by another program.
    for (key, method, low, high) in
        [("interval", "tango_score", LOW, HIGH), ("mean_interval", "adjusted_t", MEAN_LOW, MEAN_HIGH)]
    {
        let interval = &report[key];
        assert_eq!((&interval["level"], &interval["method"]), (&json!(0.95), &json!(method)));
        for (end, wanted) in [("low", low), ("high", high)] {
            let found = interval[end].as_f64().expect("a limit");
            assert!((found - wanted).abs() < 1e-6, "{key} {end}: {found}");
        }
    }
    // 13 promoters and 3 detractors of 20.
    assert_eq!(
        report,
        json!({
            "metric": "nps", "base": "responses", "n": 20, "score": 50.0, "interval": report["interval"],
            "distribution": { "0": 2, "1": 0, "2": 0, "3": 0, "4": 0, "5": 0, "6": 1, "7": 3, "8": 1, "9": 4, "10": 9 },
            "groups": { "promoters": 13, "passives": 4, "detractors": 3 },
            "mean": 8.05, "mean_interval": report["mean_interval"], "top_box": 45.0,
            "denominators": { "shown": 0, "answered": 20 }, "previous": null, "target": null, "state": "wide",
            "rule": State::Wide.rule(), "method": "tango_score", "unit": "points", "direction": "higher_is_better",
            "scale_direction": "higher_is_better", "source": "cells",
            "text": { "score": "50", "low": "11", "high": "75" }, "explain": "/docs/scoring#nps",
        })
    );
}

#[tokio::test]
async fn csat_and_ces_are_the_favourable_share() {
    let server = Server::start().await;
    let site = server.site().await;
    for (instrument, scores, expected) in [
        (
            Instrument::Csat,
            vec![(1, 1), (2, 1), (3, 2), (4, 1), (5, 3)],
            json!({ "n": 8, "score": 50.0, "mean": 3.5, "top_box": 37.5, "groups": { "satisfied": 4, "neutral": 2, "dissatisfied": 2 },
                "unit": "percent", "direction": "higher_is_better", "scale_direction": "higher_is_better", "explain": "/docs/scoring#csat" }),
        ),
        (
            Instrument::Ces2,
            vec![(1, 1), (3, 1), (4, 2), (5, 1), (6, 1), (7, 4)],
            json!({ "n": 10, "score": 60.0, "mean": 5.1, "top_box": 40.0, "groups": { "easy": 6, "neutral": 2, "difficult": 2 },
                "unit": "percent", "direction": "higher_is_better", "scale_direction": "higher_is_better", "explain": "/docs/scoring#ces" }),
        ),
    ] {
        let survey = server.publish(&site, shown_at(instrument, &[])).await;
        gather(&server, &site, &survey, &scores).await;
        let report = server.score(&site, &format!("metric={}", instrument.definition().metric.name())).await;
        assert_eq!(with(report.clone(), expected), report, "{instrument:?}");
    }
}

#[tokio::test]
async fn little_effort_is_a_high_score_on_a_scale_that_runs_down() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = server.publish(&site, shown_at(Instrument::Ces1, &[])).await;
    gather(&server, &site, &survey, &[(1, 4), (2, 2), (3, 1), (5, 1)]).await;
    let report = server.score(&site, "metric=ces").await;
    let expected = json!({
        "n": 8, "score": 75.0, "mean": 2.0, "top_box": 50.0, "groups": { "easy": 6, "neutral": 1, "difficult": 1 },
        "distribution": { "1": 4, "2": 2, "3": 1, "4": 0, "5": 1 },
        "direction": "higher_is_better", "scale_direction": "lower_is_better",
    });
    assert_eq!(with(report.clone(), expected), report);
}

#[tokio::test]
async fn two_instruments_are_never_pooled() {
    let server = Server::start().await;
    let site = server.site().await;
    let effort = server.publish(&site, shown_at(Instrument::Ces1, &["return"])).await;
    let ease = server.publish(&site, shown_at(Instrument::Ces2, &["checkout"])).await;
    server.answered(&site, &with(answer(&effort, 1), json!({ "touchpoint": "return" }))).await;
    server.answered(&site, &with(answer(&ease, 7), json!({ "touchpoint": "checkout" }))).await;
    // Only days that are over are watched.
    server.pass(DAY);
    for report in ["score", "trend", "compare", "changes", "drivers", "breakdown"] {
        let by = if report == "breakdown" { "&by=device" } else { "" };
        let days = "from=2026-11-20&to=2026-11-21";
        let reply = server.get(&format!("/v1/reports/{report}?metric=ces&{days}{by}")).key(&site.read).await;
        reply.refused(Code::MIXED_INSTRUMENTS);
        for one in [
            format!("survey={effort}"),
            format!("survey={ease}"),
            "touchpoint=return".into(),
            "touchpoint=checkout".into(),
        ] {
            server.get(&format!("/v1/reports/{report}?metric=ces&{days}&{one}{by}")).key(&site.read).await.ok();
        }
    }
}

#[tokio::test]
async fn the_period_before_is_as_long_and_lies_just_before() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    // Two days each: the 18th and 19th, then the 20th and 21st.
    for (day, scores) in [
        ("17", vec![(10, 3)]),
        ("18", vec![(0, 1)]),
        ("19", vec![(10, 3)]),
        ("20", vec![(10, 1)]),
        ("21", vec![(9, 2), (7, 1)]),
    ] {
        server.set_time(&format!("2026-11-{day}T12:00:00Z"));
        gather(&server, &site, &survey, &scores).await;
    }
    let report = server.score(&site, "metric=nps&from=2026-11-20&to=2026-11-21").await;
    assert_eq!((&report["n"], &report["score"]), (&json!(4), &json!(75.0)));
    let previous = &report["previous"];
    assert_eq!((&previous["n"], &previous["score"], &previous["previous"]), (&json!(4), &json!(50.0), &Value::Null));
    let difference = &previous["difference"];
    assert_eq!((&difference["delta"], &difference["method"]), (&json!(25.0), &json!("mover_tango_score")));
    assert_eq!((&difference["q_value"], &difference["significant"]), (&Value::Null, &json!(false)));
    assert!(difference["low"].as_f64() < Some(0.0) && difference["high"].as_f64() > Some(25.0), "{difference}");
    let mut keys: Vec<&String> = previous.as_object().expect("an object").keys().collect();
    keys.retain(|key| *key != "difference");
    assert_eq!(keys, report.as_object().expect("an object").keys().collect::<Vec<_>>(), "the same keys");
    // To this day, where no last day is named.
    assert_eq!(server.score(&site, "metric=nps&from=2026-11-20").await, report);
    let first = server.score(&site, "metric=nps&from=2026-11-16&to=2026-11-17").await;
    assert_eq!((&first["previous"]["n"], &first["previous"]["difference"]), (&json!(0), &Value::Null));
    for open in ["", "&to=2026-11-21"] {
        assert_eq!(
            server.score(&site, &format!("metric=nps{open}")).await["previous"],
            Value::Null,
            "all time has no before"
        );
    }
}

#[tokio::test]
async fn every_part_can_be_asked_for_and_an_unseen_one_is_empty() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.dimensions = vec![dimension("plan", &["free", "pro"])]).await;
    let loyalty = server.publish(&site, shown_at(Instrument::Nps, &["checkout"])).await;
    let other = server.publish(&site, nps()).await;
    for (survey, score, touchpoint, plan, country) in [
        (&loyalty, 10, "checkout", "pro", "NL"),
        (&loyalty, 0, "checkout", "free", "NL"),
        (&loyalty, 9, "invented", "pro", "DE"),
        (&other, 3, "", "gold", "NL"),
    ] {
        let more = json!({ "touchpoint": touchpoint, "attributes": { "plan": plan, "country": country } });
        server.answered(&site, &with(answer(survey, score), more)).await;
    }
    for (query, n, source) in [
        ("", 4, "cells"),
        ("&touchpoint=checkout", 2, "cells"),
        ("&touchpoint=invented", 1, "scan"),
        ("&touchpoint=nowhere", 0, "scan"),
        ("&touchpoint=", 1, "cells"),
        ("&attr.plan=pro", 2, "cells"),
        ("&attr.plan=pro&touchpoint=checkout", 1, "cells"),
        ("&attr.plan=gold", 1, "scan"),
        ("&attr.plan=silver", 0, "scan"),
        ("&attr.country=NL", 3, "scan"),
        ("&attr.country=NL&attr.plan=pro", 1, "scan"),
        ("&attr.country=Atlantis", 0, "scan"),
        ("&attr.unheard=x", 0, "scan"),
        ("&base=responses", 4, "cells"),
    ] {
        let report = server.score(&site, &format!("metric=nps{query}")).await;
        assert_eq!((&report["n"], &report["source"]), (&json!(n), &json!(source)), "{query}");
        assert_eq!(report["denominators"]["answered"], n, "{query}");
        assert_eq!(report["denominators"]["shown"].is_null(), source == "scan", "{query}");
    }
    assert_eq!(server.score(&site, &format!("metric=nps&survey={other}")).await["n"], 1);
}

#[tokio::test]
async fn an_answer_counts_on_the_day_of_its_showing_in_the_sites_time_zone() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.time_zone = "Europe/Amsterdam".into()).await;
    let survey = server.publish(&site, nps()).await;
    // Midnight is 23:00 UTC in winter and 22:00 in summer; the clocks change on 2026-03-29 and 2026-10-25.
    for (moment, day) in [
        ("2026-11-21T22:59:59.999Z", "2026-11-21"),
        ("2026-11-21T23:00:00.000Z", "2026-11-22"),
        ("2026-07-01T21:59:59.999Z", "2026-07-01"),
        ("2026-07-01T22:00:00.000Z", "2026-07-02"),
        ("2026-03-28T23:00:00.000Z", "2026-03-29"),
        ("2026-03-29T21:59:59.999Z", "2026-03-29"),
        ("2026-10-24T22:00:00.000Z", "2026-10-25"),
        ("2026-10-25T22:59:59.999Z", "2026-10-25"),
    ] {
        let before = server.score(&site, &format!("metric=nps&from={day}&to={day}")).await["n"].as_u64();
        server.set_time(moment);
        server.answered(&site, &answer(&survey, 9)).await;
        let after = server.score(&site, &format!("metric=nps&from={day}&to={day}")).await["n"].as_u64();
        assert_eq!(after, before.map(|n| n + 1), "{moment} is on {day}");
    }
    // Answered after midnight, shown before it.
    server.set_time("2026-12-01T23:00:30Z");
    server.answered(&site, &with(answer(&survey, 9), json!({ "age_ms": { "shown": 60_000, "answered": 0 } }))).await;
    assert_eq!(server.score(&site, "metric=nps&from=2026-12-01&to=2026-12-01").await["n"], 1);
}

#[tokio::test]
async fn the_state_says_how_far_a_number_can_be_read() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for (more, n, state) in [
        (4, 4, "hidden"),
        (1, 5, "wide"),
        (24, 29, "wide"),
        (1, 30, "indicative"),
        (69, 99, "indicative"),
        (1, 100, "plain"),
    ] {
        gather(&server, &site, &survey, &[(9, more)]).await;
        let report = server.score(&site, "metric=nps").await;
        assert_eq!((&report["n"], &report["state"], &report["score"]), (&json!(n), &json!(state), &json!(100.0)));
    }
}

#[tokio::test]
async fn a_printed_score_is_rounded_once_half_away_from_zero() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for (more, score, text) in [
        (vec![(0, 1), (7, 7)], -12.5, "-13"),
        (vec![(10, 2)], 10.0, "10"),
        (vec![(0, 1), (7, 189)], 0.0, "0"),
        (vec![(0, 1)], -100.0 / 201.0, "0"),
    ] {
        gather(&server, &site, &survey, &more).await;
        let report = server.score(&site, "metric=nps").await;
        assert_eq!((report["score"].as_f64(), report["text"]["score"].as_str()), (Some(score), Some(text)));
    }
}

#[tokio::test]
async fn wrong_parameters_are_named_on_every_report() {
    let server = Server::start().await;
    let site = server.site().await;
    for report in ["score", "trend", "breakdown", "compare", "changes", "drivers", "funnel"] {
        for (query, code, field) in [
            ("", Code::INVALID_PARAMETER, "metric"),
            ("metric=", Code::INVALID_PARAMETER, "metric"),
            ("metric=wow", Code::INVALID_PARAMETER, "metric"),
            ("metric=nps&base=visitors", Code::INVALID_PARAMETER, "base"),
            ("metric=nps&device=toaster", Code::INVALID_PARAMETER, "device"),
            ("metric=nps&locale=klingon", Code::INVALID_PARAMETER, "locale"),
            ("metric=nps&version=2", Code::INVALID_PARAMETER, "version"),
            ("metric=nps&by=weather", Code::INVALID_PARAMETER, "by"),
            ("metric=nps&by=attr.Plan", Code::INVALID_PARAMETER, "by"),
            ("metric=nps&from=2026-13-01", Code::INVALID_PARAMETER, "from"),
            ("metric=nps&to=today", Code::INVALID_PARAMETER, "to"),
            ("metric=nps&from=2026-11-22&to=2026-11-21", Code::INVALID_PARAMETER, "from"),
            ("metric=nps&attr.a%22b=x", Code::INVALID_PARAMETER, "attr"),
            ("metric=nps&metrics=csat", Code::UNKNOWN_PARAMETER, "metrics"),
            ("metric=nps&limit=5", Code::UNKNOWN_PARAMETER, "limit"),
        ] {
            let reply = server.get(&format!("/v1/reports/{report}?{query}")).key(&site.read).await;
            assert_eq!(reply.refused(code), field, "{report} {query}");
        }
    }
    for report in ["score", "funnel"] {
        let reply = server.get(&format!("/v1/reports/{report}?metric=nps&bucket=week")).key(&site.read).await;
        assert_eq!(reply.refused(Code::UNKNOWN_PARAMETER), "bucket", "{report}");
    }
    // The ends of the calendar are dates like others.
    for query in ["from=0001-01-01", "to=9999-12-31", "from=0001-01-01&to=9999-12-31", "from=9999-12-31"] {
        server.score(&site, &format!("metric=nps&{query}")).await;
    }
}

#[tokio::test]
async fn cells_and_a_scan_give_the_same_numbers() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.dimensions = vec![dimension("plan", &["pro"])]).await;
    let survey = server.publish(&site, nps()).await;
    let mut last = Value::Null;
    for number in 0..40u8 {
        server.clock.set(at("2026-10-01T00:00:00Z") + i64::from(number) * DAY);
        let attributes = json!({ "attributes": { "plan": if number % 3 == 0 { "pro" } else { "free" } } });
        last = with(answer(&survey, number % 11), attributes);
        server.answered(&site, &last).await;
    }
    // An edition of the last one, and one taken away: cells follow.
    server
        .post(&site.responses())
        .json(&with(last, json!({ "seq": 1, "answers": [{ "question": "score", "value": 0 }] })))
        .await
        .ok();
    let gone = server.answered(&site, &with(answer(&survey, 3), json!({ "attributes": { "plan": "pro" } }))).await;
    server.delete(&format!("/v1/responses/{gone}")).key(&site.write).await;
    for query in ["metric=nps", "metric=nps&from=2026-10-05&to=2026-10-20"] {
        // `plan` is counted in cells; a second attribute, which all have, makes it a scan.
        let cells = server.score(&site, &format!("{query}&attr.plan=pro")).await;
        let scan = server.score(&site, &format!("{query}&attr.plan=pro&attr.plan=pro")).await;
        assert_eq!((&cells["source"], &scan["source"]), (&json!("cells"), &json!("scan")));
        for key in ["n", "score", "mean", "distribution", "groups", "top_box"] {
            assert_eq!(cells[key], scan[key], "{query} {key}");
        }
    }
}
