//! Backups of SQLite's file: one consistent state while others write, never in another's place unasked, and refused when damaged.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bearing_shared::histogram::Histogram;
use bearing_storage::{Outcome, ResponseFilter, Result, Store, StoreError, back_up, restore};

use crate::builders::*;

crate::expand! { sqlite:
    a_backup_holds_one_state_with_all_that_was_acknowledged_before
    a_backup_is_replaced_only_when_told
    a_damaged_backup_is_refused_and_nothing_is_touched
    a_store_with_data_is_replaced_only_when_told_and_kept_aside
    a_store_that_somebody_has_open_is_not_replaced
    a_restored_store_goes_on
    what_a_killed_restore_left_is_not_read
}

/// A file that is not there yet, in a folder of its own.
fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("backup");
    (folder, path)
}

/// The file that a URL names.
fn path_of(url: &str) -> &Path {
    Path::new(url.strip_prefix("sqlite:").expect("a file's URL"))
}

fn sentence<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(StoreError::Unusable(sentence)) => sentence,
        other => panic!("no refusal but {other:?}"),
    }
}

async fn numbers(store: &Arc<dyn Store>) -> Result<Vec<u128>> {
    let found = store.responses(&home(), ResponseFilter::default(), None, 100_000).await?;
    Ok(found.into_iter().map(|response| u128::from_be_bytes(response.id.0)).collect())
}

async fn a_backup_holds_one_state_with_all_that_was_acknowledged_before(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, (0..2_000).map(|number| response(number, (number % 11) as u8))).await?;
    let writer = db.second().await?;
    let acknowledged = Arc::new(AtomicU64::new(2_000));
    let (told, stop) = (Arc::clone(&acknowledged), Arc::new(AtomicU64::new(0)));
    let stopped = Arc::clone(&stop);
    let writing = tokio::spawn(async move {
        for number in 2_000_u64.. {
            if stopped.load(Ordering::Acquire) == 1 {
                return Ok(number);
            }
            accept(&writer, [response(number.into(), (number % 11) as u8)]).await?;
            told.store(number + 1, Ordering::Release);
        }
        Ok::<_, StoreError>(0)
    });
    for _ in 0..3 {
        let before = acknowledged.load(Ordering::Acquire);
        let (_folder, path) = file();
        let contents = back_up(db.url(), &path, false).await?;
        let after = acknowledged.load(Ordering::Acquire) + 1;
        assert!((before..=after).contains(&contents.responses), "{before} to {after}: {contents:?}");

        let place = db.place();
        let restored = restore(&place.url, &path, false).await?;
        assert_eq!((restored.contents, &restored.aside, restored.problems.len()), (contents, &None, 0));
        let store = bearing_storage::open(&place.url).await?;
        // One after the other was acknowledged: whoever is there has all before it.
        let mut found = numbers(&store).await?;
        found.sort_unstable();
        assert_eq!(found, (0..u128::from(contents.responses)).collect::<Vec<_>>());
        let scores = Histogram::of((0..contents.responses).map(|number| (number % 11) as u8));
        assert_eq!(counted(&store, everything()).await?, scores);
        assert_sound(&store).await?;
    }
    stop.store(1, Ordering::Release);
    let written = writing.await.expect("nothing panics")?;
    assert!(written > 2_000, "others wrote meanwhile");
    Ok(())
}

async fn a_backup_is_replaced_only_when_told(db: &Database) -> Result<()> {
    furnish(db).await?;
    let (_folder, path) = file();
    assert_eq!(back_up(db.url(), &path, false).await?.responses, 0);
    let first = std::fs::read(&path).expect("it is there");
    accept(db, [response(1, 9)]).await?;
    assert!(sentence(back_up(db.url(), &path, false).await).contains("--force"));
    assert!(std::fs::read(&path).expect("it is there") == first);
    assert_eq!(back_up(db.url(), &path, true).await?.responses, 1);
    let place = db.place();
    assert_eq!(restore(&place.url, &path, false).await?.contents.responses, 1);

    let none = db.place();
    assert!(sentence(back_up(&none.url, &path, true).await).contains("no store"));
    assert!(!path_of(&none.url).exists(), "looking for a store makes none");
    let nowhere = path.join("below/a/file");
    assert!(sentence(back_up(db.url(), &nowhere, false).await).contains("cannot be written"));
    let mut names: Vec<_> = std::fs::read_dir(path.parent().expect("a folder"))
        .expect("it reads")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["backup", "backup.sha256"], "nothing else is left behind");
    Ok(())
}

