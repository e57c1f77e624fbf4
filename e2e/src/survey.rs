//! A survey that asks everything there is to ask: a score, several of a list, one of a list, free text, all required.

use anyhow::{Context, Result, ensure};
use hyper::Method;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::wait::until;

/// A text in the languages that the journeys read, with words that do not break easily.
pub fn words(en: &str, de: &str, ar: &str, ja: &str) -> Value {
    json!({ "en": en, "de": de, "ar": ar, "ja": ja })
}

/// Adds required follow-ups to the stage's survey and publishes it as version 2.
///
/// # Errors
/// The server refuses it, or does not show it.
pub async fn ask_everything(stage: &Stage) -> Result<()> {
    let score = stage.api.read(&format!("/v1/surveys/{}", stage.survey)).await?["questions"][0].take();
    let speed = words("Speed", "Geschwindigkeit", "السرعة", "速さ");
    let price = words("Price", "Preis-Leistungs-Verhältnis", "السعر", "価格");
    let choices = json!([{ "id": "speed", "text": speed }, { "id": "price", "text": price }]);
    let questions = json!([
        score,
        {
            "id": "topics", "kind": "choice", "required": true, "multiple": true, "choices": choices,
            "text": words("What was it about?", "Worum ging es hauptsächlich?", "بمَ يتعلق الأمر؟", "何についてですか?"),
        },
        {
            "id": "first", "kind": "choice", "required": true, "choices": choices,
            "text": words("What matters most?", "Was ist Ihnen am wichtigsten?", "ما الأهم؟", "一番大切なのは?"),
        },
        {
            "id": "why", "kind": "text", "required": true,
            "text": words("What is the main reason for your score?", "Was ist der Hauptgrund für Ihre Bewertung?",
                "ما السبب الرئيسي لتقييمك؟", "その評価の主な理由は何ですか?"),
        },
    ]);
    publish(stage, &stage.survey, &json!({ "questions": questions })).await
}

/// Changes a survey, publishes it, and waits until the server shows no older version of it.
///
/// # Errors
/// The server refuses it, or does not show it.
pub async fn publish(stage: &Stage, survey: &str, change: &Value) -> Result<()> {
    let path = format!("/v1/surveys/{survey}");
    let changed = stage.api.json(Method::PATCH, &path, change).await?;
    ensure!(changed.status.is_success(), "{change}: {} {}", changed.status, changed.text());
    let published = stage.api.json(Method::POST, &format!("{path}/publish"), &json!({})).await?;
    ensure!(published.status.is_success(), "{change}: {} {}", published.status, published.text());
    let touchpoint = published.json()?["touchpoints"][0].as_str().unwrap_or_default().to_owned();
    let version = published.json()?["version"].as_u64().context("a version")?;
    shown_when(stage, &touchpoint, |config| {
        let surveys = config["surveys"].as_array();
        !surveys.into_iter().flatten().any(|one| one["id"] == survey && one["version"].as_u64() < Some(version))
    })
    .await
}

/// Waits until what a browser is told at a touchpoint is as wanted.
///
/// # Errors
/// It never is.
pub async fn shown_when(stage: &Stage, touchpoint: &str, wanted: impl Fn(&Value) -> bool) -> Result<()> {
    until("the config", async || {
        let config = stage.api.get(&format!("/v1/embed/{}?touchpoint={touchpoint}", stage.site_key)).await?.json()?;
        Ok(wanted(&config).then_some(()))
    })
    .await
}
