//! The figures as Markdown and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::peer::Absent;
use crate::row::Row;

/// What the row of an engine's intake is called.
pub(crate) fn durable_on(engine: &str) -> String {
    format!("durable, {engine}")
}

/// What the row of another product is called.
pub(crate) fn peer_is(name: &str) -> String {
    format!("peer: {name}")
}

/// A row's rate over that of the row of this name among `all`.
fn over(row: &Row, name: &str, all: &[Row]) -> Option<f64> {
    let other = all.iter().find(|other| other.name == name && other.connections == row.connections)?;
    Some(round(row.rate() / other.rate(), 100.0))
}

fn round(number: f64, steps: f64) -> f64 {
    (number * steps).round() / steps
}

/// The rows as a table; the ratios are to the rows of `all` with as many connections.
pub(crate) fn markdown(rows: &[Row], all: &[Row]) -> String {
    let mut table = String::from(
        "| route | connections | answers/s | in the store/s | p50 ms | p99 ms | of JSON | of no-op | rows a flush | ms a flush \
         | resident MiB | refused |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n",
    );
    let shown = |number: Option<f64>| number.map_or_else(|| "–".to_owned(), |number| format!("{number:.2}"));
    for row in rows {
        let each = row.flushes.each();
        let _ = writeln!(
            table,
            "| {} | {} | {:.0} | {:.0} | {:.2} | {:.2} | {} | {} | {} | {} | {} | {} |",
            row.name,
            row.connections,
            row.rate(),
            row.settled(),
            row.times.percentile_ms(0.5),
            row.times.percentile_ms(0.99),
            shown(over(row, "JSON", all)),
            shown(over(row, "no-op", all)),
            shown(each.map(|(rows, _)| rows)),
            shown(each.map(|(_, ms)| ms)),
            row.resident_mib.map_or_else(|| "–".to_owned(), |mib| format!("{mib:.0}")),
            row.refused,
        );
    }
    table
}

/// Lines of that table for what has no figures, and says why.
pub(crate) fn without_figures(absent: &[Absent]) -> String {
    // A line break or a bar would end the cell.
    let why = |one: &Absent| one.why.replace(['\n', '|'], " ");
    absent.iter().map(|one| format!("| {}: not measured: {} |\n", peer_is(one.title), why(one))).collect()
}

/// The rows as JSON.
pub(crate) fn told(rows: &[Row], all: &[Row]) -> Vec<Value> {
    let object = |row: &Row| {
        let each = row.flushes.each();
        json!({
            "route": row.name, "connections": row.connections, "answers_per_second": row.rate().round(),
            "in_store_per_second": row.settled().round(),
            "p50_ms": round(row.times.percentile_ms(0.5), 100.0), "p99_ms": round(row.times.percentile_ms(0.99), 100.0),
            "of_json": over(row, "JSON", all), "of_noop": over(row, "no-op", all),
            "rows_per_flush": each.map(|(rows, _)| round(rows, 100.0)),
            "flush_ms": each.map(|(_, ms)| round(ms, 100.0)),
            "resident_mib": row.resident_mib.map(|mib| round(mib, 10.0)), "refused": row.refused,
        })
    };
    rows.iter().map(object).collect()
}
