//! What a person meets while the server fails: what is amiss, and a way to try again.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::proxy::Proxy;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use hyper::StatusCode;

#[tokio::test]
async fn whatever_could_not_be_read_can_be_tried_again() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let proxy = Proxy::start(stage.server.address).await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    for screen in ["explore", "surveys", "responses", "settings/keys", "settings/audit"] {
        for path in ["/v1/reports", "/v1/responses", "/v1/surveys", "/v1/keys", "/v1/audit"] {
            proxy.refuse(path, StatusCode::SERVICE_UNAVAILABLE);
        }
        browser.open(&format!("{}/app/{}/{screen}", proxy.url(), stage.site)).await?;
        team::arrived(&browser).await?;
        browser.find(".failed").await?;
        let helpless = "return document.querySelectorAll('.failed:not(:has(.button))').length";
        let helpless = browser.look(helpless, Vec::new()).await?;
        ensure!(helpless == 0, "{screen}: {helpless} places have no way to try again");
        proxy.allow();
        browser.click(".failed .button").await?;
        let is_there = "return !document.querySelector('.failed, .waiting') && !!document.querySelector('main h1')";
        until(screen, async || Ok((browser.look(is_there, Vec::new()).await? == true).then_some(()))).await?;
    }
    browser.close().await
}
