//! `bearing demo`: a shop whose pages carry the real tag, two years of sample answers, and a key that reads them.

use anyhow::{Context, Result};
use bearing_e2e::api::Api;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone};
use bearing_e2e::page::decided;
use bearing_e2e::server::Server;
use bearing_e2e::stage::answer;
use bearing_e2e::wait::until;

/// The newest key that the demo printed.
fn printed_key(server: &Server) -> Option<String> {
    let printed = server.printed().join(" ");
    let mut words = printed.rsplit(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'));
    words.find(|word| word.starts_with("sk_")).map(str::to_owned)
}

#[tokio::test]
async fn a_shopper_answers_and_the_owner_reads_it() -> Result<()> {
    let server = Server::launch("demo", &[]).await?;
    let key = until("the key", async || Ok(printed_key(&server))).await?;
    let printed = server.printed().join("\n");
    let shop = format!("{}/demo/", server.url());
    assert!(printed.contains(&shop), "the shop's address is printed: {printed}");
    let api = Api { address: server.address, key };
    let sample = api.score("nps").await?;
    assert!(sample["n"].as_u64() > Some(1_000), "{sample}");
    let before = sample["n"].as_u64().context("a number")?;

    let browser = Browser::start().await?;
    browser.open(&shop).await?;
    decided(&browser).await?;
    gone(&browser).await?;

    // Home → product → checkout → thank-you, by the shop's own links and buttons.
    browser.click("a.button").await?;
    let card = Card::shown(&browser).await?;
    card.pick(5).await?;
    // The card lies over the corner of the page, and a shopper who wants to buy closes it.
    card.button("Close").await?.click().await?;
    gone(&browser).await?;
    let product = browser.client.current_url().await?;
    browser.click("main a.button, main form button").await?;
    until("the checkout", async || Ok((browser.client.current_url().await? != product).then_some(()))).await?;
    let card = Card::shown(&browser).await?;
    card.pick(7).await?;
    card.button("Close").await?.click().await?;
    gone(&browser).await?;
    browser.click("main form button").await?;
    until("the order", async || Ok(browser.client.current_url().await?.path().ends_with("/thank-you").then_some(())))
        .await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.write("lovely lamps 💡").await?;
    card.button("Next").await?.click().await?;
    card.send().await?;
    until("the thanks", async || Ok((!card.text().await?.contains("Send")).then_some(()))).await?;

    let found = until("the answer", async || {
        let found = api.responses("&q=lovely%20lamps%20%F0%9F%92%A1").await?;
        Ok(found.into_iter().next().filter(|response| response["completed"] == true))
    })
    .await?;
    assert_eq!((answer(&found, "score")["value"].as_u64(), found["touchpoint"].as_str()), (Some(9), Some("thank_you")));
    assert_eq!(found["source"], "embed");
    until("all three scores", async || {
        let mut fresh = Vec::new();
        for metric in ["nps", "csat", "ces"] {
            fresh.push(api.score(metric).await?["n"].as_u64());
        }
        Ok((fresh[0] == Some(before + 1)).then_some(()))
    })
    .await?;
    assert_eq!(browser.complaints().await?, Vec::<String>::new());

    for path in ["/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"] {
        assert_eq!(api.get(path).await?.status, 200, "{path}");
    }
    browser.close().await
}

#[tokio::test]
async fn a_second_start_finds_the_sample_and_the_answers_again() -> Result<()> {
    let mut server = Server::launch("demo", &[]).await?;
    let first = until("the key", async || Ok(printed_key(&server))).await?;
    let before = Api { address: server.address, key: first }.score("csat").await?;
    server.stop().await?;
    let lines = server.printed().len();
    server.start_again().await?;
    let again =
        until("the key", async || Ok((server.printed().len() > lines).then(|| printed_key(&server)).flatten())).await?;
    let after = Api { address: server.address, key: again }.score("csat").await?;
    assert_eq!((after["n"].as_u64(), &after["distribution"]), (before["n"].as_u64(), &before["distribution"]));
    Ok(())
}
