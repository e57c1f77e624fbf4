//! Scores by segment and their comparison: every axis, each segment against the rest, hiding, ranks, periods.

use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use serde_json::{Value, json};

use crate::harness::{Server, Site, answer, choices, dimension, new_id, nps, shown_at, with};

/// Brings answers as the site's own server would: score, how many, and more fields.
async fn bring(server: &Server, site: &Site, survey: &str, groups: &[(u8, usize, Value)]) {
    let all: Vec<Value> = groups
        .iter()
        .flat_map(|(score, times, more)| (0..*times).map(move |_| with(answer(survey, *score), more.clone())))
        .collect();
    for batch in all.chunks(1_000) {
        let reply = server.post("/v1/responses").key(&site.write).json(&json!(batch)).await.ok();
        for result in reply["results"].as_array().expect("results") {
            assert_eq!(result["status"], "stored", "{result}");
        }
    }
}

async fn report(server: &Server, site: &Site, query: &str) -> Value {
    server.get(&format!("/v1/reports/{query}")).key(&site.read).await.ok()
}

/// Segments with their number of answers.
type Parts = Vec<(String, u64)>;

fn plan(name: &str) -> Value {
    json!({ "attributes": { "plan": name } })
}

fn about(number: &Value, wanted: f64) -> bool {
    number.as_f64().is_some_and(|number| (number - wanted).abs() < 1e-4)
}

/// The segments of golden.json's `segments_vs_rest`, as plans.
async fn four_plans(server: &Server) -> (Site, String) {
    let site =
        server.site_with(|site| site.dimensions = vec![dimension("plan", &["web", "ios", "android", "email"])]).await;
    let survey = server.publish(&site, nps()).await;
    for (name, counts) in
        [("web", [120, 60, 40]), ("ios", [45, 30, 45]), ("android", [80, 40, 30]), ("email", [15, 5, 2])]
    {
        let groups = [(10, counts[0], plan(name)), (8, counts[1], plan(name)), (3, counts[2], plan(name))];
        bring(server, &site, &survey, &groups).await;
    }
    (site, survey)
}

#[tokio::test]
async fn each_segment_is_held_against_all_the_rest() {
    let server = Server::start().await;
    let (site, survey) = four_plans(&server).await;
    bring(&server, &site, &survey, &[(8, 3, json!({}))]).await;
    let found = report(&server, &site, "breakdown?metric=nps&by=attr.plan").await;
    assert_eq!((&found["n"], &found["source"], &found["without"]), (&json!(515), &json!("cells"), &json!(3)));
    assert_eq!(found["overall"]["n"], 515);
    let segments = found["segments"].as_array().expect("segments");
    let order: Vec<&str> = segments.iter().filter_map(|segment| segment["value"].as_str()).collect();
    assert_eq!(order, ["web", "android", "ios", "email"], "the largest first");
    let web = &segments[0];
    assert!(about(&web["score"], 36.363_636) && web["n"] == 220 && web["state"] == "plain", "{web}");
    let difference = &web["difference"];
    // The rest holds the answers without a plan too.
    let rest = 100.0 * (45.0 + 80.0 + 15.0 - 45.0 - 30.0 - 2.0) / 295.0;
    assert!(about(&difference["delta"], 36.363_636_363 - rest), "{difference}");
    assert!(difference["q_value"].as_f64() >= difference["p_value"].as_f64());
    assert_eq!(difference["method"], "mover_tango_score");
    let ios = &segments[2];
    assert_eq!((&ios["difference"]["significant"], &ios["rank"]), (&json!(true), &json!(3)));
    let email = &segments[3];
    assert_eq!((&email["state"], &email["rank"]), (&json!("wide"), &Value::Null), "too few for a place");
    assert!(email["shrunken"].as_f64() < email["score"].as_f64(), "drawn towards the others: {email}");
}

