//! What a page's own code asks of the widget, call by call, and what a visitor and the owner see of it.

use std::process::Command;

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, HOST, gone, is_shown};
use bearing_e2e::page::{call, heard, heard_times, memory, put_tag, reasons, stored};
use bearing_e2e::stage::{Stage, answer, text};
use bearing_e2e::survey::publish;
use bearing_e2e::wait::until;
use fantoccini::Locator;
use serde_json::{Value, json};

/// What a page puts before the tag so that it may call at once.
const EARLY: &str = "window.bearing=window.bearing||function(){(bearing.q=bearing.q||[]).push(arguments)};";

/// A stage with its page open in a browser.
async fn opened(metric: &str, attributes: &str, more: &str) -> Result<(Stage, Browser)> {
    let stage = Stage::set(metric).await?;
    put_tag(&stage, attributes, more);
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    Ok((stage, browser))
}

#[tokio::test]
async fn a_forced_survey_asks_no_rules_and_its_answer_is_a_test() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let rules = json!({ "sample_percent": 0, "urls": [{ "match": "exact", "value": "/nowhere" }] });
    publish(&stage, &stage.survey, &json!({ "rules": rules })).await?;
    put_tag(&stage, "", "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    assert_eq!(call(&browser, json!(["show", { "survey": stage.survey }])).await?, Value::Null, "rules hold");
    assert!(!is_shown(&browser).await?);
    let wanted = json!(["show", { "survey": stage.survey, "force": true }]);
    assert_eq!(call(&browser, wanted).await?, json!(stage.survey));
    Card::shown(&browser).await?.pick(2).await?;
    heard_times(&browser, "delivered", 1).await?;
    let tests = stage.api.responses("&state=test").await?;
    assert_eq!((tests.len(), &answer(&tests[0], "score")["value"]), (1, &json!(2)), "{tests:?}");
    assert_eq!(stage.api.score("nps").await?["n"], 0);
    stage.responses(0).await?;
    browser.close().await
}

#[tokio::test]
async fn show_brings_what_waits_for_a_moment_once_at_a_time() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let rules = json!({ "triggers": [{ "on": "track", "name": "paid" }] });
    publish(&stage, &stage.survey, &json!({ "rules": rules })).await?;
    put_tag(&stage, "data-auto=off", "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    call(&browser, json!(["track", "paid"])).await?;
    assert!(!is_shown(&browser).await?, "nothing by itself");
    assert_eq!(call(&browser, json!(["show", {}])).await?, json!(stage.survey));
    Card::shown(&browser).await?;
    assert_eq!(call(&browser, json!(["show", {}])).await?, Value::Null, "one card at a time");
    assert_eq!(browser.client.find_all(Locator::Css(HOST)).await?.len(), 1);
    browser.close().await
}

#[tokio::test]
async fn a_named_customer_is_verified_and_the_card_says_so() -> Result<()> {
    let (stage, browser) = opened("nps", "", "").await?;
    let change = json!({ "rotate_identity_secret": true });
    let site = stage.api.json(hyper::Method::PATCH, &format!("/v1/sites/{}", stage.site), &change).await?.json()?;
    let mut sign = Command::new(env!("CARGO_BIN_EXE_sign"));
    let signed = sign.env("BEARING_IDENTITY_SECRET", text(&site, "identity_secret")?).arg("cust-42").output()?;
    ensure!(signed.status.success(), "{signed:?}");
    let signature = String::from_utf8(signed.stdout)?.trim().to_owned();

    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    stage.responses_when(1, |response| response["identity"] == "anonymous").await?;
    card.find("summary").await?.click().await?;
    card.reads("It is anonymous.").await?;
    let named = json!({ "customer": "cust-42", "signature": signature, "attributes": { "plan": "pro" } });
    call(&browser, json!(["identify", named])).await?;
    card.reads("It is linked to your customer account.").await?;
    ensure!(!card.text().await?.contains("It is anonymous."), "one of the two");
    card.send().await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!((&stored[0]["identity"], &stored[0]["respondent"]["customer"]), (&json!("verified"), &json!("cust-42")));
    assert_eq!(stored[0]["attributes"]["plan"], "pro");
    browser.close().await
}

