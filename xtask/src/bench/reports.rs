//! `bench reports`: what a report costs over millions of answers, over HTTP, with DuckDB over the same rows beside it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::duck::Duck;
use crate::{
    inputs,
    place::Place,
    process::{output, say, step},
    server::Server,
    setup::{self, Part},
};

/// Answers of the large store; the small one has a tenth of them, in the same cells.
const ANSWERS: u64 = 5_000_000;
const TENTH: u64 = 10;
/// Rounds that are timed, and those before that warm up.
const ROUNDS: usize = 31;
const WARM_UP: usize = 3;
/// The most that ten times the answers may cost, of what a tenth of them does.
const GROWTH: f64 = 1.5;

/// What a store's cells and rows are made of: when it changes, stores are loaded anew.
const MADE_OF: [&str; 5] = [
    "backend/examples/bench_reports.rs",
    "backend/storage/migrations",
    "backend/storage/src",
    "shared/src/cell.rs",
    "shared/src/histogram.rs",
];

/// One question, to the server and to DuckDB by the same name.
struct Question {
    name: &'static str,
    /// The report's path without its days.
    path: &'static str,
    /// The most milliseconds at the median, as the issue asks.
    limit: f64,
}

const QUESTIONS: [Question; 3] = [
    Question { name: "score", path: "score?metric=nps", limit: 5.0 },
    Question { name: "week", path: "trend?metric=nps&bucket=week&by=attr.segment", limit: 20.0 },
    Question { name: "day", path: "trend?metric=nps&bucket=day&by=attr.segment", limit: 80.0 },
];

/// A loaded store, served, and DuckDB over its rows.
struct Loaded {
    about: Value,
    server: Server,
    key: String,
    duck: Duck,
}

/// Loads what is not loaded, asks both, prints one JSON object; an error when a figure is missed.
pub(super) fn reports(place: &Place, args: &[String]) -> Result<()> {
    setup::ensure(place, &[Part::Crates, Part::Data])?;
    let answers = option(args, "--answers")?.unwrap_or(ANSWERS);
    let rounds = option(args, "--rounds")?.map_or(ROUNDS, |rounds| rounds as usize);
    ensure!(rounds > 0 && answers >= TENTH, "--rounds is at least 1, --answers at least {TENTH}");
    let mut large = load(place, answers)?;
    let mut small = load(place, answers / TENTH)?;
    let cells = QUESTIONS.iter().map(|question| {
        let (cells, tenth) = (large.compare(question)?, small.compare(question)?);
        ensure!(cells == tenth, "{}: {cells} cells and {tenth}; take more answers to fill them all", question.name);
        Ok(cells)
    });
    let cells = cells.collect::<Result<Vec<_>>>()?;
    let times = QUESTIONS.iter().map(|question| time(question, &mut large, &mut small, rounds));
    let times = times.collect::<Result<Vec<_>>>()?;
    let mut missed = Vec::new();
    let mut figures = serde_json::Map::new();
    for ((question, times), cells) in QUESTIONS.iter().zip(&times).zip(cells) {
        let growth = times.server / times.tenth;
        if times.server > question.limit {
            missed.push(format!("{} takes {:.1} ms and may take {}", question.name, times.server, question.limit));
        }
        if growth >= GROWTH {
            missed.push(format!("{} costs {growth:.2} times as much with ten times the answers", question.name));
        }
        let figure = json!({
            "cells": cells, "ms": hundredths(times.server), "limit_ms": question.limit, "duckdb_ms": hundredths(times.duck),
            "duckdb_over_ours": hundredths(times.duck / times.server), "tenth_ms": hundredths(times.tenth),
            "growth": hundredths(growth), "growth_limit": GROWTH,
        });
        figures.insert(question.name.to_owned(), figure);
    }
    say(json!({
        "answers": answers, "rounds": rounds, "load": large.about, "load_tenth": small.about,
        "duckdb": large.duck.about, "reports": figures, "equal_to_duckdb": true, "ok": missed.is_empty(),
    }));
    if !missed.is_empty() {
        bail!("{}", missed.join("; "));
    }
    Ok(())
}

fn option(args: &[String], name: &str) -> Result<Option<u64>> {
    let Some(at) = args.iter().position(|arg| arg == name) else { return Ok(None) };
    let number = args.get(at + 1).and_then(|number| number.parse().ok());
    Ok(Some(number.with_context(|| format!("{name} needs a whole number"))?))
}

/// Opens the store with this many answers; makes it first unless the cache has one that is made of the same.
fn load(place: &Place, answers: u64) -> Result<Loaded> {
    let made_of = inputs::fingerprint(&place.root, &MADE_OF, "")?;
    let folder = place.cache.join("bench").join(format!("reports-{answers}"));
    inputs::when_changed(&folder.join("complete"), &made_of, || fill(place, &folder, answers))?;
    let about = fs::read_to_string(folder.join("about.json")).context("the load left no about.json")?;
    let about: Value = serde_json::from_str(&about).context("about.json is no JSON")?;
    // It turns the CSV into its own file first; then there is nothing left to disturb the server.
    let duck = Duck::open(place, &folder)?;
    ensure!(duck.about["rows"] == answers, "DuckDB has {} rows of {answers}", duck.about["rows"]);
    let mut server = Server::over(place, &folder);
    let site = about["site"].as_str().context("about.json names no site")?;
    let key = server.command(&["key", "create", "--site", site, "--scope", "read"])?;
    let key = key["key"].as_str().context("`bearing key create` printed no key")?.to_owned();
    server.start()?;
    Ok(Loaded { about, server, key, duck })
}

