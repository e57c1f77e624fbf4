//! The matrix as a table of situations and engines, written anew whenever an engine has played.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use bearing_e2e::engine::Engine;

use crate::situation::Situation;

/// What became of a situation in an engine.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) situation: &'static Situation,
    pub(crate) engine: Engine,
    /// What did not hold.
    pub(crate) fault: Option<String>,
    /// How long it took.
    pub(crate) seconds: f32,
}

impl Row {
    /// One line about a failure.
    pub(crate) fn failure(&self) -> Option<String> {
        let fault = self.fault.as_ref()?;
        let expected = self.situation.expected_in(self.engine).word();
        Some(format!("- {} (expected: {expected}; {:.1} s): {fault}", self.situation.name, self.seconds))
    }

    fn cell(&self) -> String {
        let expected = self.situation.expected_in(self.engine).word();
        match self.fault {
            Some(_) => format!("**not {expected}**"),
            None => expected.to_owned(),
        }
    }
}

/// What the engines of this run have played so far, and how long it took.
static PLAYED: Mutex<BTreeMap<Engine, (Vec<Row>, Duration)>> = Mutex::new(BTreeMap::new());

/// Adds what an engine has played and writes the table.
pub(crate) fn write(engine: Engine, rows: &[Row], took: Duration) -> Result<()> {
    let mut played = PLAYED.lock().unwrap_or_else(PoisonError::into_inner);
    played.insert(engine, (rows.to_vec(), took));
    let path = std::env::var_os("BEARING_MATRIX_OUT")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/.build/matrix.md"), PathBuf::from);
    let folder = path.parent().context("the table stands in a folder")?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(&path, table(&played)).with_context(|| path.display().to_string())
}

fn table(played: &BTreeMap<Engine, (Vec<Row>, Duration)>) -> String {
    let mut text = String::from("| situation |");
    for engine in played.keys() {
        text += &format!(" {} |", engine.name());
    }
    text += "\n|---|";
    text += &"---|".repeat(played.len());
    let mut notes = Vec::new();
    let longest = played.values().map(|(rows, _)| rows).max_by_key(|rows| rows.len());
    for row in longest.into_iter().flatten() {
        let situation = row.situation;
        let _ = write!(text, "\n| {} |", situation.name);
        for (rows, _) in played.values() {
            let cell =
                rows.iter().find(|other| other.situation.name == situation.name).map_or(String::new(), Row::cell);
            let _ = write!(text, " {cell} |");
        }
        let why =
            situation.differs.iter().map(|(engine, _, why)| format!("{}, {}: {why}", situation.name, engine.name()));
        notes.extend(why);
    }
    text += "\n";
    for note in notes {
        let _ = write!(text, "\n{note}");
    }
    for (engine, (rows, took)) in played {
        let _ = write!(text, "\n{}: {} situations in {:.0} s", engine.name(), rows.len(), took.as_secs_f32());
    }
    text + "\n"
}
