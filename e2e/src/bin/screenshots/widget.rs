//! Pictures of what a customer sees: the shop, the card in every look and state, and the hosted form.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use bearing_e2e::card::Card;
use bearing_e2e::proxy::Proxy;
use bearing_e2e::server::Server;
use bearing_e2e::stage::Stage;
use bearing_e2e::wait::until;
use hyper::{Method, StatusCode};
use serde_json::json;

use crate::camera::{Camera, SCREENS};

/// The looks, each a touchpoint with a survey of its own, and what the survey measures.
const LOOKS: [(&str, &str); 4] = [("bar", "nps"), ("centre", "nps"), ("stars", "csat"), ("faces", "csat")];

/// Everything that a customer sees, on each screen and in each colour scheme.
pub(crate) async fn all(folder: &Path) -> Result<()> {
    let demo = Server::launch("demo", &[]).await?;
    let mut stage = Stage::set("nps").await?;
    stage.host.put_tag("");
    for (look, metric) in LOOKS {
        make(&stage, look, metric).await?;
    }
    for screen in SCREENS {
        for scheme in ["light", "dark"] {
            let camera = Camera::at(folder, screen, scheme).await?;
            shop(&camera, &demo.url()).await?;
            card(&camera, &mut stage).await?;
            for (look, _) in LOOKS {
                looks(&camera, &stage, look).await?;
            }
            hosted(&camera, &stage).await?;
            camera.browser.close().await?;
        }
    }
    Ok(())
}

async fn shop(camera: &Camera, url: &str) -> Result<()> {
    for (view, path, asks) in [
        ("shop-home", "", false),
        ("shop-product", "product?lamp=arc", true),
        ("shop-checkout", "checkout?lamp=arc", true),
        ("shop-thank-you", "thank-you?lamp=arc", true),
    ] {
        camera.browser.open(&format!("{url}/demo/{path}")).await?;
        if asks {
            Card::shown(&camera.browser).await?;
        }
        camera.take(view).await?;
    }
    Ok(())
}

