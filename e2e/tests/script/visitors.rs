//! What visitors meet: the card on pages with the strictest policies, and the hosted page, with strings for every word.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::stage::{Stage, response_id};
use bearing_e2e::wait::until;
use fantoccini::Locator;
use hyper::Method;
use serde_json::json;

use crate::fill::{self, address};
use crate::strings::{Dealer, all, bare};
use crate::watch::{look, watch};

/// What the page allows: the loader and its renderer, and no string that becomes markup, script or an address of one.
const POLICY: &str = "default-src 'none'; script-src 'nonce-own' {server} 'wasm-unsafe-eval'; connect-src {server}; \
    frame-src {server}; require-trusted-types-for 'script'; trusted-types 'none'";

/// Where the three surveys stand, and the score that is given to each.
const SURVEYS: [(&str, &str, u8); 3] = [("first", "corner", 2), ("second", "bar", 9), ("third", "centre", 0)];

/// Makes a published survey of strings; its id.
async fn published(stage: &Stage, dealer: &mut Dealer, touchpoint: &str, position: &str) -> Result<String> {
    let mut content = fill::survey(dealer, touchpoint, position);
    content["metric"] = json!("nps");
    // Before the survey that the stage has for any page.
    content["priority"] = json!(-1);
    let made = stage.api.json(Method::POST, "/v1/surveys", &content).await?;
    ensure!(made.status == 201, "{}", made.text());
    let id = made.json()?["id"].as_str().unwrap_or_default().to_owned();
    let reply = stage.api.json(Method::POST, &format!("/v1/surveys/{id}/publish"), &json!({})).await?;
    ensure!(reply.status.is_success(), "{}", reply.text());
    Ok(id)
}

/// A text as an attribute of a tag says it.
fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// Collects what pages read.
#[derive(Default)]
struct Shown {
    words: String,
    faults: Vec<String>,
}

impl Shown {
    async fn look(&mut self, browser: &Browser) -> Result<()> {
        let seen = look(browser).await?;
        self.words.push_str(&seen.words);
        self.faults.extend(seen.faults);
        Ok(())
    }

    /// Every string was shown, and nothing came of any.
    fn judge(&self, what: &str) -> Result<()> {
        assert_eq!(self.faults, Vec::<String>::new(), "{what}");
        let missing: Vec<String> = all()?.into_iter().filter(|string| !self.words.contains(&bare(string))).collect();
        assert_eq!(missing, Vec::<String>::new(), "never shown by {what}");
        Ok(())
    }
}

#[tokio::test]
async fn no_string_of_script_runs_in_the_card_on_a_page_with_trusted_types() -> Result<()> {
    let (stage, mut dealer) = (Stage::set("nps").await?, Dealer::new()?);
    for (touchpoint, position, _) in SURVEYS {
        published(&stage, &mut dealer, touchpoint, position).await?;
    }
    let policy = POLICY.replace("{server}", &stage.server.url());
    stage.host.put_headers(&[("content-security-policy", policy.as_str())])?;
    let browser = Browser::start().await?;
    watch(&browser).await?;
    let mut shown = Shown::default();
    for (touchpoint, _, score) in SURVEYS {
        stage
            .patch_site(&json!({
                "name": dealer.fit("SitePatch.name", 200), "privacy_url": address(&mut dealer, "SitePatch.privacy_url"),
            }))
            .await?;
        let attributes = format!(
            "data-touchpoint=\"{touchpoint}\" data-customer=\"{}\" data-attr-plan=\"{}\"",
            quoted(&dealer.fit("Respondent.customer", 200)),
            quoted(&dealer.fit("Submission.attributes.*", 200)),
        );
        stage.host.put_tag(&stage.tag(&stage.server.url(), &attributes));
        let query = "q=<script>__ran()</script>&x=%22%3E%3Csvg/onload=__ran()%3E#<img src=x onerror=__ran()>";
        browser.open(&stage.host.page(&format!("ordinary.html?{touchpoint}&{query}"))).await?;
        browser.look("document.title = arguments[0]", vec![json!(dealer.fit("Context.title", 200))]).await?;
        let card = Card::shown(&browser).await?;
        shown.look(&browser).await?;
        card.pick(score).await?;
        // Five steps to choose at, and one to write.
        for step in 3..=7 {
            let next = card.button("Next").await?;
            shown.look(&browser).await?;
            next.click().await?;
            card.reads(&format!("{step} / 7")).await?;
        }
        card.write(&dealer.fit("Given.text", 200)).await?;
        shown.look(&browser).await?;
        card.send().await?;
        let field = if score < 7 { "Ending.text.*" } else { "SurveyContent.thanks.*" };
        let place = SURVEYS.iter().position(|(name, ..)| *name == touchpoint).unwrap_or_default();
        let thanks = bare(&dealer.given[field][place]);
        until("the thanks", async || Ok(look(&browser).await?.words.contains(&thanks).then_some(()))).await?;
        shown.look(&browser).await?;
    }
    stage.responses_when(SURVEYS.len(), |response| response["completed"] == true).await?;
    shown.judge("the card")?;
    browser.close().await
}

