//! The satisfaction of 1,681 residents of Copenhagen (MASS housing) as NPS: segments against scipy and statsmodels.

use std::path::Path;

use anyhow::{Context, Result};
use bearing_e2e::agree::agree;
use bearing_e2e::dataset;
use bearing_e2e::stage::{Stage, response_id};
use serde_json::{Value, json};

/// A site whose residents have answered; satisfaction High is 10, Medium 8, Low 3.
async fn answered() -> Result<Stage> {
    let stage = Stage::set("nps").await?;
    // The types of houses are not listed: the server learns them from what the site's own server brings.
    stage
        .patch_site(&json!({ "dimensions": [
            { "name": "infl", "values": ["Low", "Medium", "High"] }, { "name": "type" }, { "name": "cont" },
        ] }))
        .await?;
    let mut responses = Vec::new();
    for [satisfaction, influence, house, contact, count] in
        dataset::columns("housing", ["Sat", "Infl", "Type", "Cont", "Freq"])?
    {
        let score = match satisfaction.as_str() {
            "High" => 10,
            "Medium" => 8,
            _ => 3,
        };
        for _ in 0..count.parse()? {
            responses.push(json!({
                "id": response_id(responses.len() as u32 + 1), "survey": stage.survey, "version": 1, "completed": true,
                "answers": [{ "question": "score", "value": score }],
                "attributes": { "infl": influence, "type": house, "cont": contact },
                "shown_at": "1976-05-03T10:00:00.000Z", "answered_at": "1976-05-03T10:00:09.000Z",
            }));
        }
    }
    assert_eq!(responses.len(), 1_681);
    stage.api_with("write").await?.bring(&responses).await?;
    Ok(stage)
}

/// The numbers of `shared/tests/golden.json` by segment, as a breakdown has them.
fn golden() -> Result<Vec<Value>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/golden.json");
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(&file).context("shared/tests/golden.json")?)?;
    let mut cases = cases.as_array().into_iter().flatten();
    let case = cases.find(|case| case["case"] == "real_MASS_housing_by_influence").context("the case is gone")?;
    let number = |value: &str, what: &str| case["expected"][format!("{value}.{what}")].clone();
    // The largest segment first.
    Ok(["Medium", "Low", "High"]
        .map(|value| {
            json!({ "value": value, "score": number(value, "net"), "difference": {
                "delta": number(value, "diff"), "low": number(value, "lo"), "high": number(value, "hi"),
                "p_value": number(value, "p"), "method": "mover_tango_score",
            } })
        })
        .to_vec())
}

#[tokio::test]
async fn residents_by_segment_are_reported_as_scipy_and_statsmodels_find_them() -> Result<()> {
    let (stage, expected) = tokio::try_join!(answered(), dataset::expected("housing.py", "housing", &[]))?;
    let reader = stage.api_with("read").await?;
    let report = async |path: &str| reader.read(&format!("/v1/reports/{path}")).await;

    agree(&report("score?metric=nps").await?, &expected["score"])?;
    let by_influence = report("breakdown?metric=nps&by=attr.infl").await?;
    agree(&by_influence["segments"], &Value::from(golden()?))?;
    agree(&by_influence, &expected["breakdown"]["attr.infl"])?;
    for by in ["attr.type", "attr.cont"] {
        agree(&report(&format!("breakdown?metric=nps&by={by}")).await?, &expected["breakdown"][by])?;
    }
    agree(&report("compare?metric=nps&by=attr.infl&value=High&against=Low").await?, &expected["compare"])?;
    agree(&report("drivers?metric=nps&by=attr.infl").await?, &expected["drivers"])?;

    // Two attributes at once are no cell: the answers themselves are read.
    let both = report("score?metric=nps&attr.infl=High&attr.cont=Low").await?;
    agree(&both, &expected["both"])?;
    assert_eq!((&by_influence["source"], &both["source"]), (&json!("cells"), &json!("scan")));
    Ok(())
}
