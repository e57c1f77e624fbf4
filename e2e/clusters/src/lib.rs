//! Servers of this process's own, for tests and measurements: made in temporary folders, gone with the process.

pub mod nats;
pub mod postgres;

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a server may take to be as it is wanted: the machine may be busy with a build.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A program's standard output; its complaint is the error.
fn output(mut command: Command, what: &str) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {what}"))?;
    if !output.status.success() {
        bail!("{what} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A new folder, made by a program that may run under another account.
fn folder(mut mktemp: Command, name: &str) -> Result<PathBuf> {
    mktemp.args(["--directory", "--tmpdir", &format!("bearing-{name}-XXXXXX")]);
    Ok(PathBuf::from(output(mktemp, &format!("`mktemp` for the folder of {name}"))?.trim()))
}

/// Looks until there is something to see, and returns it.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return Ok(seen);
        }
        if begun.elapsed() > PATIENCE {
            bail!("waited in vain for {what}");
        }
        thread::sleep(PAUSE);
    }
}

/// Whether this account is root.
pub fn is_root() -> bool {
    let mut id = Command::new("id");
    id.arg("-u");
    output(id, "id").is_ok_and(|id| id.trim() == "0")
}

/// What of this process's environment its servers see.
fn environment() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    ["PATH", "TMPDIR"].into_iter().filter_map(|name| Some((name, env::var_os(name)?)))
}
