//! The table that a soak prints, a row a fault.

use super::Outcome;

const HEAD: &str =
    "| fault | blows | attempted | acknowledged | stored | lost | twice | false acks | refused | unanswered \
| ready again, most | acks again, most | stall, most | p99 | seed |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// The outcomes as a Markdown table; what is wrong stands below it, with the command that plays the run again.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut lines = vec![HEAD.to_owned()];
    lines.extend(outcomes.iter().map(row));
    for outcome in outcomes {
        for breach in outcome.breaches() {
            lines.push(format!("{}: {breach}; play it again: {}", outcome.run.fault.name(), outcome.run.again()));
        }
    }
    lines.join("\n")
}

fn row(outcome: &Outcome) -> String {
    let verdict = &outcome.verdict;
    let refused: usize = verdict.refused.values().sum();
    let p99 = outcome.load["p99_ms"].as_f64().map_or("–".into(), |ms| format!("{ms:.0} ms"));
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {refused} | {} | {} | {} | {} | {p99} | {} |",
        outcome.run.fault.name(),
        outcome.blows,
        verdict.attempted,
        verdict.acknowledged,
        verdict.stored,
        verdict.lost,
        verdict.twice,
        verdict.false_acks,
        verdict.unanswered,
        seconds(outcome.ready),
        seconds(outcome.heals),
        seconds(verdict.stall),
        outcome.run.seed,
    )
}

fn seconds(time: std::time::Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
