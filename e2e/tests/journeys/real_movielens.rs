//! 100,004 dated ratings by 671 people (dslabs movielens) as NPS: trends, last answers and over-dispersion against pandas.

use anyhow::Result;
use bearing_e2e::agree::agree;
use bearing_e2e::dataset;
use bearing_e2e::stage::{Stage, response_id};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The days of the people who collected them: half the year five hours from UTC, half the year six.
const ZONE: &str = "America/Chicago";
/// The first and the last day of the trends; a Sunday and a Monday.
const DAYS: (&str, &str) = ("1995-01-01", "2016-10-31");

/// A site that was rated from 1995 to 2016, half a star a point.
async fn answered() -> Result<Stage> {
    let stage = Stage::set("nps").await?;
    stage.patch_site(&json!({ "time_zone": ZONE })).await?;
    let mut responses: Vec<Value> = Vec::new();
    for [row, user, stars, at] in dataset::columns("movielens", ["rownames", "userId", "rating", "timestamp"])? {
        let score = (stars.parse::<f64>()? * 2.0) as u8;
        let at = Timestamp::from_second(at.parse()?)?.to_string();
        responses.push(json!({
            "id": response_id(row.parse()?), "survey": stage.survey, "version": 1, "completed": true,
            "answers": [{ "question": "score", "value": score }], "respondent": { "customer": format!("user-{user}") },
            "shown_at": at, "answered_at": at,
        }));
    }
    assert_eq!(responses.len(), 100_004);
    stage.api_with("write").await?.bring(&responses).await?;
    Ok(stage)
}

#[tokio::test]
async fn twenty_years_of_ratings_are_reported_as_pandas_finds_them() -> Result<()> {
    let (first, last) = DAYS;
    let args = [ZONE, first, last];
    let (stage, expected) = tokio::try_join!(answered(), dataset::expected("movielens.py", "movielens", &args))?;
    let reader = stage.api_with("read").await?;
    let report = async |path: &str| reader.read(&format!("/v1/reports/{path}")).await;

    agree(&report("score?metric=nps").await?, &expected["score"])?;
    for (bucket, count) in [("month", 262), ("week", 1_141)] {
        let trend = report(&format!("trend?metric=nps&bucket={bucket}&from={first}&to={last}")).await?;
        agree(&trend["points"], &expected[bucket])?;
        assert_eq!(trend["points"].as_array().map(Vec::len), Some(count));
        assert_eq!((&trend["source"], &trend["time_zone"]), (&json!("cells"), &json!(ZONE)));
    }
    let last_answers = report("score?metric=nps&base=respondents").await?;
    agree(&last_answers, &expected["respondents"])?;
    assert_eq!(last_answers["n"], 671);
    let of_a_year = report("score?metric=nps&base=respondents&from=2000-01-01&to=2000-12-31").await?;
    agree(&of_a_year, &expected["respondents_year"])?;

    let year = "baseline_from=2000-01-01&baseline_to=2000-12-31&from=2001-01-01&to=2001-12-31";
    let changes = report(&format!("changes?metric=nps&{year}")).await?;
    agree(&changes["baseline"], &json!({ "n": 13_869, "phi": expected["phi"] }))?;
    // A person rates many films in one sitting, so days differ far more than chance alone makes them, and it is said.
    assert!(changes["baseline"]["phi"].as_f64() > Some(1.5), "{}", changes["baseline"]);
    assert!(changes["rule"].as_str().is_some_and(|rule| rule.contains("times as much as chance")), "{changes}");
    Ok(())
}
