//! Five 1 to 5 ratings of 1,525 British voters (carData BEPS) as CSAT at five touchpoints: scores, differences, drivers.

use std::collections::BTreeMap;

use anyhow::Result;
use bearing_e2e::agree::agree;
use bearing_e2e::dataset;
use bearing_e2e::stage::{Stage, response_id};
use serde_json::{Value, json};

/// The columns of the table, and the touchpoints that they stand for here.
const TOUCHPOINTS: [&str; 5] = ["national_economy", "household_economy", "blair", "hague", "kennedy"];

/// A site whose voters rated each touchpoint once, and Europe (1 to 11, less one) as NPS.
async fn answered() -> Result<Stage> {
    let stage = Stage::set("nps").await?;
    let mut surveys = BTreeMap::new();
    for touchpoint in TOUCHPOINTS {
        surveys.insert(touchpoint, stage.survey_at(touchpoint, "csat").await?);
    }
    let wanted = ["economic.cond.national", "economic.cond.household", "Blair", "Hague", "Kennedy", "Europe"];
    let mut responses: Vec<Value> = Vec::new();
    for (person, row) in dataset::columns("beps", wanted)?.into_iter().enumerate() {
        let scores = row.iter().map(|score| Ok(score.parse::<u8>()?)).collect::<Result<Vec<_>>>()?;
        let mut answer = |survey: &str, touchpoint: &str, score: u8| {
            responses.push(json!({
                "id": response_id(responses.len() as u32 + 1), "survey": survey, "version": 1, "completed": true,
                "touchpoint": touchpoint, "answers": [{ "question": "score", "value": score }],
                "respondent": { "customer": format!("voter-{person}") },
                "shown_at": "1997-05-02T10:00:00.000Z", "answered_at": "1997-05-02T10:00:09.000Z",
            }));
        };
        for (touchpoint, score) in TOUCHPOINTS.into_iter().zip(&scores) {
            answer(&surveys[touchpoint], touchpoint, *score);
        }
        answer(&stage.survey, "", scores[TOUCHPOINTS.len()] - 1);
    }
    assert_eq!(responses.len(), 1_525 * 6);
    stage.api_with("write").await?.bring(&responses).await?;
    Ok(stage)
}

#[tokio::test]
async fn voters_by_touchpoint_are_reported_as_scipy_and_statsmodels_find_them() -> Result<()> {
    let (stage, expected) = tokio::try_join!(answered(), dataset::expected("beps.py", "beps", &[]))?;
    let reader = stage.api_with("read").await?;
    let report = async |path: &str| reader.read(&format!("/v1/reports/{path}")).await;

    for touchpoint in TOUCHPOINTS {
        let score = report(&format!("score?metric=csat&touchpoint={touchpoint}")).await?;
        agree(&score, &expected["scores"][touchpoint])?;
    }
    let breakdown = report("breakdown?metric=csat&by=touchpoint").await?;
    agree(&breakdown, &expected["breakdown"])?;
    assert_eq!(breakdown["segments"][0]["difference"]["method"], "newcombe");
    agree(&report("compare?metric=csat&by=touchpoint&value=blair").await?, &expected["compare"])?;
    agree(&report("score?metric=nps").await?, &expected["loyalty"])?;

    let drivers = report("drivers?metric=nps&by=touchpoint").await?;
    let touchpoints = &drivers["touchpoints"];
    agree(touchpoints, &expected["drivers"])?;
    assert_eq!((&touchpoints["method"], &touchpoints["left_out"]), (&json!("lmg"), &json!([])));
    // The bootstrap is the product's own: its limits hold the share, and somebody came first each time.
    let number = |driver: &Value, name: &str| driver[name].as_f64().unwrap_or(f64::NAN);
    let found = touchpoints["drivers"].as_array().cloned().unwrap_or_default();
    for driver in &found {
        assert!(number(driver, "low") <= number(driver, "share"), "{driver}");
        assert!(number(driver, "share") <= number(driver, "high"), "{driver}");
    }
    let first: f64 = found.iter().map(|driver| number(driver, "first")).sum();
    assert!((first - 1.0).abs() < 1e-9, "{first}");
    Ok(())
}
