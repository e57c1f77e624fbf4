//! Public tables that set-up fetched, and what an independent program makes of them.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::process::Command;

/// The file of a table: in the folder that `BEARING_DATASETS` names, else where set-up writes it.
///
/// # Errors
/// It is not there; the error says what to run.
pub fn file(name: &str) -> Result<PathBuf> {
    let folder = match env::var_os("BEARING_DATASETS") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
            let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).context("HOME is not set")?;
            cache.join("bearing/data")
        }
    };
    let file = folder.join(format!("{name}.csv"));
    ensure!(file.is_file(), "{} is not there; run `cargo xtask setup`", file.display());
    Ok(file)
}

/// The named columns of a table, row by row.
///
/// # Errors
/// The table is not there, or has no such column.
pub fn columns<const N: usize>(name: &str, wanted: [&str; N]) -> Result<Vec<[String; N]>> {
    let file = file(name)?;
    let mut reader = csv::Reader::from_path(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let header = reader.headers()?.clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(wanted) {
        let found = header.iter().position(|name| name == column);
        *place = found.with_context(|| format!("{} has no column {column}", file.display()))?;
    }
    reader
        .records()
        .map(|row| {
            let row = row?;
            Ok(places.map(|place| row[place].to_owned()))
        })
        .collect()
}

/// What `e2e/python/<script>` prints about a table: the numbers that the product should report.
///
/// # Errors
/// There is no Python that can run it, or it fails; its complaint is shown.
pub async fn expected(script: &str, table: &str, args: &[&str]) -> Result<Value> {
    let python = env::var_os("BEARING_PYTHON").context(
        "BEARING_PYTHON names no Python; run `cargo xtask setup`, and this test by `cargo xtask test --only e2e`",
    )?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
    let output = Command::new(&python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(&script)
        .arg(file(table)?)
        .args(args)
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("cannot start {}; run `cargo xtask setup`", python.display()))?;
    ensure!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).with_context(|| format!("{} printed no JSON", script.display()))
}
