//! Keeps checkouts that share the cache folder from taking each other's compiled crates for their own.
//!
//! Cargo tells a workspace crate's artifacts by its path below the workspace, and their age by the sources' times: of
//! two checkouts, the one built last would lend its crates to the other. Crates from a registry are rightly shared.

use std::{
    fs::{self, File},
    path::Path,
    time::SystemTime,
};

use anyhow::{Context, Result};

use crate::{place::Place, process::say};

/// The folders that hold the workspace's crates.
const CRATES: [&str; 5] = ["shared", "widget", "backend", "e2e", "xtask"];

/// Makes cargo look anew at this checkout's sources when another checkout built last.
pub(crate) fn claim(place: &Place) -> Result<()> {
    let own = place.root.to_string_lossy();
    for target in [place.target(), place.wasm_target()] {
        let owner = target.join("checkout");
        if fs::read_to_string(&owner).is_ok_and(|last| last == own) {
            continue;
        }
        if target.is_dir() {
            say("another checkout built last; this one's crates are compiled again");
            for folder in CRATES {
                touch(&place.root.join(folder))?;
            }
        }
        fs::create_dir_all(&target).with_context(|| format!("cannot make the folder {}", target.display()))?;
        fs::write(&owner, own.as_bytes()).with_context(|| format!("cannot write {}", owner.display()))?;
    }
    Ok(())
}

/// Sets the time of every Rust source below a folder to now.
fn touch(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            touch(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let now = now();
            let source = File::options().append(true).open(&path);
            let touched = source.and_then(|source| source.set_modified(now));
            touched.with_context(|| format!("cannot set the time of {}", path.display()))?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "cargo compares file times with the real clock")]
fn now() -> SystemTime {
    SystemTime::now()
}
