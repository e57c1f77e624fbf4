//! Deviations and drivers: a fall is found and taken apart, quiet days are quiet, and reasons are set by impact.

use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, Site, answer, at, choices, dimension, nps, shown_at, with};

/// The first of the days.
const FIRST: &str = "2026-06-01T12:00:00Z";

/// Brings the answers of many days: for each day the counts of promoters, passives and detractors.
async fn bring_days(server: &Server, site: &Site, survey: &str, days: &[[usize; 3]], more: &Value) {
    let mut all = Vec::new();
    for (day, counts) in days.iter().enumerate() {
        let moment = bearing::time::rfc3339(at(FIRST) + day as i64 * DAY);
        for (score, count) in [10, 8, 2].into_iter().zip(counts) {
            let dated = with(answer(survey, score), json!({ "shown_at": moment, "answered_at": moment }));
            all.extend(
                (0..*count).map(|_| with(dated.clone(), with(json!({ "id": crate::harness::new_id() }), more.clone()))),
            );
        }
    }
    for batch in all.chunks(1_000) {
        server.post("/v1/responses").key(&site.write).json(&json!(batch)).await.ok();
    }
}

async fn report(server: &Server, site: &Site, query: &str) -> Value {
    server.get(&format!("/v1/reports/{query}")).key(&site.read).await.ok()
}

#[tokio::test]
async fn a_fall_is_noticed_dated_and_taken_apart() {
    let server = Server::start().await;
    let site = server.site_with(|site| site.dimensions = vec![dimension("plan", &["pro", "free"])]).await;
    let survey = server.publish(&site, nps()).await;
    let plan = |name: &str| json!({ "attributes": { "plan": name } });
    // 80 quiet days, then 20 on which half the answers, those of one plan, are bad.
    let mut days = vec![[10, 6, 4]; 80];
    days.extend(vec![[10, 6, 4]; 20]);
    bring_days(&server, &site, &survey, &days, &plan("pro")).await;
    let mut others = vec![[10, 6, 4]; 80];
    others.extend(vec![[2, 4, 14]; 20]);
    bring_days(&server, &site, &survey, &others, &plan("free")).await;
    let query = "changes?metric=nps&from=2026-08-01&to=2026-09-08&by=attr.plan";
    let found = report(&server, &site, query).await;
    let changes: Vec<&Value> =
        found["changes"].as_array().expect("changes").iter().filter(|change| change["kind"] == "score").collect();
    assert_eq!(changes.len(), 1, "{found}");
    let change = changes[0];
    assert_eq!((&change["start"], &change["better"]), (&json!("2026-08-20"), &json!(false)), "{change}");
    assert!(
        change["noticed"].as_str() > Some("2026-08-19") && change["noticed"].as_str() < Some("2026-08-27"),
        "{change}"
    );
    assert!((change["expected"].as_f64().expect("a number") - 30.0).abs() < 1e-9);
    assert_eq!(change["mix_rate"]["segments"][0]["value"], "free", "the plan that fell comes first: {change}");
    assert_eq!((&found["idle"], &found["step"], &found["streams"]), (&Value::Null, &json!("day"), &json!(1)));
    assert_eq!(found["baseline"]["to"], "2026-07-31", "the baseline lies right before the window");
    assert!(found["line"].as_array().is_some_and(|line| line.len() == 39), "a point a day");
    // The trend marks it on every bucket of days.
    for bucket in ["day", "week", "month"] {
        let trend =
            report(&server, &site, &format!("trend?metric=nps&bucket={bucket}&from=2026-08-01&to=2026-09-08")).await;
        assert_eq!(trend["changes"], json!([{ "start": "2026-08-20", "noticed": change["noticed"], "better": false }]));
    }
    // With a named baseline, and with many lines watched together, it is still there.
    let named = report(
        &server,
        &site,
        "changes?metric=nps&from=2026-08-01&to=2026-09-08&streams=1000&baseline_from=2026-06-01&baseline_to=2026-07-31",
    )
    .await;
    assert!(named["limit"].as_f64() > found["limit"].as_f64());
    assert_eq!(named["changes"][0]["start"], "2026-08-20");
    let quiet = report(&server, &site, "changes?metric=nps&from=2026-08-01&to=2026-08-19").await;
    assert_eq!(quiet["changes"], json!([]));
}

#[tokio::test]
async fn nothing_is_watched_without_a_baseline_and_the_reply_says_why() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let none = report(&server, &site, "changes?metric=nps").await;
    assert_eq!((&none["changes"], &none["n"], &none["baseline"]), (&json!([]), &json!(0), &Value::Null));
    assert!(
        none["idle"].is_string() && none["rule"].as_str().is_some_and(|rule| rule.starts_with("Nothing is watched"))
    );
    bring_days(&server, &site, &survey, &[[10, 6, 4]; 30], &json!({})).await;
    let short = report(&server, &site, "changes?metric=nps&from=2026-06-15&to=2026-06-30").await;
    assert!(short["idle"].is_string() && short["n"] == 320, "{short}");
    for (query, field) in [
        ("streams=0", "streams"),
        ("base=respondents", "base"),
        ("by=choice.topics", "by"),
        ("from=2026-11-21", "from"),
        ("from=2027-01-01", "from"),
        ("baseline_from=2026-06-01", "baseline_from"),
        ("from=2026-07-01&baseline_from=2026-06-01&baseline_to=2026-07-01", "baseline_to"),
        ("from=1826-01-01", "from"),
    ] {
        let reply = server.get(&format!("/v1/reports/changes?metric=nps&{query}")).key(&site.read).await;
        assert_eq!(reply.refused(Code::INVALID_PARAMETER), field, "{query}");
    }
}

