//! What is suspicious stays outside the score, with its reason, until a member says otherwise; an attack is told to whoever
//! looks.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::server::Server;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

/// Waits until so many responses count.
async fn counted(stage: &Stage, n: u64) -> Result<Value> {
    until("the score", async || {
        let score = stage.api.score("nps").await?;
        ensure!(score["n"] == n, "so far: {score}");
        Ok(Some(score))
    })
    .await
}

/// Waits until the overview's card says so many.
async fn on_the_card(browser: &Browser, stage: &Stage, n: &str) -> Result<()> {
    team::open(browser, &stage.server, &format!("/app/{}", stage.site)).await?;
    let said = "return document.querySelector('.card.metric [data-n]')?.dataset.n";
    until("the card", async || Ok((browser.look(said, Vec::new()).await? == n).then_some(()))).await
}

#[tokio::test]
async fn a_suspicious_answer_is_released_and_put_back_and_the_score_follows() -> Result<()> {
    let stage = Stage::set("nps").await?;
    stage.patch_site(&json!({ "protect": "strict" })).await?;
    stage.api.bring(&[stage.response(1, 10), stage.response(2, 10), stage.response(3, 9)]).await?;
    // Nobody was shown the survey. The sender hears what everybody hears.
    let forged = stage.api.post_from(&stage.host.origin(), &stage.intake(), &stage.response(4, 0)).await?;
    assert_eq!(forged.json()?["results"][0]["status"], "stored");
    assert_eq!(counted(&stage, 3).await?["score"], 100.0);

    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    on_the_card(&browser, &stage, "3").await?;
    team::open(&browser, &stage.server, &format!("/app/{}/responses", stage.site)).await?;
    team::press(&browser, ".tabs a", "Quarantine 1").await?;
    team::saying(&browser, "li.response", "Quarantine").await?;
    team::press(&browser, "li.response a", "").await?;
    team::saying(&browser, "#state", "it looked suspicious and is kept aside").await?;
    team::saying(&browser, ".signs li", "It does not say that the survey was shown.").await?;

    // Released, it counts; undone, it is aside again, with its reason.
    team::press(&browser, ".deeds button", "Put back into the score").await?;
    team::saying(&browser, "#state", "Yes, it counts.").await?;
    assert_eq!(counted(&stage, 4).await?["score"], 50.0);
    team::press(&browser, ".toast button", "Undo").await?;
    team::saying(&browser, "#state", "it looked suspicious and is kept aside").await?;
    counted(&stage, 3).await?;
    team::saying(&browser, ".signs li", "It does not say that the survey was shown.").await?;

    // For good it is excluded, and that can be undone as well.
    team::press(&browser, ".deeds button", "Exclude").await?;
    team::saying(&browser, "#state", "a member took it out").await?;
    team::press(&browser, ".deeds button", "Put back into the score").await?;
    team::saying(&browser, "#state", "Yes, it counts.").await?;
    counted(&stage, 4).await?;
    on_the_card(&browser, &stage, "4").await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn whoever_looks_at_the_site_learns_of_an_attack_as_it_begins() -> Result<()> {
    // Here strangers come from this machine, whose address is nobody's to watch otherwise.
    let server = Server::launch("serve", &["--rate-limits", "on"]).await?;
    let stage = Stage::set_on(server, "nps").await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    browser.reads("Live").await?;
    browser.look("window.stayed = true", Vec::new()).await?;
    let note = "return document.querySelectorAll('.attack').length";
    assert_eq!(browser.look(note, Vec::new()).await?, 0);

    let forged: Vec<Value> = (0..60).map(|number| stage.response(number, 0)).collect();
    for some in forged.chunks(30) {
        let reply = stage.api.post_from(&stage.host.origin(), &stage.intake(), &json!(some)).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    team::saying(&browser, "[role=status] .attack", "Under attack since").await?;
    assert_eq!(browser.look("return window.stayed", Vec::new()).await?, true, "nothing was loaded anew");
    counted(&stage, 0).await?;
    team::press(&browser, ".attack a", "Look at them").await?;
    team::saying(&browser, "li.response", "Quarantine").await?;
    team::saying(&browser, ".attack", "Under attack since").await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}