#[tokio::test]
async fn no_string_of_script_runs_on_the_hosted_page() -> Result<()> {
    let (stage, mut dealer) = (Stage::set("nps").await?, Dealer::new()?);
    let browser = Browser::start().await?;
    watch(&browser).await?;
    let mut shown = Shown::default();
    for (number, (touchpoint, position, _)) in (1..).zip(SURVEYS) {
        let survey = published(&stage, &mut dealer, touchpoint, position).await?;
        let privacy = address(&mut dealer, "SitePatch.privacy_url");
        stage.patch_site(&json!({ "name": dealer.fit("SitePatch.name", 200), "privacy_url": privacy })).await?;
        let page = format!("{}/s/{survey}", stage.server.url());
        // Everything that an address can bring into the form, and a fragment for the script of the framed page.
        let mut asked = |names: [&'static str; 6]| {
            url::Url::parse_with_params(&page, names.map(|name| (name, dealer.fit("(whole)", 200))))
        };
        // A form with an attribute of an impossible name is shown, and cannot be sent.
        let odd = ["attr.x\"><script>__ran()</script>", "thanks", "score", "test", "x", "<svg/onload=__ran()>"];
        browser.open(asked(odd)?.as_str()).await?;
        shown.look(&browser).await?;
        let url = asked(["touchpoint", "customer", "signature", "attr.plan", "attr.kind", "lang"])?;
        let handed = url::Url::parse_with_params(
            "x:y",
            [
                ("r", response_id(number).as_str()),
                ("seq", "1"),
                ("score", "3"),
                ("customer", dealer.fit("(whole)", 200).as_str()),
                ("attr.kind", "\"><svg/onload=__ran()>"),
            ],
        )?;
        browser.open(&format!("{url}#{}", handed.query().unwrap_or_default())).await?;
        let policy = stage.api.get(&format!("/s/{survey}")).await?.headers["content-security-policy"].clone();
        assert!(policy.to_str()?.contains("require-trusted-types-for 'script'"), "{policy:?}");
        shown.look(&browser).await?;
        let written = dealer.fit("Given.text", 200);
        browser.find("textarea").await?.click().await?;
        browser.insert(&written).await?;
        // The browser would keep a form without a score; the server sends it back with what was typed.
        let send = "document.querySelectorAll('[name=\"q.score\"]').forEach(function (one) { one.checked = false });\
            HTMLFormElement.prototype.submit.call(document.querySelector('form'))";
        browser.look(send, Vec::new()).await?;
        browser.reads("Please choose a score.").await?;
        let again = browser.find("textarea").await?.prop("value").await?;
        assert_eq!(again.as_deref(), Some(written.as_str()), "what was typed is there again");
        shown.look(&browser).await?;
        // The score that the card handed over is there again.
        browser.client.find(Locator::Css("form button")).await?.click().await?;
        browser.find(".thanks").await?;
        shown.look(&browser).await?;
        browser.open(&format!("{page}?thanks&lang=en")).await?;
        shown.look(&browser).await?;
    }
    let stored = stage.responses(SURVEYS.len()).await?;
    assert!(stored.iter().all(|response| response["source"] == "hosted"), "{stored:?}");
    shown.judge("the hosted page")?;
    browser.close().await
}
