//! What strangers write like formulas leaves the real server as text; `cargo xtask bench formulas` opens it in LibreOffice.

use std::{env, fs};

use anyhow::{Context, Result, ensure};
use bearing_e2e::stage::{Stage, response_id};
use hyper::Method;
use serde_json::{Value, json};

/// The texts, shared with the tests of the rule.
const CORPUS: &str = include_str!("../../../shared/tests/formulas.json");

#[tokio::test]
async fn an_export_holds_no_formula() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let corpus: Value = serde_json::from_str(CORPUS)?;
    let texts = corpus["formulas"].as_array().context("the corpus has formulas")?;
    for (number, text) in texts.iter().enumerate() {
        let response = json!({
            "id": response_id(u32::try_from(number)?), "seq": 0, "survey": stage.survey, "version": 1,
            "answers": [{ "question": "score", "value": 0 }, { "question": "why", "text": text }],
            "touchpoint": text, "attributes": { "plan": text },
            "respondent": { "visitor": text, "customer": text }, "context": { "title": text },
        });
        let reply = stage.api.json(Method::POST, &stage.intake(), &response).await?;
        ensure!(reply.status == 200, "{text}: {} {}", reply.status, reply.text());
    }
    let reply = stage.api.get("/v1/exports/responses.csv").await?;
    let csv = reply.text();
    for text in ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "＝1+1"] {
        assert!(csv.contains(&format!(",'{text}")), "{text} is there as text");
        assert!(!csv.contains(&format!(",{text}")), "{text} is no formula");
    }
    if let Some(out) = env::var_os("BEARING_FORMULAS_OUT") {
        fs::write(&out, &csv).with_context(|| format!("cannot write {}", out.display()))?;
    }
    Ok(())
}
