//! The commands `backup` and `restore`: what they say.

use std::path::Path;

use bearing_storage::Contents;

use super::say;

pub(super) async fn back_up(url: &str, file: &Path, force: bool) -> anyhow::Result<()> {
    let contents = bearing_storage::back_up(url, file, force).await?;
    say(&format!("Backed up {} to {}, with its checksum beside it.", said(contents), file.display()))?;
    say("The key of sealed secrets is in no backup: keep it in another place.")
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
    say("Start the server again, with the key that its secrets were sealed with: `bearing serve`.")
}

fn said(contents: Contents) -> String {
    format!("{} responses and {} sites (schema {})", contents.responses, contents.sites, contents.schema)
}
