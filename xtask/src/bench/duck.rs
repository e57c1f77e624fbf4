//! DuckDB beside the server: a Python process that answers a question a line, over the same rows.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{data, place::Place};

/// A DuckDB that has the rows of one folder open.
pub(super) struct Duck {
    child: Child,
    questions: ChildStdin,
    replies: BufReader<ChildStdout>,
    /// What it says of itself: `version`, `threads`, `rows`.
    pub(super) about: Value,
}

impl Duck {
    pub(super) fn open(place: &Place, folder: &Path) -> Result<Self> {
        let mut command = Command::new(data::python(place)?);
        command.arg(place.root.join("xtask/python/bench_duckdb.py")).arg(folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start Python")?;
        let questions = child.stdin.take().context("DuckDB has no standard input")?;
        let replies = BufReader::new(child.stdout.take().context("DuckDB has no standard output")?);
        let mut duck = Self { child, questions, replies, about: Value::Null };
        duck.about = duck.reply()?;
        Ok(duck)
    }

    /// How long the question took, in milliseconds.
    pub(super) fn time(&mut self, question: &str) -> Result<f64> {
        self.ask(question)?["ms"].as_f64().context("DuckDB told no time")
    }

    /// The answer to a question: rows in order, values in the order of the columns.
    pub(super) fn rows(&mut self, question: &str) -> Result<Value> {
        Ok(self.ask(&format!("rows {question}"))?["rows"].take())
    }

    fn ask(&mut self, line: &str) -> Result<Value> {
        writeln!(self.questions, "{line}").context("DuckDB is gone")?;
        self.reply()
    }

    fn reply(&mut self) -> Result<Value> {
        let mut line = String::new();
        let read = self.replies.read_line(&mut line)?;
        ensure!(read > 0, "DuckDB ended; its own message is above");
        serde_json::from_str(&line).context("DuckDB's reply is no JSON")
    }
}

impl Drop for Duck {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
