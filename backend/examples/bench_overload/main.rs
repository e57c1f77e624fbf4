//! `cargo xtask bench overload`: the real server on one core, and on the other one visitors who do not wait for it.
//!
//! Four times the rate that it was asked to take, thousands of heads that never end, and SIGTERM under load; prints one JSON
//! object and fails when a limit is missed.

mod cores;
mod load;
mod slow;
mod target;

use std::io::Write;
use std::time::Duration;

use anyhow::ensure;
use bearing::chance;
use serde_json::{Value, json};

use cores::Cores;
use load::{Load, offer, offer_after};
use slow::Slow;
use target::{Site, Target, check_pinned, pin_this};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections that the visitors share: more than the server lets in at once, so that nobody waits for one.
const CONNECTIONS: usize = 2_048;
/// How long it takes until all of them have come.
const WARM_S: f64 = 4.0;
/// Connections of the honest beside those who never finish.
const HONEST: usize = 64;
/// How much more is offered than the rate.
const TIMES: f64 = 4.0;
/// The rate, as a part of what one core can store if it refuses nobody: refusing is cheap, not free, and small batches cost
/// more than full ones.
const PART: f64 = 0.2;
/// What is offered where no rate is set, as a part of the same.
const PRESSED_TIMES: f64 = 1.5;
/// Heads that never end, bodies that stand still, and large ones that drip: more than may be under way at once.
const HALF_OPEN: usize = 2_000;
const SLOW_BODIES: usize = 200;
const DRIPPING: usize = 1_100;

