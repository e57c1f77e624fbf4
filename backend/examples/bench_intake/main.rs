//! `cargo xtask bench intake`: answers a second of a no-op route, a JSON-parsing route, the durable intake on each engine,
//! and the same work as one transaction a request, in interleaved rounds; prints a table and one JSON object.
//!
//! All routes lie in the same layers of the same process. The load comes from a second process (this program again, with
//! `load`), so that the server's figures are its own. `--dimensions N` adds the durable intake at a site that counts by N
//! attributes, `--curve` the durable intake at more and fewer connections. PostgreSQL is the one that
//! `BEARING_TEST_POSTGRES` names, and the NATS servers of a replicated log before it those of `BEARING_TEST_NATS`; without
//! them their rows are absent. Other products' servers are started beside ours, each over a database of its own, and have rows
//! in the same table: what they acknowledged must be found in their databases too. After each round what the log holds is
//! brought into the store, outside the time measured.

mod engine;
#[path = "../bench_overload/load.rs"]
mod load;
mod peer;
mod row;
mod table;
mod template;
mod times;
mod visitors;

use std::env;
use std::io::Write;
use std::sync::Arc;

use serde_json::json;

use engine::Engine;
use row::{Row, play};
use table::{durable_on, markdown, told, without_figures};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the curve shows.
const CURVE: [usize; 4] = [1, 8, 64, 256];
/// The connections at which the ratio is held to its limit.
const HELD_AT: usize = 64;

/// The limits that the figures are held to: durable over JSON on SQLite, and how many times slower declared attributes may
/// make it. Memory is shown and held to nothing: this process has a server for each engine. `bench overload` measures one.
const OF_JSON: f64 = 0.5;
const SLOWER: f64 = 2.0;

/// How to measure, from `--rounds`, `--seconds`, `--connections`, `--dimensions` and `--curve`.
#[derive(Clone, Copy)]
struct Plan {
    rounds: usize,
    seconds: f64,
    connections: usize,
    dimensions: usize,
    curve: bool,
}

fn main() -> anyhow::Result<()> {
    bearing::pages::small();
    let args: Vec<String> = env::args().skip(1).collect();
    if args.first().map(String::as_str) == Some("load") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(visitors::play(&args[1..]));
    }
    let option = |name: &str, default: f64| {
        let place = args.iter().position(|arg| arg == name);
        place.and_then(|place| args.get(place + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let plan = Plan {
        rounds: option("--rounds", 5.0) as usize,
        seconds: option("--seconds", 4.0),
        connections: option("--connections", HELD_AT as f64) as usize,
        dimensions: option("--dimensions", 0.0) as usize,
        curve: args.iter().any(|arg| arg == "--curve"),
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(plan))
}

/// Names the NATS servers of a replicated log.
const NATS: &str = "BEARING_TEST_NATS";

/// What the engine with a log is called.
const LOGGED: &str = "NATS + PostgreSQL";

/// Every engine that can be had.
async fn engines(dimensions: usize) -> anyhow::Result<Vec<Arc<Engine>>> {
    let mut engines = vec![Engine::start("SQLite", bearing_fresh::sqlite(), dimensions).await?];
    if env::var_os(bearing_fresh::POSTGRES).is_some() {
        engines.push(Engine::start("PostgreSQL", bearing_fresh::postgres(), dimensions).await?);
        if let Ok(urls) = env::var(NATS) {
            let place = bearing_fresh::postgres();
            engines.push(Engine::start_with(LOGGED, place, dimensions, Some(&urls)).await?);
        }
    }
    Ok(engines)
}

async fn measure(plan: Plan) -> anyhow::Result<()> {
    let engines = engines(plan.dimensions).await?;
    let (peers, absent) = tokio::task::spawn_blocking(peer::start_all).await?;
    let mut rows = Vec::new();
    if let Some(first) = engines.first() {
        rows.push(Row::idle("no-op", first, "/measure/noop", plan.connections));
        rows.push(Row::idle("JSON", first, "/measure/json", plan.connections));
    }
    rows.extend(engines.iter().map(|engine| Row::durable(engine, plan.connections)));
    if plan.dimensions > 0 {
        rows.extend(engines.iter().map(|engine| Row::counted(engine, plan.connections)));
    }
    // What a log acknowledges it never has in a transaction of its own.
    let direct = engines.iter().filter(|engine| engine.name != LOGGED);
    rows.extend(direct.map(|engine| Row::unshared(engine, plan.connections)));
    rows.extend(peers.iter().map(|peer| Row::peer(peer, plan.connections)));
    play(&mut rows, plan.rounds, plan.seconds).await?;

    let mut curve = Vec::new();
    if plan.curve {
        curve.extend(CURVE.iter().flat_map(|many| engines.iter().map(|engine| Row::durable(engine, *many))));
        play(&mut curve, plan.rounds, plan.seconds).await?;
    }

    let mut missed = Vec::new();
    let mut stored = Vec::new();
    for engine in &engines {
        let acknowledged: u64 = rows.iter().chain(&curve).map(|row| row.acknowledged_on(engine)).sum();
        let (rows, well) = engine.stored().await?;
        if rows != acknowledged || !well {
            missed.push(format!("{}: acknowledged {acknowledged}, stored {rows}, cells agree: {well}", engine.name));
        }
        stored.push(json!({
            "engine": engine.name, "acknowledged": acknowledged, "stored": rows, "cells_agree": well,
        }));
        engine.app.store.close().await;
    }
    for peer in peers {
        let acknowledged: u64 = rows.iter().map(|row| row.acknowledged_by(&peer)).sum();
        let name = peer.name.clone();
        let rows = tokio::task::spawn_blocking(|| peer.stored()).await??;
        if rows != acknowledged {
            missed.push(format!("{name}: acknowledged {acknowledged}, stored {rows}"));
        }
        stored.push(json!({ "peer": name, "acknowledged": acknowledged, "stored": rows }));
    }
    let faults = absent.iter().filter(|absent| absent.is_fault);
    missed.extend(faults.map(|absent| format!("{} is installed and did not start: {}", absent.title, absent.why)));
    let rate = |name: &str| rows.iter().find(|row| row.name == name).map(Row::rate);
    let durable = rate(&durable_on("SQLite")).unwrap_or_default();
    let of_json = durable / rate("JSON").unwrap_or(f64::INFINITY);
    if plan.connections == HELD_AT && of_json < OF_JSON {
        missed.push(format!("durable is {of_json:.2} of JSON on SQLite, and {OF_JSON} is the least"));
    }
    let counted = rows.iter().find(|row| row.attributes() > 0).map(Row::rate);
    if counted.is_some_and(|counted| durable / counted > SLOWER) {
        missed.push(format!("{} attributes make it more than {SLOWER} times slower", plan.dimensions));
    }

    let report = json!({
        "connections": plan.connections, "rounds": plan.rounds, "seconds": plan.seconds, "dimensions": plan.dimensions,
        "rows": told(&rows, &rows), "curve": told(&curve, &rows), "stored": stored,
        "not_measured": absent.iter().map(|absent| json!({ "peer": absent.title, "why": absent.why })).collect::<Vec<_>>(),
        "missed": missed, "ok": missed.is_empty(),
    });
    let mut out = std::io::stdout();
    writeln!(out, "{}{}", markdown(&rows, &rows), without_figures(&absent))?;
    if plan.curve {
        writeln!(out, "{}", markdown(&curve, &rows))?;
    }
    writeln!(out, "{report}")?;
    anyhow::ensure!(missed.is_empty(), "{}", missed.join("; "));
    Ok(())
}