#[tokio::test]
async fn every_axis_parts_the_answers_and_one_that_is_not_counted_is_scanned() {
    let server = Server::start().await;
    let site = server.site_with(|site| site.dimensions = vec![dimension("plan", &["pro"])]).await;
    let mut first = shown_at(Instrument::Nps, &["checkout"]);
    first.questions.push(choices("topics", true, &["speed", "price"]));
    let first = server.publish(&site, first).await;
    let second = server.publish(&site, shown_at(Instrument::Nps, &["delivery"])).await;
    let said = |score: u8, topics: &[&str]| {
        let mut answers = vec![json!({ "question": "score", "value": score })];
        if !topics.is_empty() {
            answers.push(json!({ "question": "topics", "choices": topics }));
        }
        json!(answers)
    };
    for (survey, more) in [
        (
            &first,
            json!({ "touchpoint": "checkout", "answers": said(10, &["speed", "price"]),
            "context": { "device": "mobile", "locale": "nl-NL" }, "attributes": { "plan": "pro", "country": "NL" } }),
        ),
        (
            &first,
            json!({ "touchpoint": "checkout", "answers": said(0, &["price"]),
            "context": { "device": "toaster", "locale": "klingon!" }, "attributes": { "plan": "pro", "country": "DE" } }),
        ),
        (
            &second,
            json!({ "touchpoint": "delivery", "answers": said(9, &[]),
            "context": { "device": "desktop", "locale": "pt-BR" }, "attributes": { "country": "NL" } }),
        ),
        (&second, json!({ "touchpoint": "made up", "answers": said(8, &[]) })),
    ] {
        server.answered(&site, &with(answer(survey, 5), more)).await;
    }
    let cases: Vec<(&str, Parts, &str)> = vec![
        ("touchpoint", vec![("checkout".into(), 2), ("(other)".into(), 1), ("delivery".into(), 1)], "cells"),
        ("device", vec![("(other)".into(), 2), ("desktop".into(), 1), ("mobile".into(), 1)], "cells"),
        ("locale", vec![("(other)".into(), 2), ("nl".into(), 1), ("pt".into(), 1)], "cells"),
        ("version", vec![("1".into(), 2), ("1".into(), 2)], "cells"),
        ("attr.plan", vec![("pro".into(), 2)], "cells"),
        ("attr.country", vec![("NL".into(), 2), ("DE".into(), 1)], "scan"),
        ("choice.topics", vec![("price".into(), 2), ("speed".into(), 1)], "cells"),
    ];
    for (by, wanted, source) in cases {
        for more in ["", "&device=mobile"] {
            let found = report(&server, &site, &format!("breakdown?metric=nps&by={by}{more}")).await;
            let two = !more.is_empty() && !matches!(by, "touchpoint" | "device");
            assert_eq!(found["source"], if two { "scan" } else { source }, "{by}{more}");
            if more.is_empty() {
                let segments = found["segments"].as_array().expect("segments").iter();
                let mut found: Parts = segments
                    .map(|one| (one["value"].as_str().expect("a value").into(), one["n"].as_u64().expect("a number")))
                    .collect();
                found.sort_by_key(|(value, n)| (std::cmp::Reverse(*n), value.clone()));
                assert_eq!(found, wanted, "{by}");
            } else {
                assert_eq!(found["n"], 1, "{by}: one answer came from a phone");
            }
        }
    }
    let topics = report(&server, &site, "breakdown?metric=nps&by=choice.topics").await;
    assert_eq!((&topics["overlapping"], &topics["without"]), (&json!(true), &Value::Null));
    let versions = report(&server, &site, "breakdown?metric=nps&by=version").await;
    let surveys: Vec<&Value> = versions["segments"].as_array().expect("two").iter().map(|one| &one["survey"]).collect();
    assert!(surveys.contains(&&json!(first)) && surveys.contains(&&json!(second)), "versions of two surveys");
    let trend = report(&server, &site, "trend?metric=nps&by=version").await;
    let series = trend["series"].as_array().expect("two");
    assert!(series.len() == 2 && series.iter().all(|one| one["n"] == 2 && one["survey"].is_string()), "{trend}");
    // What is scanned for its parts is not read from cells alone.
    for report_by in ["trend?metric=nps&by=attr.country", "compare?metric=nps&from=2026-11-01&by=attr.country"] {
        assert_eq!(report(&server, &site, report_by).await["source"], "scan", "{report_by}");
    }
    let by_survey = report(&server, &site, "breakdown?metric=nps&by=survey").await;
    assert!(by_survey["segments"].as_array().expect("two").iter().all(|one| one["n"] == 2), "{by_survey}");
}

