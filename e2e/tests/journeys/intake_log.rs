//! The replicated intake log: two servers take answers whatever becomes of their database, and count each once.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bearing_clusters::{nats, postgres};
use bearing_e2e::api::Api;
use bearing_e2e::http::Reply;
use bearing_e2e::server::Server;
use bearing_e2e::soak::journal::now;
use bearing_e2e::stage::{Stage, text};
use bearing_e2e::wait::until;
use hyper::Method;
use serde_json::{Value, json};
use tokio::task::{block_in_place, spawn_blocking};

/// Answers of each of three spells: before the database stalls, meanwhile, and while it catches up.
const SPELL: u32 = 150;
/// Every so many answers is sent to both servers, and every so many is withdrawn.
const TWICE: u32 = 10;
const WITHDRAWN: u32 = 15;
/// The stream that the servers make.
const STREAM: &str = "BEARING_INTAKE";

/// What a fleet with a log stands on. Its own, as it is stalled and killed.
async fn ground() -> Result<(postgres::Cluster, nats::Cluster)> {
    let start = || {
        let database = postgres::Cluster::start(postgres::Profile::Fast)?;
        anyhow::Ok((database, nats::Cluster::start(&nats::program()?)?))
    };
    spawn_blocking(start).await?
}

fn prepare(url: &str, log: &nats::Cluster) -> Result<Server> {
    let options = ["--rate-limits", "off", "--intake-log", &log.urls()];
    Server::prepare(Some(bearing_fresh::elsewhere(url)), "serve", &options)
}

/// An id made at this time, in ms since 1970: a withdrawal that comes before its answer is remembered only for new ids.
fn id_of(at: u64, number: u32) -> String {
    format!("{:08x}-{:04x}-7bd2-9c4f-{number:012x}", at >> 16, at & 0xffff)
}

/// What is sent of some answers to each of two servers, in different orders: withdrawals go to the other server than the
/// answers, and may be there first.
fn spell(stage: &Stage, at: u64, numbers: std::ops::Range<u32>) -> [Vec<Value>; 2] {
    let mut sent = [Vec::new(), Vec::new()];
    for number in numbers {
        let mut answer = stage.response(number, (number % 11) as u8);
        answer["id"] = id_of(at, number).into();
        let home = (number % 2) as usize;
        if number % TWICE == 0 {
            sent[1 - home].push(answer.clone());
        }
        if number % WITHDRAWN == 0 {
            let mut withdrawal = answer.clone();
            withdrawal["withdrawn"] = json!(true);
            withdrawal["seq"] = json!(1);
            sent[1 - home].push(withdrawal);
        }
        sent[home].push(answer);
    }
    sent[1].reverse();
    sent
}

