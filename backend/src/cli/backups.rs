//! The commands `backup` and `restore`: what they say, and what they ask of the store.

use std::path::Path;

use anyhow::bail;
use bearing_storage::{Contents, Store};

use super::say;

/// Refuses to back up a store that is not there, which opening would make.
pub(super) fn must_be_there(url: &str) -> anyhow::Result<()> {
    if bearing_storage::is_missing(url) {
        bail!("There is no store at {url}; name its folder with --data or its address with --database-url.");
    }
    Ok(())
}

pub(super) async fn back_up(store: &dyn Store, file: &Path, force: bool) -> anyhow::Result<()> {
    let contents = bearing_storage::back_up(store, file, force).await?;
    say(&format!("Backed up {} to {}, with its checksum beside it.", said(contents), file.display()))
}

pub(super) async fn restore(url: &str, file: &Path, force: bool) -> anyhow::Result<()> {
    let restored = bearing_storage::restore(url, file, force).await?;
    say(&format!("Restored {}.", said(restored.contents)))?;
    for problem in &restored.problems {
        say(problem)?;
    }
    if !restored.problems.is_empty() {
        say("The backup was taken of a store whose counts were wrong: run `bearing recount`.")?;
    }
    if let Some(aside) = restored.aside {
        say(&format!("The store that was there is kept as {}; remove it when all is well.", aside.display()))?;
    }
    say("Start the server again: `bearing serve`.")
}

fn said(contents: Contents) -> String {
    format!("{} responses and {} sites (schema {})", contents.responses, contents.sites, contents.schema)
}
