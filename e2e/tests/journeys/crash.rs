//! kill -9 under load: every acknowledged answer is there after the restart, once, and the score counts each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use anyhow::Result;
use bearing_e2e::http::{Connection, ask};
use bearing_e2e::server::Server;
use bearing_e2e::stage::{Stage, response_id};
use bearing_e2e::wait::until;
use hyper::Method;
use serde_json::json;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
/// Acknowledged answers of one round before the blow.
const PER_ROUND: u32 = 300;

/// What the senders of one round share.
struct Load {
    stage: Stage,
    next: AtomicU32,
    acknowledged: AtomicU32,
    dead: AtomicBool,
}

/// Sends one answer after the other until the server dies. Returns what was acknowledged and what was under way.
async fn send(load: Arc<Load>) -> Result<(Vec<u32>, Option<u32>)> {
    let mut connection = Connection::open(load.stage.server.address).await?;
    let mut acknowledged = Vec::new();
    loop {
        let number = load.next.fetch_add(1, Ordering::Relaxed);
        let body = load.stage.response(number, (number % 11) as u8).to_string();
        let request = ask(Method::POST, &load.stage.intake(), "text/plain", body)?;
        match connection.send(request).await {
            Ok(reply) if reply.status == 200 && reply.json()?["results"][0]["status"] == "stored" => {
                acknowledged.push(number);
                load.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Ok(reply) => anyhow::bail!("{}: {}", reply.status, reply.text()),
            Err(_) if load.dead.load(Ordering::Acquire) => return Ok((acknowledged, Some(number))),
            Err(error) => return Err(error),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_answers_survive_five_kills() -> Result<()> {
    let server = Server::launch("serve", &["--rate-limits", "off"]).await?;
    let mut stage = Stage::set_on(server, "nps").await?;
    let (mut acknowledged, mut under_way) = (BTreeSet::new(), BTreeSet::new());
    let mut next = 0;
    for round in 0..ROUNDS {
        let child = stage.server.id();
        let load = Arc::new(Load { stage, next: next.into(), acknowledged: 0.into(), dead: false.into() });
        let mut senders = JoinSet::new();
        for _ in 0..CONNECTIONS {
            senders.spawn(send(Arc::clone(&load)));
        }
        let enough = until("the load", async || {
            if let Some(ended) = senders.try_join_next() {
                ended??;
            }
            Ok((load.acknowledged.load(Ordering::Relaxed) >= PER_ROUND).then_some(()))
        });
        enough.await?;
        load.dead.store(true, Ordering::Release);
        let id = child.unwrap_or_default();
        let shot = tokio::process::Command::new("sh").arg("-c").arg(format!("kill -KILL {id}")).status().await?;
        assert!(shot.success());
        while let Some(ended) = senders.join_next().await {
            let (stored, cut) = ended??;
            acknowledged.extend(stored);
            under_way.extend(cut);
        }
        next = load.next.load(Ordering::Relaxed);
        stage = Arc::into_inner(load).map(|load| load.stage).ok_or_else(|| anyhow::anyhow!("a sender still runs"))?;
        stage.server.kill().await?;
        stage.server.start_again().await?;

        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        let mut scores: BTreeMap<String, u64> = (0..=10).map(|score: u8| (score.to_string(), 0)).collect();
        for response in stage.api.responses("").await? {
            *found.entry(response["id"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
            *scores.entry(response["answers"][0]["value"].to_string()).or_default() += 1;
        }
        let lost: Vec<_> = acknowledged.iter().filter(|&&number| !found.contains_key(&response_id(number))).collect();
        assert_eq!(lost, Vec::<&u32>::new(), "round {round}: acknowledged and lost");
        assert!(found.values().all(|times| *times == 1), "round {round}: stored twice");
        let known =
            found.keys().all(|id| acknowledged.iter().chain(&under_way).any(|&number| *id == response_id(number)));
        assert!(known, "round {round}: stored and never sent");
        let report = stage.api.score("nps").await?;
        assert_eq!(report["n"], found.len(), "round {round}: {report}");
        assert_eq!(report["distribution"], json!(scores), "round {round}");
    }
    // Every sender tries its last answer again, as a browser does: none is lost and none counts twice.
    for number in &under_way {
        let body = stage.response(*number, (*number % 11) as u8);
        let reply = stage.api.json(Method::POST, &stage.intake(), &body).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let all = acknowledged.union(&under_way).count();
    assert_eq!(stage.api.responses("").await?.len(), all);
    assert_eq!(stage.api.score("nps").await?["n"], all);
    let checked = stage.server.run(&["check"]).await?;
    assert_eq!(checked.code, 0, "{checked:?}");
    Ok(())
}