#[tokio::test]
async fn a_breakdown_without_answers_is_empty_and_one_without_a_rest_has_no_difference() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let none = report(&server, &site, "breakdown?metric=nps&by=attr.plan").await;
    assert_eq!((&none["n"], &none["segments"], &none["overall"]["score"]), (&json!(0), &json!([]), &Value::Null));
    bring(&server, &site, &survey, &[(9, 6, plan("pro"))]).await;
    let one = report(&server, &site, "breakdown?metric=nps&by=attr.plan").await;
    assert_eq!(one["segments"][0]["difference"], Value::Null);
    server.get("/v1/reports/breakdown?metric=nps").key(&site.read).await.refused(Code::INVALID_PARAMETER);
}

#[tokio::test]
async fn small_segments_can_be_hidden_with_one_that_would_give_them_away() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let groups = [(9, 40, plan("a")), (8, 30, plan("b")), (2, 3, plan("c")), (2, 12, plan("d"))];
    bring(&server, &site, &survey, &groups).await;
    let open = report(&server, &site, "breakdown?metric=nps&by=attr.plan").await;
    let shown = |report: &Value| -> Vec<(String, Value)> {
        let segments = report["segments"].as_array().expect("segments").iter();
        segments.map(|one| (one["value"].as_str().expect("a value").to_owned(), one["n"].clone())).collect()
    };
    assert!(shown(&open).iter().all(|(_, n)| n.is_u64()), "a key can list the answers: nothing is hidden from it");
    let hidden = report(&server, &site, "breakdown?metric=nps&by=attr.plan&hide=true").await;
    let left: Vec<(String, Value)> = shown(&hidden).into_iter().filter(|(_, n)| n.is_u64()).collect();
    // 85 − 40 − 30 − 12 would give the three away, so the next smallest goes too.
    assert_eq!(left, [("a".to_owned(), json!(40)), ("b".to_owned(), json!(30))]);
    for segment in &hidden["segments"].as_array().expect("segments")[2..] {
        assert_eq!(segment["state"], "hidden");
        for key in ["n", "score", "interval", "difference", "shrunken", "rank"] {
            assert_eq!(segment[key], Value::Null, "{key}");
        }
        assert_eq!(segment["text"], json!({ "score": null, "low": null, "high": null }));
    }
    assert_eq!(hidden["overall"]["n"], 85);
    let order: Vec<&Value> = hidden["segments"].as_array().expect("segments").iter().map(|one| &one["value"]).collect();
    assert_eq!(order, ["a", "b", "c", "d"], "by name, where the size would tell");
    // A whole as small is hidden too.
    let tiny = report(&server, &site, "breakdown?metric=nps&by=attr.plan&attr.plan=c&hide=true").await;
    assert_eq!(
        (&tiny["n"], &tiny["overall"]["n"], &tiny["overall"]["score"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_picked_choice_is_hidden_where_the_few_without_it_would_show() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = nps();
    survey.questions.push(choices("topics", true, &["speed", "price"]));
    let survey = server.publish(&site, survey).await;
    let picked =
        json!({ "answers": [{ "question": "score", "value": 9 }, { "question": "topics", "choices": ["speed"] }] });
    bring(&server, &site, &survey, &[(9, 98, picked), (0, 2, json!({}))]).await;
    let open = report(&server, &site, "breakdown?metric=nps&by=choice.topics").await;
    assert_eq!(open["segments"][0]["n"], 98);
    let hidden = report(&server, &site, "breakdown?metric=nps&by=choice.topics&hide=true").await;
    assert_eq!(hidden["segments"][0]["n"], Value::Null, "100 − 98 would show the two");
    assert_eq!(hidden["overall"]["n"], 100);
}

#[tokio::test]
async fn two_periods_and_two_segments_are_compared() {
    let server = Server::start().await;
    let (site, survey) = four_plans(&server).await;
    // The month before: fewer from the web, and worse.
    let earlier = |name: &str| {
        with(plan(name), json!({ "shown_at": "2026-10-10T10:00:00Z", "answered_at": "2026-10-10T10:00:05Z" }))
    };
    let groups = [(10, 20, earlier("web")), (3, 20, earlier("web")), (10, 30, earlier("ios")), (8, 30, earlier("ios"))];
    bring(&server, &site, &survey, &groups).await;
    let days = "metric=nps&from=2026-11-01&to=2026-11-30&against_from=2026-10-01&against_to=2026-10-31";
    let found = report(&server, &site, &format!("compare?{days}&by=attr.plan")).await;
    assert_eq!((&found["a"]["n"], &found["b"]["n"], &found["n"]), (&json!(512), &json!(100), &json!(612)));
    assert_eq!((&found["a"]["from"], &found["b"]["to"]), (&json!("2026-11-01"), &json!("2026-10-31")));
    let delta = found["difference"]["delta"].as_f64().expect("a difference");
    assert!((delta - (100.0 * 143.0 / 512.0 - 30.0)).abs() < 1e-9, "{found}");
    let parted = &found["mix_rate"];
    let sum = |key: &str| {
        parted["segments"]
            .as_array()
            .expect("segments")
            .iter()
            .map(|one| one[key].as_f64().expect("a number"))
            .sum::<f64>()
    };
    assert!((sum("mix") + sum("rate") - delta).abs() < 1e-9, "the parts add up: {parted}");
    assert!((parted["mix"].as_f64().expect("mix") + parted["rate"].as_f64().expect("rate") - delta).abs() < 1e-9);
    let two = report(&server, &site, "compare?metric=nps&by=attr.plan&value=web&against=ios&from=2026-11-01").await;
    assert_eq!(
        (&two["a"]["value"], &two["b"]["value"], &two["a"]["n"], &two["b"]["n"]),
        (&json!("web"), &json!("ios"), &json!(220), &json!(120))
    );
    assert!(about(&two["difference"]["delta"], 36.363_636), "the iPhone's score is 0: {two}");
    assert!(two["mean_difference"]["delta"].is_f64() && two["difference"]["q_value"].is_null());
    let rest = report(&server, &site, "compare?metric=nps&by=attr.plan&value=web&from=2026-11-01").await;
    assert_eq!((&rest["b"]["value"], &rest["b"]["n"]), (&Value::Null, &json!(292)));
    // The period before is the default.
    let before = report(&server, &site, "compare?metric=nps&from=2026-11-01&to=2026-11-30").await;
    assert_eq!((&before["b"]["from"], &before["b"]["to"]), (&json!("2026-10-02"), &json!("2026-10-31")));
    for (query, field) in [
        ("", "from"),
        ("from=2026-11-01&against_from=2026-10-01", "against_from"),
        ("from=2026-11-01&against_from=2026-10-02&against_to=2026-10-01", "against_from"),
        ("value=web", "by"),
        ("by=attr.plan&against=web", "against"),
        ("by=attr.plan&value=web&against_from=2026-10-01&against_to=2026-10-02", "value"),
        ("from=2026-11-01&by=choice.topics", "by"),
        ("by=version&value=1", "by"),
        ("by=choice.topics&value=a&against=b", "by"),
        ("from=2026-11-01&by=attr.plan&by=device", "by"),
    ] {
        let reply = server.get(&format!("/v1/reports/compare?metric=nps&{query}")).key(&site.read).await;
        assert_eq!(reply.refused(Code::INVALID_PARAMETER), field, "{query}");
    }
}

#[tokio::test]
async fn each_respondent_counts_once_with_the_last_answer() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let said = |score: u8, who: Value, minute: u32, plan: &str| {
        let moment = format!("2026-11-20T10:{minute:02}:00Z");
        with(
            answer(&survey, score),
            json!({ "id": new_id(), "respondent": who, "shown_at": moment, "answered_at": moment, "attributes": { "plan": plan } }),
        )
    };
    let (ann, ben) = (json!({ "customer": "ann", "visitor": "v_1" }), json!({ "visitor": "v_2" }));
    let all = json!([
        said(0, ann.clone(), 1, "free"),
        said(10, ann.clone(), 9, "pro"),
        said(3, ann, 5, "free"),
        said(9, ben.clone(), 2, "free"),
        said(2, ben, 3, "free"),
        said(10, json!({}), 4, "free"),
        said(10, json!({}), 4, "free"),
    ]);
    server.post("/v1/responses").key(&site.write).json(&all).await.ok();
    let found = server.score(&site, "metric=nps&base=respondents").await;
    assert_eq!((&found["n"], &found["base"], &found["source"]), (&json!(4), &json!("respondents"), &json!("scan")));
    assert_eq!(found["score"], 50.0, "ann 10, ben 2 and two nobody knows");
    assert_eq!(found["denominators"], json!({ "shown": null, "answered": 4 }));
    let free = server.score(&site, "metric=nps&base=respondents&attr.plan=free").await;
    assert_eq!(free["n"], 3, "ann's last answer was of another plan");
    let by = report(&server, &site, "breakdown?metric=nps&base=respondents&by=attr.plan").await;
    let counts: Vec<(&Value, &Value)> =
        by["segments"].as_array().expect("two").iter().map(|one| (&one["value"], &one["n"])).collect();
    assert_eq!(counts, [(&json!("free"), &json!(3)), (&json!("pro"), &json!(1))]);
    let trend =
        report(&server, &site, "trend?metric=nps&base=respondents&bucket=day&from=2026-11-20&to=2026-11-20").await;
    assert_eq!((&trend["n"], &trend["points"][0]["n"]), (&json!(4), &json!(4)));
    server.get("/v1/reports/funnel?metric=nps&base=respondents").key(&site.read).await.refused(Code::INVALID_PARAMETER);
}

#[tokio::test]
async fn a_trend_has_a_series_per_segment() {
    let server = Server::start().await;
    let (site, _) = four_plans(&server).await;
    let found = report(&server, &site, "trend?metric=nps&by=attr.plan&bucket=week").await;
    assert_eq!(found["source"], "cells");
    let series = found["series"].as_array().expect("series");
    assert_eq!(series.iter().map(|one| one["n"].as_u64().expect("n")).collect::<Vec<_>>(), [220, 150, 120, 22]);
    for one in series {
        let points = one["points"].as_array().expect("points");
        assert_eq!(points.len(), 12);
        assert_eq!(points[11]["n"], one["n"]);
        assert!(points[11]["interval"].is_object() && points[0]["interval"].is_null());
    }
    assert!(report(&server, &site, "trend?metric=nps").await.get("series").is_none());
}

#[tokio::test]
async fn a_target_is_met_missed_or_undecided() {
    let server = Server::start().await;
    let (site, _) = four_plans(&server).await;
    for (target, verdict) in [("0", "met"), ("28", "undecided"), ("90", "missed"), ("-100", "met")] {
        let found = server.score(&site, &format!("metric=nps&target={target}")).await["target"].clone();
        assert_eq!(found["verdict"], verdict, "{found}");
        let probability = found["probability"].as_f64().expect("a probability");
        assert!((0.0..=1.0).contains(&probability), "{found}");
        assert_eq!(found["more_answers"] == 0, verdict != "undecided", "{found}");
    }
    for wrong in ["101", "-101", "high", "NaN"] {
        let reply = server.get(&format!("/v1/reports/score?metric=nps&target={wrong}")).key(&site.read).await;
        assert_eq!(reply.refused(Code::INVALID_PARAMETER), "target", "{wrong}");
    }
    assert_eq!(server.score(&site, "metric=nps").await["target"], Value::Null);
    assert_eq!(server.score(&site, "metric=csat&target=50").await["target"], Value::Null, "no answers, no verdict");
}