async fn a_damaged_backup_is_refused_and_nothing_is_touched(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, (0..500).map(|number| response(number, 9))).await?;
    let (folder, path) = file();
    back_up(db.url(), &path, false).await?;
    let whole = std::fs::read(&path).expect("it is there");
    let place = db.place();
    let mut cases: Vec<(String, Vec<u8>)> = vec![
        ("empty".into(), Vec::new()),
        ("cut off".into(), whole[..whole.len() / 2].to_vec()),
        ("another file".into(), b"a holiday picture, not a backup ".repeat(200)),
    ];
    // One bit anywhere: in the head, in a row's text, in a page that is free.
    for place in (0..20).map(|part| part * whole.len() / 20 + 7) {
        let mut flipped = whole.clone();
        flipped[place] ^= 4;
        cases.push((format!("bit at {place}"), flipped));
    }
    for (what, bytes) in cases {
        std::fs::write(&path, bytes).expect("it can be written");
        let said = sentence(restore(&place.url, &path, true).await);
        assert!(said.contains("backup") && said.ends_with('.'), "{what}: {said}");
        assert!(!path_of(&place.url).exists(), "{what}: nothing is put in the store's place");
    }
    // Without its checksum, what its engine finds still counts.
    std::fs::remove_file(path.with_file_name("backup.sha256")).expect("it can be removed");
    for (what, bytes) in [("empty", &[][..]), ("cut off", &whole[..whole.len() / 2]), ("no backup", &[b'x'; 9_000])] {
        std::fs::write(&path, bytes).expect("it can be written");
        assert!(sentence(restore(&place.url, &path, true).await).contains("no sound backup"), "{what}");
        assert!(!path_of(&place.url).exists(), "{what}");
    }
    assert!(sentence(restore(&place.url, &folder.path().join("none"), true).await).contains("no backup"));
    std::fs::write(&path, &whole).expect("it can be written");
    assert_eq!(restore(&place.url, &path, false).await?.contents.responses, 500);
    Ok(())
}

async fn a_store_with_data_is_replaced_only_when_told_and_kept_aside(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9)]).await?;
    let (_folder, path) = file();
    back_up(db.url(), &path, false).await?;
    let place = db.place();
    let other = bearing_storage::open(&place.url).await?;
    furnish(&other).await?;
    accept(&other, [response(2, 3), response(3, 3)]).await?;
    other.close().await;
    drop(other);
    assert!(sentence(restore(&place.url, &path, false).await).contains("--force"));
    let reopened = bearing_storage::open(&place.url).await?;
    assert_eq!(counted(&reopened, everything()).await?, Histogram::of([3, 3]));
    reopened.close().await;
    drop(reopened);

    let aside = restore(&place.url, &path, true).await?.aside.expect("it is kept");
    let restored = bearing_storage::open(&place.url).await?;
    assert_eq!(counted(&restored, everything()).await?, Histogram::of([9]));
    assert_sound(&restored).await?;
    let kept = bearing_storage::open(&format!("sqlite:{}", aside.display())).await?;
    assert_eq!(counted(&kept, everything()).await?, Histogram::of([3, 3]));
    Ok(())
}

async fn a_store_that_somebody_has_open_is_not_replaced(db: &Database) -> Result<()> {
    furnish(db).await?;
    let (_folder, path) = file();
    back_up(db.url(), &path, false).await?;
    let place = db.place();
    let other = bearing_storage::open(&place.url).await?;
    furnish(&other).await?;
    for replace in [false, true] {
        assert!(sentence(restore(&place.url, &path, replace).await).contains("stop the server"));
    }
    assert_eq!(accept(&other, [response(1, 9)]).await?, [Outcome::Stored]);
    assert_sound(&other).await
}

async fn a_restored_store_goes_on(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9), response(2, 3)]).await?;
    assert!(db.delete_response(&home(), response_id(2), NOON).await?);
    let (_folder, path) = file();
    back_up(db.url(), &path, false).await?;
    let place = db.place();
    restore(&place.url, &path, false).await?;
    let store = bearing_storage::open(&place.url).await?;
    // What was erased stays erased, what was counted is not counted again.
    let outcomes = accept(&store, [response(1, 9), response(2, 3), response(3, 5)]).await?;
    assert_eq!(outcomes, [Outcome::Duplicate, Outcome::Erased, Outcome::Stored]);
    assert_eq!(counted(&store, everything()).await?, Histogram::of([9, 5]));
    assert_sound(&store).await
}

async fn what_a_killed_restore_left_is_not_read(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9), response(2, 3)]).await?;
    let (_folder, path) = file();
    back_up(db.url(), &path, false).await?;
    accept(db, [response(3, 5)]).await?;
    let place = db.place();
    let beside = |path: &Path, ending: &str| path.with_file_name(format!("bearing.db{ending}"));
    // The log of another state of the file, whole and valid.
    let (log, left) = (beside(path_of(db.url()), "-wal"), beside(path_of(&place.url), ".restoring-wal"));
    std::fs::copy(log, &left).expect("it can be copied");
    let restored = restore(&place.url, &path, false).await?;
    assert_eq!((restored.contents.responses, restored.problems), (2, Vec::new()));
    assert!(!left.exists());
    Ok(())
}
