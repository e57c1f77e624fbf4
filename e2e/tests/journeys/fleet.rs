//! A fleet: two servers on one PostgreSQL say the same, count once between them, and go on when one is killed; and a site
//! that began on a file moves there.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bearing_e2e::api::Api;
use bearing_e2e::browser::Browser;
use bearing_e2e::server::{Server, run};
use bearing_e2e::stage::{Stage, response_id, text};
use bearing_e2e::team;
use bearing_e2e::wait::until;
use hyper::Method;
use serde_json::{Value, json};

/// Two servers that start at once on one empty database.
async fn two_servers() -> Result<(Server, Server)> {
    let place = bearing_fresh::postgres();
    let mut second = Server::prepare(None, "serve", &["--database-url", &place.url])?;
    let mut first = Server::prepare(Some(place), "serve", &[])?;
    tokio::try_join!(first.start_again(), second.start_again())?;
    Ok((first, second))
}

/// Sends each answer until it is acknowledged; how each was taken.
async fn send(api: Api, path: String, answers: Vec<Value>) -> Result<Vec<String>> {
    let mut statuses = Vec::new();
    for answer in answers {
        loop {
            let Ok(reply) = api.json(Method::POST, &path, &answer).await else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            if reply.status.is_success() {
                statuses.push(text(&reply.json()?["results"][0], "status")?);
                break;
            }
            ensure!(reply.status.as_u16() == 503, "{} {}", reply.status, reply.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(statuses)
}

#[tokio::test]
async fn two_servers_count_each_answer_once_and_one_may_die() -> Result<()> {
    const ANSWERS: u32 = 120;
    let (first, mut second) = two_servers().await?;
    let stage = Stage::set_on(first, "nps").await?;
    let there = Api { address: second.address, key: stage.api.key.clone() };
    let config = format!("/v1/embed/{}", stage.site_key);
    until("the other server knows the site", async || Ok(there.get(&config).await?.status.is_success().then_some(())))
        .await?;
    // The same answers to both, in opposite orders.
    let answers: Vec<Value> = (0..ANSWERS).map(|number| stage.response(number, (number % 11) as u8)).collect();
    let turned: Vec<Value> = answers.iter().rev().cloned().collect();
    let here = Api { address: stage.api.address, key: stage.api.key.clone() };
    let sending = tokio::spawn(send(here, stage.intake(), answers));
    let (path, api) = (stage.intake(), Api { address: second.address, key: stage.api.key.clone() });
    let other = tokio::spawn(send(api, path, turned));
    // One dies in the middle and comes back.
    until("some are there", async || {
        let n = stage.api.score("nps").await?["n"].as_u64().unwrap_or(0);
        Ok((n > u64::from(ANSWERS) / 4).then_some(()))
    })
    .await?;
    second.kill().await?;
    let alone = stage.api.score("nps").await?;
    assert!(alone["n"].as_u64() > Some(0), "the other goes on: {alone}");
    second.start_again().await?;
    let (one, two) = (sending.await??, other.await??);
    let stored = |statuses: &[String]| statuses.iter().filter(|status| *status == "stored").count();
    // What the killed one had stored without having said so is a duplicate to whoever asks next.
    assert!(stored(&one) + stored(&two) <= ANSWERS as usize, "{one:?} {two:?}");
    let (here, there) = (stage.api.score("nps").await?, there.score("nps").await?);
    assert_eq!(here, there, "both say the same");
    assert_eq!(here["n"].as_u64(), Some(ANSWERS.into()), "{here}");
    let ids: BTreeSet<String> =
        stage.responses(ANSWERS as usize).await?.iter().map(|one| text(one, "id")).collect::<Result<_>>()?;
    assert_eq!(ids, (0..ANSWERS).map(response_id).collect());
    stage.server.output(&["check"]).await.map(drop)
}

#[tokio::test]
async fn what_one_server_changes_the_other_serves() -> Result<()> {
    let (first, second) = two_servers().await?;
    let stage = Stage::set_on(first, "nps").await?;
    let there = Api { address: second.address, key: stage.api.key.clone() };
    // A key made at one opens the other; a survey paused at one is shown by neither.
    let config = format!("/v1/embed/{}", stage.site_key);
    let shows = async |api: &Api| -> Result<bool> {
        let reply = api.get(&config).await?;
        Ok(reply.status.is_success() && reply.text().contains(&stage.survey))
    };
    until("the survey is shown", async || Ok(shows(&there).await?.then_some(()))).await?;
    let paused = stage.api.json(Method::POST, &format!("/v1/surveys/{}/pause", stage.survey), &json!({})).await?;
    assert!(paused.status.is_success(), "{}", paused.text());
    until("it is paused there too", async || Ok((!shows(&there).await?).then_some(()))).await?;
    there.read("/v1/surveys").await.map(drop)
}

/// Who looks at one server's dashboard sees what the other stores, without a reload.
#[tokio::test]
async fn an_answer_at_one_server_moves_the_card_of_the_other() -> Result<()> {
    const N: &str = "const at = document.querySelector('.card.metric [data-n]'); return at && at.dataset.n";
    let (first, second) = two_servers().await?;
    let stage = Stage::set_on(first, "nps").await?;
    let browser = Browser::start().await?;
    // Each server prints the first owner's link, and only the last one printed holds.
    let made = ["user", "create", "--email", "ada@shop.example", "--public-url", &stage.server.url()];
    let link = text(&stage.server.command(&made).await?, "link")?;
    team::join(&browser, &link, "Ada Lovelace", "ada@shop.example").await?;
    browser.reads("Live").await?;
    browser.look("window.stayed = true", Vec::new()).await?;
    let there = Api { address: second.address, key: String::new() };
    let config = format!("/v1/embed/{}", stage.site_key);
    until("the other server knows the site", async || Ok(there.get(&config).await?.status.is_success().then_some(())))
        .await?;
    let stored = send(there, stage.intake(), vec![stage.response(1, 9)]).await?;
    assert_eq!(stored, ["stored"]);
    until("the answer on the card", async || Ok((browser.look(N, Vec::new()).await? == "1").then_some(()))).await?;
    assert_eq!(browser.look("return window.stayed", Vec::new()).await?, true);
    browser.close().await
}

#[tokio::test]
async fn a_store_on_a_file_moves_to_postgres_with_every_score() -> Result<()> {
    let mut stage = Stage::set_on(Server::start_on_file().await?, "nps").await?;
    let answers: Vec<Value> = (0..40).map(|number| stage.response(number, (number % 11) as u8)).collect();
    let api = Api { address: stage.api.address, key: stage.api.key.clone() };
    send(api, stage.intake(), answers).await?;
    let before = stage.api.score("nps").await?;
    stage.server.stop().await?;
    let place = bearing_fresh::postgres();
    let file = stage.server.data().join("bearing.db");
    let from = format!("sqlite:{}", file.to_str().context("the folder's name is text")?);
    let command = ["migrate", "--from", &from, "--to", &place.url];
    let moved = run(&command).await?;
    assert_eq!(moved.code, 0, "{moved:?}");
    assert!(moved.stdout.contains("1 sites with 40 counted answers"), "{}", moved.stdout);
    assert!(!moved.stdout.contains("bearing:bearing@"), "no password: {}", moved.stdout);
    // Into what is there already it does not move again.
    let again = run(&command).await?;
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("sites of its own"), "{}", again.stderr);
    // Sealed secrets went over as they were: the key that opens them stays the one of the file.
    let key = stage.server.data().join("secret.key");
    let key = key.to_str().context("the folder's name is text")?;
    let mut server = Server::prepare(Some(place), "serve", &["--secret-key-file", key])?;
    server.start_again().await?;
    let after = Api { address: server.address, key: stage.api.key.clone() }.score("nps").await?;
    assert_eq!(after, before);
    Ok(())
}
