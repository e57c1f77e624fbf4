//! Backup and restore in SQLite: page by page from a snapshot while others write, and a checked file in the store's place.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, TransactionBehavior};

use super::{check, damage, open};
use crate::backup::{Contents, Restored, flush_folder, named, private, remove};
use crate::transfer::Purpose;
use crate::{Result, StoreError};

/// Pages copied between two pauses: 1 MiB.
const PAGES: i32 = 256;

/// Steps between two flushes of the copy. Flushed at the end only, it would keep the server's own flushes waiting.
const STEPS_A_FLUSH: u32 = 4;

/// The pause where the source is locked for a moment.
const LOCKED_PAUSE: Duration = Duration::from_millis(20);

/// Backs a store up into an empty file.
pub(crate) fn back_up(path: &Path, to: &Path) -> Result<Contents> {
    // For reading: neither a server's writer nor the schema is touched.
    let copied = open::for_reading(path).map_err(StoreError::from).and_then(|connection| copy(&connection, to));
    copied.map_err(|error| StoreError::Unusable(format!("{} cannot be backed up: {error}.", path.display())))?;
    settle(to)
}

/// Copies every page as it is now into an empty file.
fn copy(connection: &Connection, to: &Path) -> Result<()> {
    // One transaction over all steps: it sees one state, and no write makes it begin anew.
    let snapshot = connection.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))?;
    let mut target = Connection::open(to)?;
    // A copy that is cut off is thrown away whole: it needs no journal.
    target.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
    target.pragma_update(None, "synchronous", "OFF")?;
    target.pragma_update(None, "cache_size", -2_048)?;
    let file = File::open(to).map_err(failed)?;
    let backup = Backup::new(&snapshot, &mut target)?;
    for step in 1_u32.. {
        let begun = Instant::now();
        match backup.step(PAGES)? {
            StepResult::Done => break,
            StepResult::More => {
                if step.is_multiple_of(STEPS_A_FLUSH) {
                    file.sync_data().map_err(failed)?;
                }
                // Half of the time is the server's.
                std::thread::sleep(begun.elapsed());
            }
            _ => std::thread::sleep(LOCKED_PAUSE),
        }
    }
    Ok(())
}

/// Makes a copy one file that needs no other, checks and flushes it.
pub(crate) fn settle(path: &Path) -> Result<Contents> {
    let connection = Connection::open(path)?;
    single(&connection)?;
    let wrong = integrity(&connection)?;
    if let Some(wrong) = wrong {
        let message = format!("The store is damaged ({wrong}) and so would be its backup; restore an earlier one.");
        return Err(StoreError::Unusable(message));
    }
    let contents = contents(&connection)?;
    drop(connection);
    File::open(path).and_then(|file| file.sync_all()).map_err(failed)?;
    Ok(contents)
}

