//! Display tokens: what the server says of a showing goes back with its answers, with a proof of work while it asks for one.

use std::time::Duration;

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::page::put_tag_from;
use bearing_e2e::proxy::{Answer, Proxy};
use bearing_e2e::recorder::Recorder;
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::wait::until;
use fantoccini::Locator;
use hyper::body::Bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A site whose tag leads to the server by a recorder and, before that, a proxy that may answer in the server's place.
struct Way {
    stage: Stage,
    recorder: Recorder,
    proxy: Proxy,
}

impl Way {
    async fn set() -> Result<Self> {
        let stage = Stage::set("nps").await?;
        let recorder = Recorder::start(stage.server.address).await?;
        let proxy = Proxy::start(recorder.address()).await?;
        put_tag_from(&stage, &proxy.url(), "", "");
        Ok(Self { stage, recorder, proxy })
    }

    fn events(&self) -> String {
        format!("/v1/embed/{}/events", self.stage.site_key)
    }

    /// The server says this of every showing.
    fn says(&self, reply: &'static str) {
        self.proxy.answer(&self.events(), Answer::Body(Bytes::from_static(reply.as_bytes())));
    }

    /// The token of each edition that was sent, in the order in which they came; null where there was none.
    fn tokens(&self) -> Result<Vec<Value>> {
        let asked = self.recorder.asked();
        let sent = asked.iter().filter(|asked| asked.path == self.stage.intake() && asked.method == "POST");
        sent.map(|asked| Ok(serde_json::from_str::<Value>(&asked.body)?["display"].take())).collect()
    }

    /// A visitor gives a score and a reason, and both are stored as one response.
    async fn answered(&self) -> Result<()> {
        let browser = Browser::start().await?;
        browser.open(&self.stage.host.page("plain.html")).await?;
        let card = Card::shown(&browser).await?;
        card.pick(9).await?;
        card.write("tokens are for trams").await?;
        card.send().await?;
        card.reads("Thank you for your answer!").await?;
        let stored = self.stage.responses_when(1, |response| response["completed"] == true).await?;
        assert_eq!(answer(&stored[0], "score")["value"], 9);
        browser.close().await
    }

    fn fetched_work(&self) -> bool {
        self.proxy.asked().iter().any(|asked| asked == "GET /work.js")
    }
}

/// How many zero bits the SHA-256 of a text begins with.
fn zeros(text: &str) -> u32 {
    let hash = Sha256::digest(text.as_bytes());
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).leading_zeros()
}

#[tokio::test]
async fn an_ordinary_answer_carries_what_the_server_said_of_its_showing() -> Result<()> {
    let way = Way::set().await?;
    way.answered().await?;
    let shown = until("the showing", async || {
        let asked = way.recorder.asked();
        Ok(asked.into_iter().find(|asked| asked.path == way.events() && asked.body.contains("\"shown\"")))
    })
    .await?;
    let said: Value = serde_json::from_str(&shown.reply).context("the reply to the showing")?;
    let tokens = way.tokens()?;
    assert!(!tokens.is_empty());
    assert!(said["display"].is_string(), "{said}");
    assert!(tokens.iter().all(|token| *token == said["display"]), "{said}: {tokens:?}");
    let stored = way.stage.responses_when(1, |response| response["completed"] == true).await?;
    // A machine is quicker than people are.
    let signs = stored[0]["suspicion"].as_array().context("its signs")?;
    assert!(signs.iter().all(|sign| sign == "too_fast"), "{signs:?}");
    assert!(!way.fetched_work(), "nobody asked for work");
    Ok(())
}

#[tokio::test]
async fn a_score_and_its_comment_carry_the_same_token() -> Result<()> {
    let way = Way::set().await?;
    way.says(r#"{"display":"tok.en-1"}"#);
    way.answered().await?;
    let tokens = way.tokens()?;
    assert!(tokens.len() >= 2 && tokens.iter().all(|token| token == "tok.en-1"), "{tokens:?}");
    Ok(())
}

#[tokio::test]
async fn while_the_site_is_under_attack_an_answer_carries_its_proof() -> Result<()> {
    let way = Way::set().await?;
    way.says(r#"{"display":"tok.en-2","work":12}"#);
    way.answered().await?;
    let tokens = way.tokens()?;
    // The first edition may have been too soon for a machine that builds at the same time; the comment took its time.
    let last = tokens.last().and_then(Value::as_str).context("a token")?;
    assert!(last.starts_with("tok.en-2~") && zeros(last) >= 12, "{tokens:?}");
    assert!(tokens.iter().all(|token| token == "tok.en-2" || *token == last), "{tokens:?}");
    assert!(way.fetched_work());
    Ok(())
}

#[tokio::test]
async fn an_answer_whose_token_never_comes_goes_without_it() -> Result<()> {
    let way = Way::set().await?;
    way.proxy.answer(&way.events(), Answer::LateReply(Duration::from_secs(600)));
    way.answered().await?;
    assert!(way.tokens()?.iter().all(Value::is_null), "{:?}", way.tokens()?);
    Ok(())
}

#[tokio::test]
async fn the_hosted_page_works_for_its_token_under_its_own_policy() -> Result<()> {
    let way = Way::set().await?;
    let page = concat!(
        r#"<!doctype html><title>Survey</title><script defer src="../hosted.js"></script>"#,
        r#"<form><input type="hidden" name="display" value="tok.en-3" data-work="12"><input name="seq"></form>"#
    );
    let path = format!("/s/{}", way.stage.survey);
    way.proxy.answer(&path, Answer::Body(Bytes::from_static(page.as_bytes())));
    let browser = Browser::start().await?;
    browser.open(&format!("{}{path}", way.proxy.url())).await?;
    until("the proof", async || {
        let field = browser.client.find(Locator::Css("[name=display]")).await?;
        let value = field.prop("value").await?.unwrap_or_default();
        Ok((value.starts_with("tok.en-3~") && zeros(&value) >= 12).then_some(()))
    })
    .await?;
    browser.close().await
}
