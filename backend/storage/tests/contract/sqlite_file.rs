//! What only SQLite's file can show: files that are refused, and what lies on the disk.

use std::path::{Path, PathBuf};

use bearing_shared::api::intake::EventKind;
use bearing_shared::histogram::Histogram;
use bearing_storage::{
    Accept, Applied, Arrival, LogEntries, Outcome, Result, Store, StoreError, StoredResponse, apply_log,
};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::builders::*;

/// A folder, and a file in it that is not there yet.
pub(crate) fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("bearing.db");
    (folder, path)
}

pub(crate) async fn open(path: &Path) -> Result<std::sync::Arc<dyn Store>> {
    bearing_storage::open(&format!("sqlite:{}", path.display())).await
}

/// A connection that knows nothing of the store.
pub(crate) fn raw(path: &Path) -> Connection {
    Connection::open(path).expect("the file opens")
}

pub(crate) fn execute(path: &Path, sql: &str) {
    raw(path).execute_batch(sql).expect("the statement runs");
}

/// The sentence with which a store is refused.
async fn refusal(url: &str) -> String {
    match bearing_storage::open(url).await {
        Err(StoreError::Unusable(sentence)) => {
            assert!(sentence.ends_with('.') && !sentence.contains('\n') && !sentence.contains(". "), "{sentence}");
            sentence
        }
        Err(error) => panic!("{url} is refused in another way: {error:?}"),
        Ok(_) => panic!("{url} is not refused"),
    }
}