#[tokio::test]
async fn a_language_is_taken_from_the_next_decision_on() -> Result<()> {
    let (_stage, browser) = opened("nps", "data-auto=off", "").await?;
    call(&browser, json!(["locale", "nl"])).await?;
    call(&browser, json!(["show", {}])).await?;
    Card::shown(&browser).await?.reads("Hoe waarschijnlijk").await?;
    browser.close().await
}

#[tokio::test]
async fn a_listener_hears_until_it_is_taken_away() -> Result<()> {
    let early = format!("<script>{EARLY}</script>");
    let (stage, browser) = opened("nps", "", &early).await?;
    let card = Card::shown(&browser).await?;
    let hear = "window.first=[];window.second=[];window.stop=bearing('on','answered',function(told){first.push(told)});\
                bearing('on','answered',function(told){second.push(told);throw new Error('the page\\'s own')})";
    browser.look(hear, Vec::new()).await?;
    card.pick(3).await?;
    until(
        "the first answer",
        async || Ok((browser.look("return second.length", Vec::new()).await? == 1).then_some(())),
    )
    .await?;
    browser.look("stop()", Vec::new()).await?;
    card.pick(4).await?;
    until("the second answer", async || {
        Ok((browser.look("return second.length", Vec::new()).await? == 2).then_some(()))
    })
    .await?;
    let told = browser.look("return [first, second]", Vec::new()).await?;
    assert_eq!(told[0].as_array().map(Vec::len), Some(1), "{told}");
    let id = stage.responses_when(1, |response| answer(response, "score")["value"] == 4).await?[0]["id"].clone();
    let expected = |score: u8| json!({ "survey": stage.survey, "id": id, "score": score });
    assert_eq!(told, json!([[expected(3)], [expected(3), expected(4)]]));
    browser.close().await
}

#[tokio::test]
async fn calls_before_the_loader_are_made_in_order() -> Result<()> {
    let early = format!(
        "<script>{EARLY}window.order=[];bearing('on','shown',function(){{order.push('shown')}});\
         bearing('attributes',{{plan:'free',team:'b'}});bearing('attributes',{{plan:'pro',team:null}});\
         bearing('on','answered',function(){{order.push('answered')}});bearing('nonsense')</script>"
    );
    let (stage, browser) = opened("nps", "", &early).await?;
    Card::shown(&browser).await?.pick(8).await?;
    assert_eq!(stage.responses(1).await?[0]["attributes"], json!({ "plan": "pro" }));
    until("both events", async || {
        Ok((browser.look("return order", Vec::new()).await? == json!(["shown", "answered"])).then_some(()))
    })
    .await?;
    let errors = heard_times(&browser, "error", 1).await?;
    let message = errors[0]["message"].as_str().unwrap_or_default();
    for name in [
        "nonsense",
        "show",
        "identify",
        "attributes",
        "track",
        "locale",
        "explain",
        "on",
        "reset",
        "consent",
        "destroy",
    ] {
        assert!(message.contains(name), "{name}: {message}");
    }
    let said = browser.look("return said", Vec::new()).await?;
    assert_eq!(said, json!([format!("warn: {message}")]));
    browser.close().await
}

#[tokio::test]
async fn a_visitor_who_is_forgotten_is_asked_anew_and_the_answer_stays() -> Result<()> {
    let (stage, browser) = opened("nps", "data-customer=cust-42 data-attr-plan=pro", "").await?;
    Card::shown(&browser).await?.pick(9).await?;
    let first = stage.responses(1).await?;
    let visitor = memory(&browser, &stage).await?["id"].clone();
    assert!(visitor.is_string());
    call(&browser, json!(["reset"])).await?;
    gone(&browser).await?;
    assert!(stored(&browser).await?.is_empty(), "{:?}", stored(&browser).await?);
    put_tag(&stage, "", "");
    browser.open(&stage.host.page("head.html")).await?;
    Card::shown(&browser).await?.pick(7).await?;
    let both = stage.responses(2).await?;
    let second = both.iter().find(|response| response["id"] != first[0]["id"]);
    assert_eq!(second.map(|response| &response["respondent"]["customer"]), Some(&Value::Null), "{both:?}");
    assert_ne!(memory(&browser, &stage).await?["id"], visitor);
    browser.close().await
}

