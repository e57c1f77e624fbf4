//! Opening the file: durable settings, and migrations that are transactional, re-runnable and safe to race.

use std::path::Path;
use std::time::{Duration, Instant};

use bearing_shared::cell;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::damage;
use crate::backup::private;
use crate::letters::fold;
use crate::transfer::Purpose;
use crate::{Result, StoreError};

/// Every migration in order; the schema's version is the number of those applied.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_start.sql"),
    include_str!("../../migrations/sqlite/0002_generations.sql"),
    include_str!("../../migrations/sqlite/0003_webhooks.sql"),
    include_str!("../../migrations/sqlite/0004_deleted.sql"),
    include_str!("../../migrations/sqlite/0005_members.sql"),
    include_str!("../../migrations/sqlite/0006_marks.sql"),
    include_str!("../../migrations/sqlite/0007_identities.sql"),
    include_str!("../../migrations/sqlite/0008_origins.sql"),
    include_str!("../../migrations/sqlite/0009_suspicion.sql"),
    include_str!("../../migrations/sqlite/0010_retention.sql"),
    include_str!("../../migrations/sqlite/0011_audit_chain.sql"),
    include_str!("../../migrations/sqlite/0012_identity_rotation.sql"),
    include_str!("../../migrations/sqlite/0013_holders.sql"),
];

/// The lowest binary (as the number of migrations it knows) that can work on the newest schema.
const MIN_BINARY: i64 = 2;

/// Before 3.51.3 a rare race in resetting the WAL could corrupt the file (sqlite.org/wal.html, walresetbug).
const MIN_SQLITE: i32 = 3_051_003;

/// How long a connection waits for what another one holds.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How long a file that another process is opening is tried again, and the pause before each try.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Opens the writing connection; to fill the file, as the only one that has it open.
///
/// SQLite itself keeps the others away: every connection holds a lock of the file for as long as it is open, and to have
/// it alone is one of its modes.
pub(super) fn for_writing(path: &Path, purpose: Purpose) -> Result<Connection> {
    if rusqlite::version_number() < MIN_SQLITE {
        let version = rusqlite::version();
        return Err(StoreError::Unusable(format!("SQLite {version} is linked; Bearing needs 3.51.3 or later.")));
    }
    // A new file is its owner's alone, whatever the umask, and SQLite gives its log the same rights: it holds what people
    // said. What stands in the way of that SQLite says itself.
    if is_file(path) {
        let _ = private().create_new(true).open(path);
    }
    let begun = Instant::now();
    let opened = loop {
        match attempt(path, purpose) {
            // Two servers may open a new file at once. SQLite's own busy time-out does not cover the switch to WAL.
            Err(error) if is_busy(&error) && begun.elapsed() < BUSY_PATIENCE => std::thread::sleep(BUSY_PAUSE),
            result => break result,
        }
    };
    let refusal = match opened {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(refusal)) => refusal,
        Err(error) if is_busy(&error) => match purpose {
            Purpose::Serve => "is held by another process, perhaps one that fills it; wait until that has ended".into(),
            Purpose::Fill => {
                "is open in another process; stop every server and command that works on it, then run this again".into()
            }
        },
        Err(error) if damage::is_told_by(&error) => damage::refusal(&error.to_string()),
        // Without the statement, which may be a whole migration.
        Err(rusqlite::Error::SqlInputError { msg, .. }) => format!("cannot be opened as a database: {msg}"),
        Err(error) => format!("cannot be opened as a database: {error}"),
    };
    Err(StoreError::Unusable(format!("{} {refusal}.", path.display())))
}

/// Whether SQLite takes a path for a file's as it stands: what begins so is memory, or an address with options.
fn is_file(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    !path.starts_with(b":") && !path.starts_with(b"file:")
}

/// Opens the file once: a connection, or why the file is refused.
fn attempt(path: &Path, purpose: Purpose) -> rusqlite::Result<std::result::Result<Connection, String>> {
    let mut connection = connect(path)?;
    if purpose == Purpose::Fill {
        connection.busy_timeout(Duration::ZERO)?;
        connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    }
    if is_foreign(&connection)? {
        return Ok(Err("is another program's database; name a file for bearing alone".into()));
    }
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Ok(Err("lies where SQLite's WAL does not work; use a local disk".into()));
    }
    if let Some(found) = damage::quick_look(&mut connection)? {
        return Ok(Err(damage::refusal(&found)));
    }
    Ok(match migrate(&mut connection)? {
        Some(refusal) => Err(refusal),
        None => Ok(connection),
    })
}

/// Whether another process holds what this one needs.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

/// Whether the file holds tables, and none of them is ours.
pub(super) fn is_foreign(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) > 0 AND sum(name = 'meta') = 0 FROM sqlite_schema WHERE type = 'table'";
    connection.query_row(sql, [], |row| row.get(0))
}

/// Opens a reading connection.
pub(super) fn for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    add_contains_text(&connection)?;
    add_folds(&connection)?;
    Ok(connection)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    // FULL: a commit returns only after the WAL is flushed. Nothing weaker may acknowledge an answer.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is erased is overwritten in the file.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -4_096)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Adds `contains_text(text, part)`: whether a text holds another, whatever the case, in any script.
fn add_contains_text(connection: &Connection) -> rusqlite::Result<()> {
    use rusqlite::functions::FunctionFlags;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("contains_text", 2, flags, |context| {
        let text: Option<String> = context.get(0)?;
        let part: String = context.get(1)?;
        Ok(text.is_some_and(|text| fold(&text).contains(&fold(&part))))
    })
}

/// Adds `device_of(sent)` and `language_of(sent)`: the values that cells are kept for, by the rules of cells.
fn add_folds(connection: &Connection) -> rusqlite::Result<()> {
    use rusqlite::functions::FunctionFlags;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("device_of", 1, flags, |context| {
        Ok(cell::device(context.get_raw(0).as_str_or_null()?))
    })?;
    connection.create_scalar_function("language_of", 1, flags, |context| {
        Ok(cell::language(context.get_raw(0).as_str_or_null()?).into_owned())
    })
}

/// Applies what is missing, each migration in a transaction with its version; says why when the schema is out of reach.
fn migrate(connection: &mut Connection) -> rusqlite::Result<Option<String>> {
    let newest = MIGRATIONS.len() as i64;
    loop {
        // Two servers may start at once: IMMEDIATE makes one wait, and it then finds the work done.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let has_meta: bool =
            transaction
                .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'meta')", [], |row| row.get(0))?;
        let read = |name: &str| -> rusqlite::Result<Option<i64>> {
            transaction.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()
        };
        let version = if has_meta { read("version")?.unwrap_or(0) } else { 0 };
        let min_binary = if has_meta { read("min_binary")?.unwrap_or(0) } else { 0 };
        if min_binary > newest {
            return Ok(Some(format!(
                "has schema {version} and needs a newer bearing, one that knows schema {min_binary}; this one knows \
                 schema {newest}"
            )));
        }
        if version >= newest {
            return Ok(None);
        }
        transaction.execute_batch(MIGRATIONS[version as usize])?;
        let write =
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        transaction.execute(write, params!["version", version + 1])?;
        // A store may need more than its schema does.
        transaction.execute(write, params!["min_binary", MIN_BINARY.max(min_binary)])?;
        if version == 0 {
            transaction.execute(write, params!["revision", 1])?;
            transaction.execute("INSERT INTO meta (name, value) VALUES ('tombstone_key', randomblob(32))", [])?;
        }
        transaction.commit()?;
    }
}
