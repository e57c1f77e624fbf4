//! The commands `backup` and `restore`: what they say.

use std::path::Path;

use bearing_storage::Contents;

use super::options::Place;
use super::{say, secrets};

pub(super) async fn back_up(place: &Place, url: &str, file: &Path, force: bool) -> anyhow::Result<()> {
    let contents = bearing_storage::back_up(url, file, force).await?;
    say(&format!("Backed up {} to {}, with its checksum beside it.", said(contents), file.display()))?;
    match secrets::put_beside(place, url, file)? {
        Some(key) => say(&format!(
            "The key of its secrets is {}: whoever has both can read them, so keep it in another place.",
            key.display()
        )),
        None if place.secret_key.is_some() || place.secret_key_file.is_some() => {
            say("The key that you gave is not in the backup, and is needed with it.")
        }
        None => Ok(()),
    }
}

pub(super) async fn restore(place: &Place, url: &str, file: &Path, force: bool) -> anyhow::Result<()> {
    let restored = bearing_storage::restore(url, file, force).await?;
    let has_key = secrets::take_along(place, url, file)?;
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
    match has_key {
        true => {
            say("The key of its secrets lay beside it and was taken along. Start the server again: `bearing serve`.")
        }
        false => say("Start the server again, with the key that its secrets were sealed with: `bearing serve`."),
    }
}

fn said(contents: Contents) -> String {
    format!("{} responses and {} sites (schema {})", contents.responses, contents.sites, contents.schema)
}
