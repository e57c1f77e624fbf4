//! `cargo xtask bench intake`: requests a second of a no-op route, a JSON-parsing route and the durable intake, all in
//! the same server and layers, in interleaved rounds; prints one JSON object.
//!
//! With `--dimensions N` also those of the durable intake at a site that counts by N attributes, which every answer has;
//! they may not halve the rate. The load comes from a second process (this program again, with `load`), so that the server's figures are its own.

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bearing::app::App;
use bearing::clock::{Clock, SystemClock};
use bearing::{chance, http, server};
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::cell::Dimension;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::{Metric, Thresholds};
use bearing_shared::survey::Survey;
use bearing_storage::{ReportFilter, Site, Store, TallyQuery};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The values that each declared attribute has.
const VALUES: u64 = 4;
/// The most that declared attributes may slow the intake down.
const SLOWER: f64 = 2.0;

/// How to measure, from `--rounds`, `--seconds`, `--connections` and `--dimensions`.
#[derive(Clone, Copy)]
struct Plan {
    rounds: usize,
    seconds: f64,
    connections: usize,
    dimensions: usize,
}

/// A route that is loaded, and the survey and the number of attributes that are sent to it.
struct Route {
    name: &'static str,
    path: String,
    survey: SurveyId,
    dimensions: usize,
    /// Answers a second, by round.
    rates: Vec<f64>,
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().map(String::as_str) == Some("load") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(load(&args[1..]));
    }
    let option = |name: &str, default: f64| {
        let place = args.iter().position(|arg| arg == name);
        place.and_then(|place| args.get(place + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let plan = Plan {
        rounds: option("--rounds", 5.0) as usize,
        seconds: option("--seconds", 4.0),
        connections: option("--connections", 64.0) as usize,
        dimensions: option("--dimensions", 0.0) as usize,
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(plan))
}

async fn measure(plan: Plan) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let store = bearing_storage::open(&format!("sqlite:{}", folder.path().join("bench.db").display())).await?;
    let (plain, survey) = prepare(store.as_ref(), 0).await?;
    let mut sites = vec![plain.id];
    let durable = format!("/v1/embed/{}/responses", plain.key);
    let route = |name, path: &str| Route {
        name,
        path: path.to_owned(),
        survey: survey.clone(),
        dimensions: 0,
        rates: Vec::new(),
    };
    let mut routes =
        vec![route("noop", "/measure/noop"), route("json", "/measure/json"), route("durable", durable.as_str())];
    if plan.dimensions > 0 {
        let (site, survey) = prepare(store.as_ref(), plan.dimensions).await?;
        let path = format!("/v1/embed/{}/responses", site.key);
        routes.push(Route { name: "counted", path, survey, dimensions: plan.dimensions, rates: Vec::new() });
        sites.push(site.id);
    }
    let app = App::start(Arc::clone(&store), Arc::new(SystemClock), None, None);
    let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    let router = http::router_with(Arc::clone(&app), http::measure::routes());
    tokio::spawn(server::serve(listener, Arc::clone(&app), router, std::future::pending()));
    let mut acknowledged = 0;
    for round in 0..=plan.rounds {
        for route in &mut routes {
            let seconds = if round == 0 { 1.0 } else { plan.seconds };
            let (answers, elapsed) = run_load(address, route, plan.connections, seconds).await?;
            if matches!(route.name, "durable" | "counted") {
                acknowledged += answers;
            }
            // Round 0 warms up and is not counted.
            if round > 0 {
                route.rates.push(answers as f64 / elapsed);
            }
        }
    }
    let mut rows = 0;
    for site in &sites {
        let tallied = store.tally(site, TallyQuery::whole(ReportFilter::of(Metric::Nps))).await?;
        rows += tallied.tallies.iter().map(|tally| tally.histogram.n()).sum::<u64>();
    }
    let well = store.check().await?.problems.is_empty();
    let rate = |name| routes.iter().find(|route| route.name == name).map(|route| median(route.rates.clone()));
    let [noop, json_rate, durable] = ["noop", "json", "durable"].map(|name| rate(name).unwrap_or_default());
    let mut report = json!({
        "connections": plan.connections, "rounds": plan.rounds, "seconds": plan.seconds,
        "noop": noop.round(), "json": json_rate.round(), "durable": durable.round(),
        "durable_over_json": ratio(durable, json_rate), "durable_over_noop": ratio(durable, noop),
        "rows_per_flush": per_flush(&app.measured(), "rows", 1.0),
        "flush_ms": per_flush(&app.measured(), "seconds", 1_000.0),
        "acknowledged": acknowledged, "rows": rows, "rows_equal_acknowledged": rows == acknowledged,
        "cells_agree": well,
    });
    let slower = rate("counted").map(|counted| durable / counted);
    if let Some(slower) = slower {
        report["dimensions"] = plan.dimensions.into();
        report["counted"] = (durable / slower).round().into();
        report["durable_over_counted"] = ratio(slower, 1.0).into();
        report["durable_over_counted_limit"] = SLOWER.into();
    }
    writeln!(std::io::stdout(), "{report}")?;
    store.close().await;
    anyhow::ensure!(rows == acknowledged && well, "acknowledged {acknowledged} and stored {rows}");
    anyhow::ensure!(slower.is_none_or(|slower| slower <= SLOWER), "{} attributes make it too slow", plan.dimensions);
    Ok(())
}

fn ratio(part: f64, whole: f64) -> f64 {
    (part / whole * 1_000.0).round() / 1_000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The mean of a flush measurement, times `scale`.
fn per_flush(metrics: &str, what: &str, scale: f64) -> Option<f64> {
    let read = |end: &str| {
        let name = format!("bearing_flush_{what}_{end} ");
        metrics.lines().find_map(|line| line.strip_prefix(&name)?.trim().parse::<f64>().ok())
    };
    Some((scale * read("sum")? / read("count")? * 100.0).round() / 100.0)
}

/// The name of the `number`th declared attribute.
fn attribute(number: usize) -> String {
    format!("attribute_{number}")
}

/// A site that counts by this many attributes, and its survey.
async fn prepare(store: &dyn Store, dimensions: usize) -> anyhow::Result<(Site, SurveyId)> {
    let values = || (0..VALUES).map(|value| format!("value {value}")).collect();
    let dimensions = (0..dimensions).map(|number| Dimension { name: attribute(number), values: values() });
    let now = SystemClock.now();
    let site = Site {
        id: SiteId(chance::id("st_")),
        key: chance::id("pk_").as_str().into(),
        identity_secret: chance::secret(""),
        settings: SiteSettings {
            name: "bench".into(),
            origins: vec![],
            allow_null_origin: false,
            require_signature: false,
            time_zone: "UTC".into(),
            dimensions: dimensions.collect(),
            thresholds: Thresholds::default(),
            sample: false,
            rest: bearing_shared::rule::Rest::default(),
            privacy_url: None,
            respect_signals: Vec::new(),
            theme: bearing_shared::look::Theme::default(),
        },
        created_at: now,
    };
    let survey = SurveyId(chance::id("sv_"));
    store.create_site(site.clone()).await?;
    store.create_survey(&site.id, &survey, Survey::standard("bench", Instrument::Nps), now).await?;
    store.publish_survey(&site.id, &survey, now).await?;
    Ok((site, survey))
}

/// Runs the load in a process of its own; the number of answers and the seconds they took.
async fn run_load(address: SocketAddr, route: &Route, connections: usize, seconds: f64) -> anyhow::Result<(u64, f64)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["load", &address.to_string(), &route.path, route.survey.as_str()]);
    command.args([route.dimensions.to_string(), connections.to_string(), seconds.to_string()]);
    let output = tokio::task::spawn_blocking(move || command.stderr(Stdio::inherit()).output()).await??;
    anyhow::ensure!(output.status.success(), "the load failed");
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let answers = report["answers"].as_u64().unwrap_or_default();
    Ok((answers, report["seconds"].as_f64().unwrap_or(1.0)))
}

