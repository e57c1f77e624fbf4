//! A damaged file: found by a quick look when it is opened, and refused with the command that puts a backup in its place.

use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

/// How long the look may take. It reads some hundred MB; what lies behind, `bearing check` reads.
const LOOK: Duration = Duration::from_millis(300);

/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 10_000;

/// Whether an error says that the file is damaged, or is no database at all.
pub(super) fn is_told_by(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// What stands behind the file's name when it is refused.
pub(super) fn refusal(found: &str) -> String {
    let found = found.replace('\n', " ");
    format!(
        "is damaged or no database ({found}); `bearing restore FILE --force` puts a backup in its place and keeps it aside"
    )
}

/// The first damage that a short look finds.
pub(super) fn quick_look(connection: &mut Connection) -> rusqlite::Result<Option<String>> {
    let begun = Instant::now();
    connection.progress_handler(STEPS, Some(move || begun.elapsed() > LOOK))?;
    let looked: rusqlite::Result<String> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    connection.progress_handler(0, None::<fn() -> bool>)?;
    match looked {
        Ok(line) if line == "ok" => Ok(None),
        Ok(line) => Ok(Some(line)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        Err(error) => Err(error),
    }
}
