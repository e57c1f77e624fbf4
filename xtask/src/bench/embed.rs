//! `bench embed`: the embed's acceptance figures as one Markdown table, each from the command that measures it.

use std::{
    env, fs,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{place::Place, process::say};

/// Runs what measures, and prints the table that docs/EMBED.md quotes.
///
/// The matrix is played by the end-to-end tests, which leave their table; this reads it.
pub(super) fn embed(place: &Place) -> Result<()> {
    let size = told(place, &["size"])?;
    let weight = told(place, &["bench", "weight"])?;
    let paint = told(place, &["bench", "paint"])?;
    let lighthouse = told(place, &["bench", "lighthouse"])?;
    let delivery = printed(place, &["bench", "delivery"])?;
    let matrix = place.work().join("matrix.md");
    let matrix =
        fs::read_to_string(&matrix).context("no matrix was played; run `cargo xtask test --only e2e` first")?;

    say("| what | found | limit | command |");
    say("|---|---|---|---|");
    let row = |what: &str, found: String, limit: &str, command: &str| {
        say(format_args!("| {what} | {found} | {limit} | `cargo xtask {command}` |"));
    };
    for (what, name, limit) in [
        ("nobody is asked, brotli", "idle_total", "6,144 B"),
        ("first question answerable, brotli", "shown_total", "8,192 B"),
        ("the visitor engages, brotli", "engaged_total", "46,000 B"),
    ] {
        row(what, format!("{} B", size[name]), limit, "size");
    }
    for peer in weight.as_array().into_iter().flatten().filter(|peer| peer["name"] != "bearing") {
        let name = peer["name"].as_str().unwrap_or_default();
        row(&format!("{name}, first question"), format!("{} B", peer["shown"]), "", "bench weight");
    }
    for line in paint.as_array().into_iter().flatten() {
        let name =
            format!("{}, {}", line["name"].as_str().unwrap_or_default(), line["line"].as_str().unwrap_or_default());
        let (first, more) = match (line["name"].as_str(), line["line"].as_str()) {
            (Some("bearing"), Some("fast")) => ("150 ms", "200 ms"),
            (Some("bearing"), _) => ("1,000 ms", "1,500 ms"),
            _ => ("", ""),
        };
        row(&format!("{name}: the page itself visible"), ms(&line["page_ms"]), "", "bench paint");
        row(&format!("{name}: first question visible"), ms(&line["first_ms"]), first, "bench paint");
        row(&format!("{name}: follow-up after the touch"), ms(&line["follow_up_ms"]), more, "bench paint");
    }
    let added = |name: &str| lighthouse[name]["added"].as_f64().unwrap_or(f64::NAN);
    row("layout shift added", format!("{:.4}", added("layout_shift")), "0", "bench lighthouse");
    row("blocking time added", format!("{:.0} ms", added("blocking_ms")), "20 ms", "bench lighthouse");
    let new = lighthouse["new_console_errors"].as_array().map_or(0, Vec::len);
    row("console errors added", new.to_string(), "0", "bench lighthouse");
    say("");
    say(delivery.trim());
    say("");
    say(matrix.trim());
    Ok(())
}

/// Whole milliseconds.
fn ms(told: &Value) -> String {
    format!("{:.0} ms", told.as_f64().unwrap_or(f64::NAN))
}

/// What one of this program's commands prints, shown as it comes on standard error.
fn printed(place: &Place, args: &[&str]) -> Result<String> {
    say(format_args!("<!-- cargo xtask {} -->", args.join(" ")));
    let mut command = Command::new(env::current_exe().context("this program has no file")?);
    let ended = command.current_dir(&place.root).args(args).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    anyhow::ensure!(ended.status.success(), "`cargo xtask {}` failed:\n{text}", args.join(" "));
    Ok(text)
}

/// The JSON on the last line that a command prints.
fn told(place: &Place, args: &[&str]) -> Result<Value> {
    let text = printed(place, args)?;
    let last = text.trim().lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("`cargo xtask {}` ended with no JSON: {last}", args.join(" ")))
}