#[tokio::test]
async fn consent_that_is_taken_back_clears_everything_and_given_again_starts_anew() -> Result<()> {
    let (stage, browser) = opened("nps", "", "").await?;
    Card::shown(&browser).await?;
    assert!(!stored(&browser).await?.is_empty());
    call(&browser, json!(["consent", false])).await?;
    gone(&browser).await?;
    until("an empty store", async || Ok(stored(&browser).await?.is_empty().then_some(()))).await?;
    assert_eq!(reasons(&browser, &stage.survey).await?, ["consent"]);
    assert_eq!(call(&browser, json!(["show", {}])).await?, Value::Null);
    call(&browser, json!(["consent", true])).await?;
    Card::shown(&browser).await?.pick(9).await?;
    stage.responses(1).await?;
    browser.close().await
}

#[tokio::test]
async fn without_consent_nothing_is_read_stored_or_shown() -> Result<()> {
    let (stage, browser) = opened("nps", "data-consent=wait", "").await?;
    heard_times(&browser, "ready", 1).await?;
    let ours = |loaded: Vec<String>| loaded.into_iter().filter(|name| name.starts_with(&stage.server.url())).count();
    assert_eq!(ours(browser.loaded().await?), 1, "the loader alone");
    // Asking for it changes nothing.
    assert_eq!(call(&browser, json!(["show", {}])).await?, Value::Null);
    assert!(!is_shown(&browser).await?);
    assert!(stored(&browser).await?.is_empty());
    call(&browser, json!(["consent", true])).await?;
    Card::shown(&browser).await?.pick(1).await?;
    stage.responses(1).await?;
    browser.close().await
}

#[tokio::test]
async fn destroyed_it_leaves_nothing_and_a_new_tag_starts_again() -> Result<()> {
    let stage = Stage::set("nps").await?;
    put_tag(&stage, "", "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("routes.html")).await?;
    Card::shown(&browser).await?;
    call(&browser, json!(["destroy"])).await?;
    let left = "return [typeof bearing, 'bearing' in window, document.querySelectorAll(arguments[0]).length]";
    assert_eq!(browser.look(left, vec![json!(HOST)]).await?, json!(["undefined", false, 0]));
    assert_eq!(heard(&browser, "dismissed").await?.len(), 0);
    browser.look("route('/elsewhere')", Vec::new()).await?;
    browser.look("document.body.append(document.createElement('bearing-survey'))", Vec::new()).await?;
    assert!(!is_shown(&browser).await?);
    assert_eq!(browser.complaints().await?, Vec::<String>::new());

    let again = "var script = document.createElement('script'); script.src = arguments[0];\
                 script.dataset.site = arguments[1]; document.querySelector('bearing-survey').remove(); document.body.append(script)";
    let src = format!("{}/bearing.js", stage.server.url());
    browser.look(again, vec![json!(src), json!(stage.site_key)]).await?;
    Card::shown(&browser).await?.pick(9).await?;
    stage.responses(1).await?;
    browser.close().await
}

#[tokio::test]
async fn an_element_holds_its_survey_when_it_stands_comes_or_goes() -> Result<()> {
    let stage = Stage::set("nps").await?;
    publish(&stage, &stage.survey, &json!({ "look": { "position": "inline" } })).await?;
    put_tag(&stage, "", &format!("<bearing-survey survey=\"{}\"></bearing-survey>", stage.survey));
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.write("in its place").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    stage.responses_when(1, |response| response["completed"] == true).await?;

    // Removed by the page, it ends; put in again, it asks again.
    browser.look("document.querySelector('bearing-survey').remove()", Vec::new()).await?;
    gone(&browser).await?;
    let add = "var element = document.createElement('bearing-survey'); element.setAttribute('survey', arguments[0]);\
               document.querySelector('h1').after(element)";
    browser.look(add, vec![json!(stage.survey)]).await?;
    Card::shown(&browser).await?;
    browser.look("document.querySelector('bearing-survey').remove()", Vec::new()).await?;
    gone(&browser).await?;
    assert_eq!(heard(&browser, "dismissed").await?.len(), 0, "the page took it away, not the visitor");
    browser.look(add, vec![json!(stage.survey)]).await?;
    Card::shown(&browser).await?.pick(3).await?;
    stage.responses(2).await?;
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}
