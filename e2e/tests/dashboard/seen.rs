//! Where the tag was seen: a page that has it appears by itself, and one that may not send answers is let in with a button.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::host::Host;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;

#[tokio::test]
async fn a_page_that_has_the_tag_appears_by_itself_and_is_let_in() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let staging = Host::start().await?;
    staging.put_tag(&stage.tag(&stage.server.url(), ""));
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    team::open(&browser, &stage.server, &format!("/app/{}/settings/tag", stage.site)).await?;
    team::saying(&browser, ".entry", "Never seen").await?;

    let visitor = Browser::start().await?;
    visitor.open(&stage.host.page("plain.html")).await?;
    team::saying(&browser, ".entry", "Seen just now").await?;
    visitor.open(&staging.page("plain.html")).await?;
    team::saying(&browser, ".entry", &staging.origin()).await?;
    team::saying(&browser, ".entry", "Not allowed").await?;
    team::press(&browser, ".entry button", "Allow this origin").await?;
    let both = [stage.host.origin(), staging.origin()];
    bearing_e2e::wait::until("both on the list", async || {
        let site = stage.api.read(&format!("/v1/sites/{}", stage.site)).await?;
        Ok((site["origins"] == serde_json::json!(both)).then_some(()))
    })
    .await?;
    let allowed =
        "return [...document.querySelectorAll('.entry')].every(row => !row.innerText.includes('Not allowed'))";
    bearing_e2e::wait::until("every row is allowed", async || {
        Ok((browser.look(allowed, Vec::new()).await? == true).then_some(()))
    })
    .await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());
    visitor.close().await?;
    browser.close().await
}