#[tokio::test]
async fn silence_is_told() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let mut days = vec![[10, 6, 4]; 70];
    days.extend(vec![[0, 0, 0]; 5]);
    days.extend(vec![[10, 6, 4]; 5]);
    bring_days(&server, &site, &survey, &days, &json!({})).await;
    let found = report(&server, &site, "changes?metric=nps&from=2026-08-01&to=2026-08-19").await;
    let silence: Vec<&Value> =
        found["changes"].as_array().expect("changes").iter().filter(|change| change["kind"] == "silence").collect();
    assert_eq!(silence.len(), 1, "{found}");
    assert_eq!(silence[0]["start"], "2026-08-10");
}

#[tokio::test]
async fn a_day_that_is_not_over_is_not_silent() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    bring_days(&server, &site, &survey, &vec![[10, 6, 4]; 80], &json!({})).await;
    // The last of these days ended at midnight; the morning has brought nothing yet.
    server.set_time("2026-08-20T06:00:00Z");
    let found = report(&server, &site, "changes?metric=nps&from=2026-08-01").await;
    assert_eq!((&found["to"], &found["changes"]), (&json!("2026-08-19"), &json!([])), "{found}");
    server.set_time("2026-08-22T00:00:01Z");
    let found = report(&server, &site, "changes?metric=nps&from=2026-08-01").await;
    assert_eq!(found["changes"][0]["kind"], "silence", "two whole days are: {found}");
}

#[tokio::test]
async fn drivers_are_ordered_by_what_they_do_to_the_score() {
    let server = Server::start().await;
    let site = server.site_with(|site| site.dimensions = vec![dimension("plan", &["pro", "free"])]).await;
    let mut survey = nps();
    survey.questions.push(choices("topics", true, &["speed", "price"]));
    let survey = server.publish(&site, survey).await;
    let mut all = Vec::new();
    for number in 0..200u32 {
        let slow = number % 4 == 0;
        let score = if slow { 2 } else { 10 };
        let mut answers = vec![json!({ "question": "score", "value": score })];
        if slow {
            answers.push(json!({ "question": "topics", "choices": ["speed"] }));
        } else if number % 4 == 1 {
            answers.push(json!({ "question": "topics", "choices": ["price"] }));
        }
        let plan = if number % 3 == 0 { "pro" } else { "free" };
        all.push(with(answer(&survey, score), json!({ "answers": answers, "attributes": { "plan": plan } })));
    }
    server.post("/v1/responses").key(&site.write).json(&json!(all)).await.ok();
    let found = report(&server, &site, "drivers?metric=nps").await;
    let first = &found["drivers"][0];
    assert_eq!((&first["by"], &first["value"], &first["n"]), (&json!("choice.topics"), &json!("speed"), &json!(50)));
    // A quarter at −100 and the rest at 100: the whole would gain 50 points.
    assert_eq!(
        (&first["with"], &first["without"], &first["prevalence"]),
        (&json!(-100.0), &json!(100.0), &json!(0.25))
    );
    assert!((first["impact"]["delta"].as_f64().expect("a number") + 50.0).abs() < 1e-9, "{first}");
    assert_eq!(first["impact"]["significant"], true);
    assert_eq!((&found["touchpoints"]["n"], &found["touchpoints"]["idle"]), (&json!(0), &json!("too_few_customers")));
    assert_eq!(report(&server, &site, "drivers?metric=csat").await["touchpoints"], Value::Null);
    let filtered = report(&server, &site, "drivers?metric=nps&attr.plan=pro").await;
    assert_eq!(filtered["touchpoints"]["idle"], "filtered", "they know days and nothing else");
    let only = report(&server, &site, "drivers?metric=nps&by=attr.plan").await;
    assert!(only["drivers"].as_array().is_some_and(|drivers| drivers.len() == 2));
}

#[tokio::test]
async fn touchpoints_share_what_they_explain_of_loyalty() {
    let server = Server::start().await;
    let site = server.site().await;
    let loyalty = server.publish(&site, shown_at(Instrument::Nps, &["account"])).await;
    let satisfaction = server.publish(&site, shown_at(Instrument::Csat, &["checkout", "delivery"])).await;
    let mut all = Vec::new();
    for number in 0..300u32 {
        let who = json!({ "respondent": { "customer": format!("c{number}") } });
        let (checkout, delivery) = (number % 5 + 1, (number / 5) % 5 + 1);
        // Delivery decides, checkout hardly.
        let score = if delivery >= 4 {
            10
        } else if delivery == 3 && checkout >= 3 {
            8
        } else {
            3
        };
        for (survey, touchpoint, value) in
            [(&loyalty, "account", score), (&satisfaction, "checkout", checkout), (&satisfaction, "delivery", delivery)]
        {
            all.push(with(answer(survey, value), with(json!({ "touchpoint": touchpoint }), who.clone())));
        }
    }
    server.post("/v1/responses").key(&site.write).json(&json!(all)).await.ok();
    let found = report(&server, &site, "drivers?metric=nps").await["touchpoints"].clone();
    assert_eq!((&found["n"], &found["needed"], &found["method"]), (&json!(300), &json!(100), &json!("lmg")));
    let drivers = found["drivers"].as_array().expect("two");
    assert_eq!((drivers.len(), &drivers[0]["touchpoint"]), (2, &json!("delivery")), "{found}");
    assert!(drivers[0]["share"].as_f64() > Some(0.8) && drivers[0]["first"] == 1.0, "{found}");
    let total: f64 = drivers.iter().map(|driver| driver["share"].as_f64().expect("a share")).sum();
    assert!((total - 1.0).abs() < 1e-9);
    assert_eq!(
        report(&server, &site, "drivers?metric=nps").await["touchpoints"],
        found,
        "the same answers, the same numbers"
    );
}