/// The limits that the figures are held to.
const GOODPUT: f64 = 0.9;
const P99_MS: f64 = 200.0;
/// How long a refusal takes, the most of half of them: on one core they wait for each other.
const REFUSED_MS: f64 = 5.0;
/// The least part of what one core can that it should find out to take by itself: refusing is not free.
const PRESSED_GOODPUT: f64 = 0.5;
/// The most of a core that other work may take while it is measured.
const OTHERS: f64 = 0.05;
const CLOSED_S: f64 = 6.0;
/// A request may take 15 s in all.
const DRIPPED_S: f64 = 17.0;
const SLOWER: f64 = 2.0;
const STOPPED_S: f64 = 15.0;
const RESIDENT_MIB: f64 = 64.0;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, default: f64| {
        let place = args.iter().position(|arg| arg == name);
        place.and_then(|place| args.get(place + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    bearing::server::allow_files(HALF_OPEN + SLOW_BODIES + DRIPPING + CONNECTIONS);
    pin_this(1)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(option("--seconds", 20.0), option("--stops", 20.0) as usize))
}

async fn measure(seconds: f64, stops: usize) -> anyhow::Result<()> {
    let mut missed = Vec::new();
    let check = |missed: &mut Vec<String>, holds: bool, what: String| {
        if !holds {
            missed.push(what);
        }
    };
    let mut target = Target::on("0")?;
    let site = target.site()?;

    // What one core can, when each visitor waits for the reply. Batches grow with connections, and so does what it can.
    target.start(&[])?;
    check_pinned(&target)?;
    let load = Load { address: target.address(), connections: 64, request: site.request() };
    offer(&load, None, seconds.min(4.0)).await?;
    // As many connections as `bench intake` has, which is what the limit is about.
    let resident_full = target.peak_mib()?;
    let load = Load { connections: 256, ..load };
    let found = offer(&load, None, seconds.min(6.0)).await?;
    let capacity = found.accepted.len() as f64 / found.seconds;
    target.stop().await?;
    check(
        &mut missed,
        resident_full <= RESIDENT_MIB,
        format!("{resident_full:.0} MiB at full load, and {RESIDENT_MIB} are allowed"),
    );

    let rate = (capacity * PART).round();
    let rate_text = format!("{rate}");
    let overload =
        |target: &Target| Load { address: target.address(), connections: CONNECTIONS, request: site.request() };

    // Four times the rate that was asked for.
    target.start(&["--intake-rate", &rate_text])?;
    let offered = Offered { when: "at the rate", each_second: rate * TIMES, taken: rate, part: GOODPUT };
    let by_rate = overloaded(&target, &overload(&target), &offered, seconds, &mut missed).await?;
    target.stop().await?;

    // More than it can, and no rate: it has to find out by itself.
    target.start(&[])?;
    let offered = Offered {
        when: "without a rate",
        each_second: capacity * PRESSED_TIMES,
        taken: capacity,
        part: PRESSED_GOODPUT,
    };
    let by_pressure = overloaded(&target, &overload(&target), &offered, seconds, &mut missed).await?;
    target.stop().await?;

    // Visitors who never finish what they begin.
    target.start(&[])?;
    let honest = Load { address: target.address(), connections: HONEST, request: site.request() };
    let share = rate / 2.0;
    offer(&honest, Some(share), 1.0).await?;
    let before = offer(&honest, Some(share), seconds.min(8.0)).await?;
    let path = site.path();
    let (during, closed) = tokio::join!(
        offer(&honest, Some(share), 8.0),
        slow::stand_still(target.address(), &path, Slow { heads: HALF_OPEN, bodies: SLOW_BODIES, drips: DRIPPING })
    );
    let (during, closed) = (during?, closed?);
    check(
        &mut missed,
        during.refused.is_empty(),
        format!("{} of the honest were refused beside the slow", during.refused.len()),
    );
    let (before, during) = (percentile(&before.accepted, 0.99), percentile(&during.accepted, 0.99));
    target.stop().await?;
    check(
        &mut missed,
        closed.heads_s <= CLOSED_S,
        format!("a half-open connection was closed after {:.1} s", closed.heads_s),
    );
    check(&mut missed, closed.bodies_s <= CLOSED_S, format!("a slow body was closed after {:.1} s", closed.bodies_s));
    check(
        &mut missed,
        closed.drips_s <= DRIPPED_S,
        format!("a dripping body was closed after {:.1} s", closed.drips_s),
    );
    check(
        &mut missed,
        during <= before * SLOWER,
        format!("the honest wait {during:.1} ms at p99 beside them and {before:.1} without"),
    );

    let (stopped, longest, acknowledged, lost, codes) = stop_often(&mut target, &site, stops, rate / 2.0).await?;
    check(&mut missed, lost == 0, format!("{lost} acknowledged answers are not stored"));
    check(&mut missed, codes == 0, format!("{codes} times the server did not end with 0"));
    check(&mut missed, longest <= STOPPED_S, format!("stopping took {longest:.1} s"));

    let report = json!({
        "capacity_one_core": capacity.round(), "rate": rate, "offered_times": TIMES,
        "resident_mib_full_load": round(resident_full),
        "at_4_times_the_rate": by_rate, "at_1_5_times_capacity_without_a_rate": by_pressure,
        "half_open": { "heads": HALF_OPEN, "closed_s": round(closed.heads_s), "bodies": SLOW_BODIES,
            "bodies_closed_s": round(closed.bodies_s), "dripping": DRIPPING,
            "dripping_closed_s": round(closed.drips_s), "honest_p99_ms_before": round(before),
            "honest_p99_ms_during": round(during) },
        "sigterm": { "times": stopped, "longest_s": round(longest), "acknowledged": acknowledged, "lost": lost,
            "other_exit_codes": codes },
        "missed": missed, "ok": missed.is_empty(),
    });
    writeln!(std::io::stdout(), "{report}")?;
    ensure!(missed.is_empty(), "{}", missed.join("; "));
    Ok(())
}

/// An overload, and what should be taken of it.
struct Offered {
    when: &'static str,
    each_second: f64,
    /// What the server should take a second, and the least part of it that will do.
    taken: f64,
    part: f64,
}

/// Offers an overload, of which a part should be stored and the rest refused soon and told when to come again: its figures;
/// what is wrong with them goes to `missed`.
async fn overloaded(
    target: &Target,
    load: &Load,
    offered: &Offered,
    seconds: f64,
    missed: &mut Vec<String>,
) -> anyhow::Result<Value> {
    let cores = Cores::watch(target.process()?)?;
    let found = offer_after(load, Some(offered.each_second), WARM_S, seconds).await?;
    let taken = cores.taken()?;
    let Offered { when, each_second, .. } = *offered;
    let replies = (found.accepted.len() + found.refused.len()) as f64;
    let accepted = found.accepted.len() as f64 / found.seconds;
    let goodput = accepted / offered.taken;
    let (p99, refused) = (percentile(&found.accepted, 0.99), percentile(&found.refused, 0.5));
    let limits = [
        (goodput >= offered.part, format!("{when} goodput is {goodput:.2}, and {} is asked for", offered.part)),
        (p99 <= P99_MS, format!("{when} the accepted wait {p99:.0} ms at p99")),
        (!found.refused.is_empty(), format!("{when} nothing was refused, so that it was no overload")),
        (refused <= REFUSED_MS, format!("{when} half of the refused wait more than {refused:.1} ms")),
        (found.without_retry_after == 0, format!("{when} {} have no Retry-After", found.without_retry_after)),
        (found.broken == 0, format!("{when} {} connections broke", found.broken)),
        (
            taken.iter().all(|share| *share <= OTHERS),
            format!(
                "{when} other work took {:.0} % of the server's core and {:.0} % of the visitors', so the figures are its too",
                taken[0] * 100.0,
                taken[1] * 100.0
            ),
        ),
    ];
    missed.extend(limits.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what));
    Ok(json!({
        "offered": each_second.round(), "sent": (replies / found.seconds).round(), "accepted": accepted.round(),
        "goodput_of_rate": round(goodput), "sent_late_p99_ms": round(percentile(&found.late, 0.99)),
        "taken_of_cores_by_others": taken.map(round),
        "accepted_p50_ms": round(percentile(&found.accepted, 0.5)), "accepted_p99_ms": round(p99),
        "refused_by": target.refused().await?, "refused_share": round(found.refused.len() as f64 / replies),
        "refused_without_retry_after": found.without_retry_after,
        "refused_p50_ms": round(refused), "refused_p99_ms": round(percentile(&found.refused, 0.99)),
        "broken": found.broken, "peak_resident_mib": round(target.peak_mib()?),
    }))
}