/// Leaves WAL: everything is in the one file, and nobody else has it open. False where somebody has.
fn single(connection: &Connection) -> rusqlite::Result<bool> {
    let mode = connection.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0));
    match mode {
        Ok(mode) => Ok(mode == "delete"),
        Err(error) if open::is_busy(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The first thing that is wrong with the file.
fn integrity(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let line: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    Ok((line != "ok").then(|| line.replace('\n', " ")))
}

fn contents(connection: &Connection) -> rusqlite::Result<Contents> {
    let sql = "SELECT (SELECT value FROM meta WHERE name = 'version'), (SELECT count(*) FROM site),
               (SELECT count(*) FROM response WHERE site_id IN (SELECT id FROM site))";
    connection.query_row(sql, [], |row| {
        let count = |place| row.get(place).map(i64::cast_unsigned);
        Ok(Contents { schema: row.get(0)?, sites: count(1)?, responses: count(2)? })
    })
}

/// Puts a backup in the place of a store.
pub(crate) fn restore(path: &Path, from: &Path, replace: bool) -> Result<Restored> {
    let staged = named(path, ".restoring");
    let restored = stage(&staged, from).and_then(|(contents, problems)| {
        let aside = put(&staged, path, replace)?;
        Ok(Restored { contents, aside, problems })
    });
    if restored.is_err() {
        let _ = remove(&staged);
    }
    restored
}

/// Copies a backup beside the store and checks the copy as it is opened: what is checked is what will be served.
pub(crate) fn stage(staged: &Path, from: &Path) -> Result<(Contents, Vec<String>)> {
    let name = from.display();
    let copied = File::open(from).and_then(|mut source| {
        // What a command left that was killed.
        remove(staged)?;
        let mut copy = private().create(true).truncate(true).open(staged)?;
        io::copy(&mut source, &mut copy)
    });
    copied
        .map_err(|error| StoreError::Unusable(format!("{name} cannot be copied to {}: {error}.", staged.display())))?;
    let unsound = |why: &str| StoreError::Unusable(format!("{name} is no sound backup ({why}); take another."));
    if fs::metadata(staged).is_ok_and(|file| file.len() == 0) {
        // SQLite would take it for a new database.
        return Err(unsound("it is empty"));
    }
    // Before it is opened as a store, whose refusal would speak of the store.
    match Connection::open(staged).and_then(|mut connection| damage::quick_look(&mut connection)) {
        Ok(None) => {}
        Ok(Some(found)) => return Err(unsound(&found)),
        Err(error) => return Err(unsound(&error.to_string())),
    }
    let mut connection = open::for_writing(staged, Purpose::Serve).map_err(|error| {
        let why = error.to_string().replace(&format!("{} ", staged.display()), "");
        unsound(why.trim_end_matches('.'))
    })?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let mut problems = check::check(&transaction)?.problems;
    if let Some(wrong) = problems.iter().find(|problem| problem.starts_with("integrity:")) {
        return Err(unsound(wrong));
    }
    let found = contents(&transaction)?;
    drop(transaction);
    if !single(&connection)? {
        problems.push(format!("{} is held open by another program.", staged.display()));
    }
    drop(connection);
    File::open(staged).and_then(|file| file.sync_all()).map_err(failed)?;
    Ok((found, problems))
}

/// Renames a staged file to the store's, and keeps what was there; where.
fn put(staged: &Path, path: &Path, replace: bool) -> Result<Option<PathBuf>> {
    // Held until the names are changed: a server that starts in between then finds that its file has moved.
    let held = if path.exists() { hold(path, replace)? } else { None };
    let aside = (1..).map(|number| named(path, &format!(".replaced-{number}"))).find(|aside| !aside.exists());
    let aside = aside.unwrap_or_default();
    let was_there = path.exists();
    let moved = || -> io::Result<()> {
        if was_there {
            // A second name, where the disk knows such: at no moment is there no store.
            fs::hard_link(path, &aside).or_else(|_| fs::copy(path, &aside).map(drop))?;
        }
        for ending in ["-wal", "-shm"] {
            let log = named(path, ending);
            if log.exists() {
                // A log left beside another file would be read into it.
                fs::rename(&log, named(&aside, ending))?;
            }
        }
        fs::rename(staged, path)?;
        flush_folder(path)
    };
    moved().map_err(failed)?;
    drop(held);
    Ok(was_there.then_some(aside))
}

/// Holds a store that may be replaced so that nobody opens it; `None` for one that is damaged.
fn hold(path: &Path, replace: bool) -> Result<Option<Connection>> {
    let name = path.display();
    let refused = |why: String| Err(StoreError::Unusable(why));
    let look = || -> rusqlite::Result<_> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(1))?;
        if open::is_foreign(&connection)? {
            return Ok(Err("is another program's database; name a file for bearing alone"));
        }
        if !single(&connection)? {
            return Ok(Err("is open in another process; stop the server first"));
        }
        connection.execute_batch("BEGIN EXCLUSIVE")?;
        let is_new: bool =
            connection.query_row("SELECT count(*) = 0 FROM sqlite_schema WHERE name = 'meta'", [], |row| row.get(0))?;
        let holds = if is_new { 0 } else { contents(&connection)?.sites };
        Ok(Ok((connection, holds)))
    };
    match look() {
        Ok(Ok((_, sites))) if sites > 0 && !replace => refused(format!(
            "{name} holds {sites} sites; put the backup in its place with --force, which keeps it aside."
        )),
        Ok(Ok((connection, _))) => Ok(Some(connection)),
        Ok(Err(why)) => refused(format!("{name} {why}.")),
        Err(error) if open::is_busy(&error) => {
            refused(format!("{name} is open in another process; stop the server first."))
        }
        Err(error) if damage::is_told_by(&error) && replace => Ok(None),
        Err(error) if damage::is_told_by(&error) => refused(format!("{name} {}.", damage::refusal(&error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

fn failed(error: io::Error) -> StoreError {
    StoreError::Unusable(format!("A file cannot be written: {error}."))
}