/// The card's states on a stranger's page, in English and from right to left, and the hosted rest in its frame.
async fn card(camera: &Camera, stage: &mut Stage) -> Result<()> {
    for (language, send) in [("en", "Send"), ("ar", "إرسال")] {
        stage.host.put_tag(&stage.tag(&stage.server.url(), &format!(r#"data-locale="{language}""#)));
        forget(camera, stage).await?;
        let card = Card::shown(&camera.browser).await?;
        camera.take(&format!("card-1-first-{language}")).await?;
        card.pick(9).await?;
        card.find("textarea").await?;
        camera.take(&format!("card-2-follow-up-{language}")).await?;
        card.write("Fast and friendly 🚀").await?;
        card.button(send).await?.click().await?;
        card.find(".thanks").await?;
        camera.take(&format!("card-3-thanks-{language}")).await?;
    }
    let proxy = Proxy::start(stage.server.address).await?;
    proxy.refuse("/w/", StatusCode::NOT_FOUND);
    stage.host.put_tag(&stage.tag(&proxy.url(), ""));
    forget(camera, stage).await?;
    let card = Card::shown(&camera.browser).await?;
    card.pick(3).await?;
    let frame = card.find("iframe").await?;
    frame.enter_frame().await?;
    camera.browser.find("textarea").await?;
    camera.browser.client.enter_parent_frame().await?;
    camera.take("card-4-no-wasm").await.map(drop)
}

/// Publishes the survey of a look: a position or a style of its scale, a question that must be answered, and a link at
/// the end.
async fn make(stage: &Stage, look: &str, metric: &str) -> Result<()> {
    let path = format!("/v1/surveys/{}", stage.survey_at(look, metric).await?);
    let mut questions = stage.api.read(&path).await?["questions"].take();
    let (mut position, mut groups) = ("corner", "promoters");
    if metric == "nps" {
        position = look;
    } else {
        questions[0]["style"] = json!(look);
        groups = "satisfied";
    }
    questions[1]["required"] = json!(true);
    let more = json!({ "id": "more", "kind": "text", "text": { "en": "Is there anything else?" } });
    questions.as_array_mut().context("questions are a list")?.push(more);
    let link = json!({ "url": "https://reviews.example/shop", "text": { "en": "Write a review" } });
    let endings = json!([{ "groups": [groups], "text": { "en": "Thank you! Would you tell others?" }, "link": link }]);
    // It goes before the survey that is shown on any page.
    let change =
        json!({ "priority": -1, "questions": questions, "look": { "position": position }, "endings": endings });
    for (method, path, body) in [(Method::PATCH, path.clone(), change), (Method::POST, path + "/publish", json!({}))] {
        let reply = stage.api.json(method, &path, &body).await?;
        ensure!(reply.status.is_success(), "{path}: {} {}", reply.status, reply.text());
    }
    let config = format!("/v1/embed/{}?touchpoint={look}", stage.site_key);
    until("the look", async || {
        let config = stage.api.get(&config).await?.json()?;
        let surveys = config["surveys"].as_array().into_iter().flatten();
        Ok(surveys.into_iter().any(|survey| survey["version"] == 2).then_some(()))
    })
    .await
}

/// A look's states: first, foot open, chosen, fault, second step, thanks with a link, withdrawn, declined.
async fn looks(camera: &Camera, stage: &Stage, look: &str) -> Result<()> {
    stage.host.put_tag(&stage.tag(&stage.server.url(), &format!(r#"data-touchpoint="{look}""#)));
    forget(camera, stage).await?;
    let card = Card::shown(&camera.browser).await?;
    camera.take(&format!("{look}-1-first")).await?;
    card.find("summary").await?.click().await?;
    card.find(".never").await?;
    camera.take(&format!("{look}-2-foot")).await?;
    card.find("summary").await?.click().await?;
    card.pick(if look == "bar" || look == "centre" { 9 } else { 4 }).await?;
    card.find("textarea").await?;
    camera.take(&format!("{look}-3-chosen")).await?;
    card.button("Next").await?.click().await?;
    card.find(".fault").await?;
    camera.take(&format!("{look}-4-fault")).await?;
    card.write("Fast and friendly").await?;
    card.button("Next").await?.click().await?;
    card.find(".progress").await?;
    camera.take(&format!("{look}-5-step")).await?;
    card.button("Send").await?.click().await?;
    card.find(".thanks").await?;
    camera.take(&format!("{look}-6-thanks")).await?;
    card.find("summary").await?.click().await?;
    card.find(".withdraw").await?.click().await?;
    card.find(".thanks").await?;
    camera.take(&format!("{look}-7-withdrawn")).await?;
    forget(camera, stage).await?;
    let card = Card::shown(&camera.browser).await?;
    card.find("summary").await?.click().await?;
    card.find(".never").await?.click().await?;
    card.find(".thanks").await?;
    camera.take(&format!("{look}-8-declined")).await.map(drop)
}

/// Opens the stranger's page as a visitor who was never here.
async fn forget(camera: &Camera, stage: &Stage) -> Result<()> {
    let origin = json!({ "origin": stage.host.origin(), "storageTypes": "all" });
    camera.browser.open("about:blank").await?;
    camera.browser.devtools("Storage.clearDataForOrigin", origin).await?;
    camera.browser.open(&stage.host.page("plain.html")).await
}

async fn hosted(camera: &Camera, stage: &Stage) -> Result<()> {
    let form = format!("{}/s/{}", stage.server.url(), stage.survey);
    for (view, query) in [("hosted", ""), ("hosted-mailed", "?score=9"), ("hosted-ar", "?lang=ar")] {
        camera.browser.open(&format!("{form}{query}")).await?;
        camera.browser.find("form").await?;
        camera.take(view).await?;
    }
    camera.browser.find("label:has(input[value='8'])").await?.click().await?;
    camera.browser.find("form button").await?.click().await?;
    camera.browser.find(".thanks").await?;
    camera.take("hosted-thanks-ar").await.map(drop)
}