/// Starts and stops the server under load: how often, the longest stop in seconds, answers acknowledged, of these lost,
/// and exits with another code than 0.
async fn stop_often(
    target: &mut Target,
    site: &Site,
    times: usize,
    rate: f64,
) -> anyhow::Result<(usize, f64, usize, usize, usize)> {
    let (mut longest, mut codes, mut acknowledged) = (0.0_f64, 0, Vec::new());
    for _ in 0..times {
        target.start(&[])?;
        let load = Load { address: target.address(), connections: 64, request: site.request() };
        let offered = tokio::spawn(async move { offer(&load, Some(rate), 20.0).await });
        tokio::time::sleep(Duration::from_millis(chance::between(300, 1_200))).await;
        let (code, took) = target.terminate().await?;
        codes += usize::from(code != Some(0));
        longest = longest.max(took);
        acknowledged.extend(offered.await??.ids);
    }
    let store =
        bearing_storage::open_with(&target.url(), bearing_storage::Limits::default(), target.keyring()?).await?;
    let mut lost = 0;
    for id in &acknowledged {
        lost += usize::from(store.response(&site.id, *id).await?.is_none());
    }
    let well = store.check().await?.problems.is_empty();
    store.close().await;
    ensure!(well, "the counts do not agree with the answers");
    Ok((times, longest, acknowledged.len(), lost, codes))
}

/// The value below which this share of times lies, ms.
fn percentile(times: &[Duration], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
