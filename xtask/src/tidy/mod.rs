//! `tidy`: the house rules that a program can check; each breach is one sentence with the file and what to do.

mod direction;
mod proofs;
mod sources;
mod text;

use std::{fs, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    place::Place,
    process::{complain, output, say},
    setup::{self, Part},
};

/// One file of the repository, as text.
struct Source {
    /// Its path below the root.
    path: String,
    text: String,
}

impl Source {
    fn is_under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    fn has_ending(&self, endings: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
    }
}

/// Checks everything; prints every breach and fails when there is one.
pub(crate) fn tidy(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let sources = sources_of(place)?;
    let mut breaches = direction::check(place)?;
    breaches.extend(sources::check(&sources));
    breaches.extend(proofs::check(&sources));
    for note in sources::long_files(&sources) {
        say(format_args!("note: {note}"));
    }
    for breach in &breaches {
        complain(breach);
    }
    if !breaches.is_empty() {
        bail!("{} house rules are broken; the sentences above say where", breaches.len());
    }
    say(format_args!("tidy: {} files and the crate graph keep the house rules", sources.len()));
    Ok(())
}

/// Every text file that git tracks or would track.
fn sources_of(place: &Place) -> Result<Vec<Source>> {
    let mut git = Command::new("git");
    // A clone may belong to another account, as in some CI; listing its files is harmless.
    git.current_dir(&place.root).args([
        "-c",
        "safe.directory=*",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let list = output(git, "git")?;
    let mut sources = Vec::new();
    for path in list.lines() {
        let file = place.root.join(path);
        // A file that is deleted but not yet committed is still on git's list.
        if !file.is_file() {
            continue;
        }
        let bytes = fs::read(&file).with_context(|| format!("cannot read {path}"))?;
        // Pictures and other binaries have no house rules.
        if let Ok(text) = String::from_utf8(bytes) {
            sources.push(Source { path: path.to_owned(), text });
        }
    }
    Ok(sources)
}
