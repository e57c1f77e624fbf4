//! Whether the cores were ours: on a machine with other work the figures are that work's.

use std::time::Instant;

use anyhow::Context;

/// Ticks a second in which Linux tells times of the processor, on all that it runs on here.
const TICKS: f64 = 100.0;

/// Two cores and the two processes that should have them to themselves, at the beginning of a measurement.
pub(crate) struct Cores {
    server: u32,
    begun: Instant,
    /// Busy seconds of each core, less those of its process.
    others: [f64; 2],
}

impl Cores {
    /// Core 0 with this server on it, and core 1 with this process.
    pub(crate) fn watch(server: u32) -> anyhow::Result<Self> {
        Ok(Self { server, begun: Instant::now(), others: others(server)? })
    }

    /// The share of each core that others took since then.
    pub(crate) fn taken(&self) -> anyhow::Result<[f64; 2]> {
        let (now, seconds) = (others(self.server)?, self.begun.elapsed().as_secs_f64());
        Ok([0, 1].map(|core| ((now[core] - self.others[core]) / seconds).max(0.0)))
    }
}

fn others(server: u32) -> anyhow::Result<[f64; 2]> {
    Ok([busy(0)? - used(server)?, busy(1)? - used(std::process::id())?])
}

/// Seconds that a core has been busy with processes, or other machines had it. Interrupts are left out: here they carry the
/// requests.
fn busy(core: usize) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/stat").context("Linux tells it")?;
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("cpu{core} ")));
    let ticks: Vec<f64> = line.with_context(|| format!("no core {core}"))?.split(' ').flat_map(str::parse).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal.
    Ok([0, 1, 2, 7].into_iter().filter_map(|place| ticks.get(place)).sum::<f64>() / TICKS)
}

/// Seconds of the processor that a process has used.
fn used(process: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).context("it runs")?;
    let (_, fields) = text.rsplit_once(") ").context("a name in brackets")?;
    let ticks: Vec<f64> = fields.split(' ').skip(11).take(2).flat_map(str::parse).collect();
    Ok(ticks.iter().sum::<f64>() / TICKS)
}
