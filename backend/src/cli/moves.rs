//! The command `migrate --from --to`: what it says while a store is moved.

use anyhow::bail;
use bearing_storage::Progress;

use super::say;

/// Rows between two lines about one table.
const EVERY: u64 = 50_000;

pub(super) async fn transfer(from: &str, to: &str) -> anyhow::Result<()> {
    let mut said: Option<(&str, u64)> = None;
    let tell = |progress| {
        let line = match progress {
            Progress::Copied { table, rows } => {
                let before = said.filter(|(known, _)| *known == table).map_or(0, |(_, rows)| rows);
                said = Some((table, rows));
                // Of a small table one line, of a large one now and then.
                if before > 0 && before / EVERY == rows / EVERY {
                    return;
                }
                format!("{table}: {rows} rows")
            }
            Progress::Counting => "The answers are counted.".into(),
            Progress::Comparing => "The two stores are compared.".into(),
        };
        // Whoever stopped reading still wants the store.
        let _ = say(&line);
    };
    let moved = bearing_storage::transfer(from, to, tell).await?;
    for difference in &moved.differences {
        say(difference)?;
    }
    match moved.differences.len() {
        0 => say(&format!(
            "Moved: {} sites with {} counted answers, the same scores in both. Serve the new store by --database-url.",
            moved.sites, moved.answers
        )),
        count => {
            bail!("{count} differences; were the servers of the old store stopped? Empty the new one and move again.")
        }
    }
}