/// The load: each connection sends its next request when the answer to the last is in.
async fn load(args: &[String]) -> anyhow::Result<()> {
    let [address, path, survey, dimensions, connections, seconds] = args else {
        anyhow::bail!("load takes six arguments")
    };
    let dimensions: usize = dimensions.parse()?;
    let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: text/plain\r\n");
    let begun = Instant::now();
    let end = begun + Duration::from_secs_f64(seconds.parse()?);
    let mut tasks = Vec::new();
    for _ in 0..connections.parse::<usize>()? {
        let (address, head, survey) = (address.clone(), head.clone(), survey.clone());
        tasks.push(tokio::spawn(async move { one_connection(&address, &head, &survey, dimensions, end).await }));
    }
    let mut answers = 0;
    for task in tasks {
        answers += task.await??;
    }
    writeln!(std::io::stdout(), "{}", json!({"answers": answers, "seconds": begun.elapsed().as_secs_f64()}))?;
    Ok(())
}

async fn one_connection(
    address: &str,
    head: &str,
    survey: &str,
    dimensions: usize,
    end: Instant,
) -> anyhow::Result<u64> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut answers, mut reply) = (0u64, vec![0u8; 4096]);
    while Instant::now() < end {
        let id = chance::response_id(SystemClock.now());
        let score = answers % 11;
        // Each attribute turns at a pace of its own, so that all pairs of values meet.
        let attributes: Vec<String> = (0..dimensions)
            .map(|number| format!("\"{}\":\"value {}\"", attribute(number), answers / (number as u64 + 1) % VALUES))
            .collect();
        let attributes = attributes.join(",");
        let body = format!(
            "{{\"id\":\"{id}\",\"seq\":0,\"survey\":\"{survey}\",\"version\":1,\"touchpoint\":\"checkout\",\
             \"completed\":false,\"answers\":[{{\"question\":\"score\",\"value\":{score}}}],\
             \"attributes\":{{{attributes}}},\"respondent\":{{\"visitor\":\"v_{id}\"}},\"context\":{{\"url\":\"https://shop.example/thanks\",\
             \"locale\":\"en-GB\",\"device\":\"mobile\"}},\"age_ms\":{{\"shown\":4000,\"answered\":20}}}}"
        );
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).await?;
        let mut read = 0;
        loop {
            let count = stream.read(&mut reply[read..]).await?;
            anyhow::ensure!(count > 0, "the server hung up");
            read += count;
            if is_whole(&reply[..read]) {
                break;
            }
        }
        anyhow::ensure!(reply.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&reply[..read]));
        answers += 1;
    }
    Ok(answers)
}

/// Whether a reply with a content-length is complete.
fn is_whole(reply: &[u8]) -> bool {
    let text = String::from_utf8_lossy(reply);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.is_some_and(|length| body.len() >= length)
}
