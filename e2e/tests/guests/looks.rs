//! Every look of a card: where it stands, how its scale is drawn, its foot open, its endings, and what it says in parting.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::stage::Stage;
use bearing_e2e::survey::{publish, words};
use serde_json::json;

use crate::walk::open;

/// The looks: a touchpoint with a survey of its own for each, what it measures, and a score that has an ending.
pub(crate) const LOOKS: [(&str, &str, u8); 7] = [
    ("numbers", "csat", 5),
    ("stars", "csat", 5),
    ("faces", "csat", 5),
    ("effort", "ces", 7),
    ("bar", "nps", 10),
    ("centre", "nps", 10),
    ("inline", "nps", 10),
];

/// Makes a survey of one question for each look, with an ending that leads elsewhere.
pub(crate) async fn make(stage: &Stage) -> Result<()> {
    stage.patch_site(&json!({ "privacy_url": "https://shop.example/privacy" })).await?;
    for (look, metric, _) in LOOKS {
        let survey = stage.survey_at(look, metric).await?;
        let mut score = stage.api.read(&format!("/v1/surveys/{survey}")).await?["questions"][0].take();
        if matches!(look, "stars" | "faces") {
            score["style"] = json!(look);
        }
        let groups = match metric {
            "csat" => "satisfied",
            "ces" => "easy",
            _ => "promoters",
        };
        let text = words(
            "You made our day! Would you tell others?",
            "Das freut uns! Empfehlen Sie uns weiter?",
            "أسعدتنا! هل تخبر الآخرين؟",
            "ありがとうございます。ほかの方にも教えていただけますか?",
        );
        let link = words("Write a review", "Bewertung schreiben", "اكتب تقييمًا", "レビューを書く");
        // It goes before the survey that is shown on any page.
        let change = json!({
            "priority": -1, "questions": [score],
            "look": { "position": if matches!(look, "bar" | "centre" | "inline") { look } else { "corner" } },
            "endings": [{ "groups": [groups], "text": text, "link": { "url": "https://reviews.example/", "text": link } }],
        });
        publish(stage, &survey, &change).await.context(look)?;
    }
    Ok(())
}

/// Walks through every look but those that `skipped` names, and calls `see` in each of its states.
pub(crate) async fn walk(
    browser: &Browser,
    stage: &Stage,
    language: &str,
    skipped: &[&str],
    mut see: impl AsyncFnMut(&str) -> Result<()>,
) -> Result<()> {
    for (look, _, score) in LOOKS.iter().filter(|(look, ..)| !skipped.contains(look)) {
        let mut see = async |state: &str| see(&format!("{look}, {state}")).await;
        let mut tag = stage.tag(&stage.server.url(), &format!("data-locale={language} data-touchpoint={look}"));
        if *look == "inline" {
            let config = stage.api.get(&format!("/v1/embed/{}?touchpoint=inline", stage.site_key)).await?.json()?;
            let mut surveys = config["surveys"].as_array().into_iter().flatten();
            let inline = surveys.find(|survey| survey["position"] == "inline").context("there is an inline survey")?;
            let survey = inline["id"].as_str().context("a survey has an id")?;
            tag = tag.replace("data-locale", "data-auto=off data-locale")
                + &format!("<bearing-survey survey={survey}></bearing-survey>");
        }
        stage.host.put_tag(&tag);
        let card = open(browser, stage).await?;
        see("first question").await?;
        card.find("summary").await?.click().await?;
        see("foot open").await?;
        card.pick(*score).await?;
        card.find(".thanks").await?;
        card.find("[role=status] a.link").await?;
        see("ending").await?;
        // What stays after an answer says how to take it back.
        card.find("button.withdraw").await?.click().await?;
        card.find("[role=status]:not(:has(a)) .thanks").await?;
        see("withdrawn").await?;
    }
    Ok(())
}