async fn file_refusal(path: &Path) -> String {
    refusal(&format!("sqlite:{}", path.display())).await
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_as_it_was() {
    let (_folder, path) = file();
    let text = "Dear diary, this is not a database.\n".repeat(200);
    std::fs::write(&path, &text).expect("the file is written");
    assert!(file_refusal(&path).await.contains("bearing.db"));
    assert_eq!(std::fs::read_to_string(&path).expect("it is still text"), text);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_its_owners_alone_and_an_old_one_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = file();
    let modes = || {
        let found = std::fs::read_dir(folder.path()).expect("the folder is read").map(|file| {
            let file = file.expect("a file");
            let mode = file.metadata().expect("it is there").permissions().mode() & 0o777;
            (file.file_name().to_string_lossy().into_owned(), mode)
        });
        found.collect::<std::collections::BTreeMap<_, _>>()
    };
    let store = open(&path).await.expect("a new file opens");
    let made = modes();
    assert!(made.contains_key("bearing.db") && made.contains_key("bearing.db-wal"), "{made:?}");
    assert!(made.values().all(|mode| *mode == 0o600), "{made:?}");
    store.close().await;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("they are set");
    open(&path).await.expect("it opens again").close().await;
    assert_eq!(modes()["bearing.db"], 0o640, "whoever lets a group read it goes on to");
}

#[tokio::test]
async fn a_damaged_database_is_refused() {
    let (_folder, path) = file();
    open(&path).await.expect("a new file opens").close().await;
    let mut bytes = std::fs::read(&path).expect("the file is read");
    bytes[100..4_096].fill(0xAA);
    std::fs::write(&path, &bytes).expect("the file is written");
    file_refusal(&path).await;
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_refused() {
    let (folder, _) = file();
    let path = folder.path().join("missing").join("bearing.db");
    assert!(file_refusal(&path).await.contains("missing"));
    assert!(!folder.path().join("missing").exists());
}

#[tokio::test]
async fn a_folder_in_the_files_place_is_refused() {
    let (folder, _) = file();
    file_refusal(folder.path()).await;
}

#[tokio::test]
async fn what_is_no_address_of_a_file_is_refused() {
    for url in ["bearing.db", "", "mysql://localhost/x", "postgres://localhost/x", "sqlite:", "sqlite::memory:"] {
        refusal(url).await;
    }
    assert!(!Path::new(":memory:").exists(), "nothing is left behind");
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_as_it_was() {
    for sql in
        ["CREATE TABLE site (x)", "CREATE TABLE meta (x)", "CREATE TABLE note (text); INSERT INTO note VALUES ('mine')"]
    {
        let (_folder, path) = file();
        execute(&path, sql);
        assert!(file_refusal(&path).await.contains("bearing.db"));
        let tables: i64 = raw(&path)
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .expect("it is still a database");
        assert_eq!(tables, 1, "{sql}");
    }
}

#[tokio::test]
async fn a_schema_that_needs_a_newer_binary_is_refused() {
    let (_folder, path) = file();
    open(&path).await.expect("a new file opens").close().await;
    execute(&path, "UPDATE meta SET value = 99 WHERE name IN ('version', 'min_binary')");
    let sentence = file_refusal(&path).await;
    assert!(sentence.contains("99") && sentence.contains("newer"), "{sentence}");
}

#[tokio::test]
async fn a_newer_schema_that_this_binary_can_read_is_opened_and_not_touched() {
    let (_folder, path) = file();
    open(&path).await.expect("a new file opens").close().await;
    execute(&path, "UPDATE meta SET value = 99 WHERE name = 'version'; ALTER TABLE response ADD COLUMN later TEXT");
    let store = open(&path).await.expect("an older binary runs on it");
    furnish(&store).await.expect("it works");
    assert_eq!(accept(&store, [response(1, 9)]).await.expect("it works"), [Outcome::Stored]);
    store.close().await;
    let version: i64 = raw(&path)
        .query_row("SELECT value FROM meta WHERE name = 'version'", [], |row| row.get(0))
        .expect("the version is there");
    assert_eq!(version, 99);
}

#[tokio::test]
async fn an_empty_file_becomes_a_store() -> Result<()> {
    let (_folder, path) = file();
    std::fs::write(&path, "").expect("the file is written");
    let store = open(&path).await?;
    furnish(&store).await?;
    assert_sound(&store).await
}

#[tokio::test]
async fn a_closed_store_leaves_one_file() -> Result<()> {
    let (folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    accept(&store, [response(1, 9)]).await?;
    assert_sound(&store).await?;
    store.close().await;
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder is read")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(files, ["bearing.db"]);
    let mode: String = raw(&path).query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("the mode is read");
    assert_eq!(mode, "wal");
    Ok(())
}

/// Has the engine refuse some rows for a reason of their own.
fn refuse_bad_visitors(path: &Path) {
    execute(
        path,
        "CREATE TRIGGER bad BEFORE INSERT ON response WHEN new.visitor = 'bad' BEGIN SELECT raise(ABORT, 'bad'); END",
    );
}

#[tokio::test]
async fn a_row_that_the_engine_refuses_fails_alone() -> Result<()> {
    let (_folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    refuse_bad_visitors(&path);
    let batch = (0..300).map(|number| {
        let visitor = Some(if number % 100 == 7 { "bad" } else { "good" }.to_owned());
        StoredResponse { visitor, ..response(number, 9) }
    });
    let outcomes = accept(&store, batch).await?;
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(*outcome, if number % 100 == 7 { Outcome::Failed } else { Outcome::Stored }, "{number}");
    }
    assert_eq!(counted(&store, everything()).await?, Histogram::of([9; 297]));
    assert_sound(&store).await
}

#[tokio::test]
async fn a_row_that_the_engine_refuses_holds_up_no_log() -> Result<()> {
    let (_folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    refuse_bad_visitors(&path);
    let answer = |number, visitor: &str| {
        let response = StoredResponse { visitor: Some(visitor.into()), ..response(number, 9) };
        Arrival::from(Accept { site: home(), response, display: None })
    };
    let entries = LogEntries {
        arrivals: vec![answer(1, "good"), answer(2, "bad"), answer(3, "good")],
        events: vec![event(EventKind::Shown, 4)],
    };
    let applied = apply_log(&*store, "a", 0, 3, entries.clone()).await?;
    assert_eq!(applied, Applied::Done(vec![Outcome::Stored, Outcome::Failed, Outcome::Stored]));
    assert_eq!(store.applied("a").await?, 3);
    assert_eq!(apply_log(&*store, "a", 0, 3, entries).await?, Applied::Overtaken);
    assert_eq!(funnel(&store, everything()).await?.shown, 4);
    assert_eq!(counted(&store, everything()).await?, Histogram::of([9; 2]));
    assert_sound(&store).await
}

#[tokio::test]
async fn a_check_finds_each_wrong_count_and_a_recount_heals_it() -> Result<()> {
    let damages = [
        "UPDATE cell SET c9 = c9 + 1 WHERE grain = 0 AND dimension = 'all'",
        "UPDATE cell SET c9 = c9 - 1 WHERE grain = 1 AND dimension = 'attr.plan'",
        "UPDATE cell SET c3 = -1 WHERE grain = 1 AND dimension = 'device'",
        "DELETE FROM cell WHERE grain = 1 AND dimension = 'all'",
        "DELETE FROM cell",
        "UPDATE cell SET value = '99' WHERE dimension = 'version'",
        "UPDATE cell SET period = period + 1 WHERE grain = 1",
        "UPDATE response SET score = 4",
        "UPDATE response SET state = 'excluded'",
        "UPDATE cell SET completed = 5 WHERE grain = 0 AND dimension = 'all'",
        "UPDATE cell SET completed = 0 WHERE grain = 1 AND dimension = 'attr.plan'",
        "UPDATE response SET shown_at = shown_at + 86400000",
    ];
    for damage in damages {
        let (_folder, path) = file();
        let store = open(&path).await?;
        furnish(&store).await?;
        accept(&store, [with_attributes(response(1, 9), &[("plan", "pro")])]).await?;
        store.count_events(vec![event(EventKind::Shown, 4)]).await?;
        assert_sound(&store).await?;
        execute(&path, damage);
        let problems = store.check().await?.problems;
        assert!(!problems.is_empty() && problems.iter().all(|line| !line.contains('\n')), "{damage}: {problems:?}");
        store.recount().await?;
        assert_eq!(store.check().await?.problems, Vec::<String>::new(), "{damage}");
        assert_eq!(funnel(&store, everything()).await?.shown, 4, "{damage}");
    }
    Ok(())
}

#[tokio::test]
async fn weeks_begin_on_the_monday_of_their_days() -> Result<()> {
    let (_folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    let days = [(MONDAY - 1, 1), (MONDAY, 2), (MONDAY + 6, 3), (MONDAY + 7, 4)];
    accept(
        &store,
        (1..)
            .zip(days)
            .map(|(number, (day, score))| StoredResponse { shown_at: noon_of(day), ..response(number, score) }),
    )
    .await?;
    let connection = raw(&path);
    let mut statement = connection
        .prepare("SELECT period, c1, c2, c3, c4 FROM cell WHERE grain = 1 AND dimension = 'all' ORDER BY period")
        .expect("the query is right");
    let weeks: Vec<(i32, [u32; 4])> = statement
        .query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])))
        .expect("the query runs")
        .collect::<rusqlite::Result<_>>()
        .expect("the rows read");
    assert_eq!(weeks, [(MONDAY - 7, [1, 0, 0, 0]), (MONDAY, [0, 1, 1, 0]), (MONDAY + 7, [0, 0, 0, 1])]);
    Ok(())
}

#[tokio::test]
async fn a_database_that_stays_locked_is_unwritable_and_heals() -> Result<()> {
    let (_folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    accept(&store, [response(1, 9)]).await?;
    let holder = raw(&path);
    holder.execute_batch("BEGIN IMMEDIATE").expect("the lock is free");
    assert!(matches!(accept(&store, [response(2, 9)]).await, Err(StoreError::Unwritable(_))));
    // Reads go on meanwhile.
    assert_eq!(counted(&store, everything()).await?, Histogram::of([9]));
    holder.execute_batch("ROLLBACK").expect("the lock is given back");
    assert_eq!(accept(&store, [response(2, 9)]).await?, [Outcome::Stored]);
    assert_sound(&store).await
}