fn fill(place: &Place, folder: &Path, answers: u64) -> Result<()> {
    // What is left of another state of the code is of no use, and gigabytes large.
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    step(&format!("{answers} answers"), || {
        let mut cargo = place.offline_cargo();
        let example = ["run", "--quiet", "--locked", "--release", "--package=bearing", "--example", "bench_reports"];
        cargo.args(example).args(["--", "--answers", &answers.to_string(), "--folder"]).arg(folder);
        let about = output(cargo, "the load")?;
        let file: PathBuf = folder.join("about.json");
        fs::write(&file, about).with_context(|| format!("cannot write {}", file.display()))
    })
}

impl Loaded {
    fn path(&self, question: &Question) -> Result<String> {
        let day = |name: &str| self.about[name].as_str().with_context(|| format!("about.json has no {name}"));
        Ok(format!("/v1/reports/{}&from={}&to={}", question.path, day("from")?, day("to")?))
    }

    fn ask(&self, question: &Question) -> Result<(Value, f64)> {
        let (reply, taken) = self.server.timed(&self.path(question)?, Some(&self.key))?;
        Ok((reply, taken.as_secs_f64() * 1_000.0))
    }

    /// How many (period, segment) pairs both give; an error unless they are the same, with the same counts and scores.
    fn compare(&mut self, question: &Question) -> Result<usize> {
        let (reply, _) = self.ask(question)?;
        ensure!(reply["source"] == "cells", "{}: read by {}, not from cells", question.name, reply["source"]);
        let (ours, theirs) = (ours(&reply)?, theirs(&self.duck.rows(question.name)?)?);
        ensure!(ours.keys().eq(theirs.keys()), "{}: {} pairs and {}", question.name, ours.len(), theirs.len());
        for (pair, (n, score)) in &ours {
            let (their_n, their_score) = theirs[pair];
            ensure!(
                *n == their_n && (score - their_score).abs() < 1e-9,
                "{} {pair:?}: {score} of {n}, and DuckDB finds {their_score} of {their_n}",
                question.name
            );
        }
        Ok(ours.len())
    }
}

/// Counts and scores by (period, segment); a report without either has one, of empty names.
type Pairs = BTreeMap<(String, String), (u64, f64)>;

/// What the server's reply holds, parts without answers left out.
fn ours(reply: &Value) -> Result<Pairs> {
    let Some(series) = reply["series"].as_array() else {
        return Ok(Pairs::from([(Default::default(), counted(&reply["n"], &reply["score"])?)]));
    };
    let mut pairs = Pairs::new();
    for one in series {
        let segment = one["value"].as_str().context("a series has no value")?;
        for point in one["points"].as_array().into_iter().flatten().filter(|point| point["n"] != 0) {
            let start = point["start"].as_str().context("a point has no start")?;
            pairs.insert((start.to_owned(), segment.to_owned()), counted(&point["n"], &point["score"])?);
        }
    }
    Ok(pairs)
}

/// What DuckDB's rows hold: period and segment, if it was parted by them, then n and score.
fn theirs(rows: &Value) -> Result<Pairs> {
    let rows = rows.as_array().context("DuckDB gave no rows")?;
    rows.iter()
        .map(|row| match row.as_array().map(Vec::as_slice) {
            Some([n, score]) => Ok((Default::default(), counted(n, score)?)),
            Some([Value::String(start), Value::String(segment), n, score]) => {
                Ok(((start.clone(), segment.clone()), counted(n, score)?))
            }
            _ => bail!("an unknown row: {row}"),
        })
        .collect()
}

fn counted(n: &Value, score: &Value) -> Result<(u64, f64)> {
    Ok((n.as_u64().context("no count")?, score.as_f64().context("no score")?))
}

/// Medians of one question, in milliseconds.
struct Times {
    /// The server over all answers.
    server: f64,
    /// The server over a tenth of them.
    tenth: f64,
    /// DuckDB over all answers.
    duck: f64,
}

/// Asks all three in turn, so that a busy moment of the machine meets all of them.
fn time(question: &Question, large: &mut Loaded, small: &mut Loaded, rounds: usize) -> Result<Times> {
    let (mut server, mut tenth, mut duck) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..WARM_UP + rounds {
        let taken = [large.ask(question)?.1, small.ask(question)?.1, large.duck.time(question.name)?];
        if round >= WARM_UP {
            [&mut server, &mut tenth, &mut duck].into_iter().zip(taken).for_each(|(times, one)| times.push(one));
        }
    }
    Ok(Times { server: median(server), tenth: median(tenth), duck: median(duck) })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_replies_are_read_into_the_same_pairs() {
        let point = |start: &str, n: u64, score: Value| json!({ "start": start, "n": n, "score": score });
        let trend = json!({ "series": [
            { "value": "pro", "points": [point("2024-01-01", 4, json!(50.0)), point("2024-01-08", 0, Value::Null)] },
            { "value": "free", "points": [point("2024-01-01", 2, json!(-50.0))] },
        ] });
        let rows = json!([["2024-01-01", "free", 2, -50.0], ["2024-01-01", "pro", 4, 50.0]]);
        assert_eq!(ours(&trend).unwrap(), theirs(&rows).unwrap());
        assert_eq!(ours(&trend).unwrap().len(), 2);
        let score = json!({ "n": 6, "score": 16.5 });
        assert_eq!(ours(&score).unwrap(), theirs(&json!([[6, 16.5]])).unwrap());
        assert!(theirs(&json!([[6]])).is_err());
    }

    #[test]
    fn arguments_are_read_and_nonsense_is_told() {
        let args = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(option(&args("--rounds 5"), "--rounds").unwrap(), Some(5));
        assert_eq!(option(&args("--rounds 5"), "--answers").unwrap(), None);
        assert!(option(&args("--rounds"), "--rounds").is_err());
        assert!(option(&args("--rounds many"), "--rounds").is_err());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
