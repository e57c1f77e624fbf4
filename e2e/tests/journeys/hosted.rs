//! The hosted form: a page of its own that works without script, records on POST alone and forgets nothing typed.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::http::ask;
use bearing_e2e::stage::{Stage, answer, response_id};
use fantoccini::Locator;
use hyper::Method;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_visitor_without_script_answers() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start_without_script().await?;
    browser.open(&format!("{}/s/{}", stage.server.url(), stage.survey)).await?;
    browser.find("textarea").await?.click().await?;
    browser.insert("paper is fine too 📝").await?;
    // Without a score the browser itself stays on the form, and what was typed stays in it.
    browser.client.find(Locator::Css("form button")).await?.click().await?;
    browser.find("label:has(input[value='8'])").await?.click().await?;
    assert_eq!(browser.find("textarea").await?.prop("value").await?.as_deref(), Some("paper is fine too 📝"));
    stage.responses(0).await?;
    browser.client.find(Locator::Css("form button")).await?.click().await?;
    browser.reads("Thank you for your answer!").await?;
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 8);
    assert_eq!(answer(&stored[0], "why")["text"], "paper is fine too 📝");
    assert_eq!((stored[0]["completed"].as_bool(), stored[0]["source"].as_str()), (Some(true), Some("hosted")));

    // Reloading the thank-you, or going back and sending again, is the same response.
    browser.client.refresh().await?;
    browser.reads("Thank you for your answer!").await?;
    browser.client.back().await?;
    browser.find("form button").await?.click().await?;
    browser.reads("Thank you for your answer!").await?;
    stage.responses(1).await?;
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["distribution"]["8"].as_u64()), (Some(1), Some(1)), "{report}");
    browser.close().await
}

#[tokio::test]
async fn a_mailed_score_is_preselected_and_only_a_post_records_it() -> Result<()> {
    let stage = Stage::set("csat").await?;
    let browser = Browser::start_without_script().await?;
    let link = format!("{}/s/{}?score=4&touchpoint=mail&attr.plan=pro&lang=nl", stage.server.url(), stage.survey);
    browser.open(&link).await?;
    assert!(browser.find("input[value='4']").await?.is_selected().await?);
    assert_eq!(browser.find("html").await?.attr("lang").await?.as_deref(), Some("nl"));
    stage.responses(0).await?;
    browser.find("form button").await?.click().await?;
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 4);
    assert_eq!(
        (stored[0]["touchpoint"].as_str(), stored[0]["attributes"]["plan"].as_str()),
        (Some("mail"), Some("pro"))
    );
    browser.close().await
}

#[tokio::test]
async fn a_form_without_a_score_comes_back_with_what_was_typed() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let path = format!("/s/{}", stage.survey);
    let body =
        format!("id={}&seq=0&version=1&touchpoint=&locale=en&q.why=%3Cb%3Ekept%3C%2Fb%3E+%F0%9F%93%9D", response_id(1));
    let reply = stage.api.send(ask(Method::POST, &path, FORM, body)?).await?;
    let page = reply.text().replace("&gt;", ">");
    assert_eq!(reply.status, 422, "{page}");
    assert!(page.contains("Please choose a score."), "{page}");
    assert!(page.contains("&lt;b>kept&lt;/b> 📝"), "{page}");
    assert!(page.contains("aria-invalid=\"true\""), "the fault stands beside its question: {page}");
    stage.responses(0).await?;

    // The same form with a score is accepted, and accepted once.
    let body = format!("id={}&seq=0&version=1&touchpoint=&locale=en&q.score=0&q.why=kept", response_id(1));
    for _ in 0..2 {
        let reply = stage.api.send(ask(Method::POST, &path, FORM, body.clone())?).await?;
        assert!(reply.status.is_success() || reply.status.is_redirection(), "{}", reply.text());
    }
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 0);
    Ok(())
}

#[tokio::test]
async fn a_get_never_records_and_an_unknown_survey_is_a_404() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let page = stage.api.get(&format!("/s/{}?score=9", stage.survey)).await?;
    assert_eq!((page.status.as_u16(), page.headers["content-type"].to_str()?), (200, "text/html; charset=utf-8"));
    stage.responses(0).await?;
    for path in ["/s/sv_unknown", "/s/", "/s/sv_%F0%9F%93%9D"] {
        assert_eq!(stage.api.get(path).await?.status, 404, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn the_field_for_programs_is_out_of_everybodys_way() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&format!("{}/s/{}?lang=en", stage.server.url(), stage.survey)).await?;
    let script = "var field = document.querySelector('[name=confirm_site]'); var around = field.closest('.trap');\
                  var box = around.getBoundingClientRect(); var page = document.documentElement;\
                  return [field.tabIndex, field.value, box.width <= 1 && box.height <= 1,\
                  getComputedStyle(around).overflow, page.scrollWidth <= page.clientWidth]";
    let found = browser.look(script, Vec::new()).await?;
    assert_eq!(found, serde_json::json!([-1, "", true, "hidden", true]));
    // Whoever goes through the form by keyboard never meets it: from the last button on, the page's own link is next.
    browser.find("form button").await?;
    let script = "document.querySelector('form button').focus(); return document.activeElement.className";
    assert_eq!(browser.look(script, Vec::new()).await?, "send");
    browser.press(fantoccini::key::Key::Tab).await?;
    let script = "return document.activeElement.name || ''";
    assert_ne!(browser.look(script, Vec::new()).await?, "confirm_site");
    browser.close().await
}