/// Sends each answer until it is acknowledged: as what it asks for, since the log does not know whether it was there before.
async fn send(api: Api, path: String, answers: Vec<Value>) -> Result<()> {
    for answer in answers {
        loop {
            if let Ok(reply) = api.json(Method::POST, &path, &answer).await {
                if reply.status.is_success() {
                    let status = if answer["withdrawn"] == true { "withdrawn" } else { "stored" };
                    ensure!(reply.json()?["results"][0]["status"] == status, "{}", reply.text());
                    break;
                }
                ensure!(reply.status.as_u16() == 503, "{} {}", reply.status, reply.text());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// A figure of the server's metrics.
async fn metric(api: &Api, name: &str) -> Result<f64> {
    let text = api.get("/metrics").await?.text();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(value.with_context(|| format!("no {name}"))?.parse()?)
}

/// Waits until a server has nothing left to bring into the database.
async fn caught_up(api: &Api) -> Result<()> {
    let look = async || {
        let behind = metric(api, "bearing_intake_log_behind").await?;
        ensure!(behind == 0.0, "{behind} messages are not");
        Ok(Some(()))
    };
    until("everything to be in the database", look).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_go_in_while_the_database_stands_still_and_count_once() -> Result<()> {
    let (database, log) = ground().await?;
    let url = database.database("fleet")?;
    let (mut first, mut second) = (prepare(&url, &log)?, prepare(&url, &log)?);
    tokio::try_join!(first.start_again(), second.start_again())?;
    let stage = Stage::set_on(first, "nps").await?;
    let here = Api { address: stage.api.address, key: stage.api.key.clone() };
    let there = Api { address: second.address, key: stage.api.key.clone() };
    let config = format!("/v1/embed/{}", stage.site_key);
    until("the other server knows the site", async || Ok(there.get(&config).await?.status.is_success().then_some(())))
        .await?;
    let at = now() / 1_000;
    let sending = |numbers| {
        let [one, two] = spell(&stage, at, numbers);
        let one = tokio::spawn(send(here.clone(), stage.intake(), one));
        (one, tokio::spawn(send(there.clone(), stage.intake(), two)))
    };
    let (one, two) = sending(0..SPELL);
    one.await??;
    two.await??;

    // The database stands still, and every answer is acknowledged nevertheless.
    block_in_place(|| database.stall())?;
    let (one, two) = sending(SPELL..2 * SPELL);
    one.await??;
    two.await??;
    for api in [&here, &there] {
        ensure!(api.get("/readyz").await?.status.is_success(), "the log takes answers");
        until("the log to be behind for seconds", async || {
            let seconds = metric(api, "bearing_intake_log_behind_seconds").await?;
            ensure!(seconds > 6.0, "{seconds} s");
            Ok(Some(()))
        })
        .await?;
        let behind = metric(api, "bearing_intake_log_behind").await?;
        assert!(behind >= 1.0 && behind <= f64::from(4 * SPELL), "{behind}");
    }

    // One server dies while it takes answers and brings in what waits, and comes back.
    let (one, two) = sending(2 * SPELL..3 * SPELL);
    second.kill().await?;
    block_in_place(|| database.go_on())?;
    second.start_again().await?;
    one.await??;
    two.await??;
    caught_up(&here).await?;
    caught_up(&there).await?;

    let (score, other) = (here.score("nps").await?, there.score("nps").await?);
    assert_eq!(score, other, "both say the same");
    assert!(score.get("behind").is_none(), "{score}");
    let kept: BTreeSet<u32> = (0..3 * SPELL).filter(|number| number % WITHDRAWN != 0).collect();
    assert_eq!(score["n"].as_u64(), Some(kept.len() as u64), "{score}");
    let ids = stage.responses(kept.len()).await?.iter().map(|one| text(one, "id")).collect::<Result<BTreeSet<_>>>()?;
    assert_eq!(ids, kept.into_iter().map(|number| id_of(at, number)).collect());
    stage.server.output(&["check"]).await?;

    // While somebody holds the position, nothing is brought in, and reports say so.
    let hold = "SET client_connection_check_interval = '100ms'; BEGIN;
                SELECT number FROM bearing.meta WHERE name LIKE 'log %' FOR UPDATE; SELECT pg_sleep(60)";
    let mut holding = database.execute("fleet", hold)?;
    until("a report to be behind", async || {
        let late = stage.response(0, 9);
        ensure!(here.json(Method::POST, &stage.intake(), &late).await?.status.is_success());
        let report = there.score("nps").await?;
        Ok(report["behind"]["messages"].as_u64().filter(|messages| *messages > 0).map(drop))
    })
    .await?;
    holding.kill()?;
    holding.wait()?;
    caught_up(&there).await?;
    assert!(there.score("nps").await?.get("behind").is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_majority_nothing_is_acknowledged_and_with_one_again() -> Result<()> {
    let (database, mut log) = ground().await?;
    let url = database.database("fleet")?;
    let mut server = prepare(&url, &log)?;
    server.start_again().await?;
    let mut stage = Stage::set_on(server, "nps").await?;
    let post = async |number| stage.api.json(Method::POST, &stage.intake(), &stage.response(number, 9)).await;
    assert!(post(0).await?.status.is_success());
    let leader = block_in_place(|| log.leader(STREAM))?;
    let next = (leader + 1) % 3;
    block_in_place(|| log.kill(leader).and_then(|()| log.kill(next)))?;
    let refused = post(1).await?;
    assert_eq!((refused.status.as_u16(), refused.code()), (503, "storage_unavailable".into()), "{}", refused.text());
    // The one that is left says nothing of the stream at first, and then tells of it from its memory.
    block_in_place(|| log.leaderless(STREAM))?;
    let unready = stage.api.get("/readyz").await?;
    assert_eq!((unready.status.as_u16(), unready.code()), (503, "storage_unavailable".into()), "{}", unready.text());

    block_in_place(|| log.start_again(next))?;
    let succeeds = |reply: Reply| {
        ensure!(reply.status.is_success(), "{} {}", reply.status, reply.text());
        Ok(Some(()))
    };
    until("answers to be taken again", async || succeeds(post(2).await?)).await?;
    until("the server to be ready", async || succeeds(stage.api.get("/readyz").await?)).await?;
    caught_up(&stage.api).await?;
    // What was refused may have reached the log: a page sends it again, until it is taken, and it counts once. One reply
    // would not do: on a busy machine the two that are left may elect a leader once more.
    until("the refused one to be taken", async || succeeds(post(1).await?)).await?;
    stage.responses(3).await?;

    // Another leader is no other log: a server that starts again goes on where the store is.
    stage.server.kill().await?;
    stage.server.start_again().await?;
    let positions = "SELECT count(*) FROM bearing.meta WHERE name LIKE 'log %'";
    assert_eq!(block_in_place(|| database.ask("fleet", positions))?, "1");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_passed_by_nobody_until_a_person_takes_it_out() -> Result<()> {
    let (database, log) = ground().await?;
    let url = database.database("fleet")?;
    let mut server = prepare(&url, &log)?;
    server.start_again().await?;
    let stage = Stage::set_on(server, "nps").await?;
    let post = async |number| {
        let reply = stage.api.json(Method::POST, &stage.intake(), &stage.response(number, 9)).await?;
        ensure!(reply.status.is_success(), "{}", reply.text());
        Ok(())
    };
    post(0).await?;
    caught_up(&stage.api).await?;
    // An answer, something that a newer server may have written, and an answer that came behind it.
    block_in_place(|| database.stall())?;
    post(1).await?;
    block_in_place(|| publish(&log, "bearing.intake", r#"{"form":99}"#))?;
    post(2).await?;
    block_in_place(|| database.go_on())?;
    stage.responses(2).await?;
    let behind = async || metric(&stage.api, "bearing_intake_log_behind").await;
    until("the two to be told", async || Ok((behind().await? == 2.0).then_some(()))).await?;
    assert_eq!(stage.api.score("nps").await?["n"], 2);

    block_in_place(|| publish(&log, "$JS.API.STREAM.MSG.DELETE.BEARING_INTAKE", r#"{"seq":3}"#))?;
    caught_up(&stage.api).await?;
    stage.responses(3).await.map(drop)
}

/// Sends bytes to a subject of NATS, in its own words.
fn publish(log: &nats::Cluster, subject: &str, payload: &str) -> Result<()> {
    let urls = log.urls();
    let address = urls.split(',').next().and_then(|url| url.strip_prefix("nats://")).context("an address")?;
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "CONNECT {{\"verbose\":false}}\r\nPUB {subject} {}\r\n{payload}\r\nPING\r\n", payload.len())?;
    let mut said = String::new();
    let mut lines = BufReader::new(stream);
    while !said.ends_with("PONG\r\n") {
        ensure!(lines.read_line(&mut said)? > 0 && !said.contains("-ERR"), "NATS says {said}");
    }
    Ok(())
}
