//! What the statistics promise, measured: exact coverage of the NPS interval, simulated alarms, and how long it takes.
//!
//! `cargo xtask bench coverage` runs it. It prints one JSON object and fails when a figure is outside its bounds. Figures
//! that the research note (§2, §3) gives are held against it: from 1,500 runs a cell, with ± 3 % on delays and ± 10 days on
//! run lengths; the others have bounds of their own.

mod alarms;
mod exact;
mod sampler;
mod speed;
mod volumes;

use std::process::ExitCode;

use serde_json::{Value, json};

/// One figure, and whether it is where it should be.
pub(crate) struct Figure {
    name: &'static str,
    found: f64,
    /// The Monte Carlo standard error of `found`; 0 when it is exact.
    error: f64,
    expected: Expected,
}

/// Where a figure should be.
pub(crate) enum Expected {
    /// As published, to within this much, and three standard errors of ours.
    Near(f64, f64),
    /// At most this, and three standard errors of ours.
    AtMost(f64),
    /// At least this, but for three standard errors of ours.
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(name: &'static str, (found, error): (f64, f64), expected: Expected) -> Self {
        Self { name, found, error, expected }
    }

    fn is_met(&self) -> bool {
        match self.expected {
            Expected::Near(published, within) => (self.found - published).abs() <= within + 3.0 * self.error,
            Expected::AtMost(most) => self.found <= most + 3.0 * self.error,
            Expected::AtLeast(least) => self.found >= least - 3.0 * self.error,
        }
    }

    fn json(&self) -> Value {
        let rounded = |value: f64| (value * 1e4).round() / 1e4;
        let mut object = json!({
            "figure": self.name, "found": rounded(self.found), "error": rounded(self.error), "pass": self.is_met(),
        });
        match self.expected {
            Expected::Near(published, within) => {
                object["published"] = json!(published);
                object["within"] = json!(rounded(within));
            }
            Expected::AtMost(most) => object["at_most"] = json!(most),
            Expected::AtLeast(least) => object["at_least"] = json!(least),
        }
        object
    }
}

fn main() -> ExitCode {
    let parts = [
        ("coverage", exact::figures()),
        ("score_alarm", alarms::figures()),
        ("volume_alarm", volumes::figures()),
        ("speed", speed::figures()),
    ];
    let pass = parts.iter().flat_map(|(_, figures)| figures).all(Figure::is_met);
    let mut report = json!({ "pass": pass });
    for (name, figures) in &parts {
        report[*name] = figures.iter().map(Figure::json).collect();
    }
    say(&report);
    if pass { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "what it measured is what it is for")]
fn say(report: &Value) {
    println!("{report:#}");
}
