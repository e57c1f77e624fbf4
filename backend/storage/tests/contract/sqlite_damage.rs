//! What only SQLite can show of damage: rows that hold what no column of theirs should, and all that goes on beside them.

use std::path::Path;

use bearing_shared::histogram::Histogram;
use bearing_shared::id::SiteId;
use bearing_storage::{Outcome, Result, StoreError, StoredResponse};

use crate::builders::*;
use crate::sqlite_file::{execute, file, open};

/// What no column may hold, and the column that is named for it.
const DAMAGES: [(&str, &str); 8] = [
    ("answers = '['", "answers"),
    ("score = 'x'", "score"),
    ("score = 256", "score"),
    ("seq = -1", "seq"),
    ("touchpoint = CAST(x'ff' AS TEXT)", "touchpoint"),
    ("instrument = x'00'", "instrument"),
    ("state = 'unknown'", "state"),
    ("shown_at = 'x'", "shown_at"),
];

/// Damages the home site's response of this number.
fn damage(path: &Path, number: u128, change: &str) {
    execute(path, &format!("UPDATE response SET {change} WHERE site_id = 'st_home' AND id = x'{number:032x}'"));
}

#[tokio::test]
async fn a_damaged_row_is_named_and_harms_no_other() -> Result<()> {
    for (change, named) in DAMAGES {
        let (_folder, path) = file();
        let store = open(&path).await?;
        furnish(&store).await?;
        accept(&store, [response(1, 9), response(2, 9)]).await?;
        damage(&path, 1, change);

        let error = store.response(&home(), response_id(1)).await.expect_err("it cannot be read");
        assert!(matches!(error, StoreError::Corrupt { table: "response", column, .. } if column == named), "{error}");
        assert!(error.to_string().contains(&response_id(1).to_string()), "{error}");
        assert!(store.response(&home(), response_id(2)).await?.is_some());

        let edition = |number| StoredResponse { seq: 1, ..response(number, 5) };
        let outcomes = accept(&store, [edition(1), edition(2), response(3, 0)]).await?;
        assert_eq!(outcomes, [Outcome::Failed, Outcome::Updated, Outcome::Stored], "{change}");
        let problems = store.check().await?.problems;
        assert!(problems.len() == 1 && problems[0].contains(&response_id(1).to_string()), "{problems:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_response_can_be_removed_and_a_recount_heals_the_counts() -> Result<()> {
    for (change, _) in DAMAGES {
        let (_folder, path) = file();
        let store = open(&path).await?;
        furnish(&store).await?;
        let theirs = |number| StoredResponse { customer: Some("c-1".into()), ..response(number, 9) };
        accept(&store, [theirs(1), theirs(2), response(3, 5), response(4, 9)]).await?;
        damage(&path, 1, change);
        damage(&path, 4, change);
        assert_eq!(store.erase_customer(&home(), "c-1", NOON).await?, 2, "{change}");
        assert!(store.delete_response(&home(), response_id(4), NOON).await?, "{change}");
        assert!(!store.delete_response(&home(), response_id(4), NOON).await?, "{change}");
        assert_eq!(accept(&store, [response(1, 9), response(4, 9)]).await?, [Outcome::Erased; 2]);
        assert!(!store.check().await?.problems.is_empty(), "{change}");
        assert_eq!(store.recount().await?, 1);
        assert_eq!(counted(&store, everything()).await?, Histogram::of([5]), "{change}");
        assert_sound(&store).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_row_keeps_no_site_from_being_counted_anew() -> Result<()> {
    for (change, _) in DAMAGES {
        let (_folder, path) = file();
        open(&path).await?.close().await;
        let store = bearing_storage::open_within(&format!("sqlite:{}", path.display()), SMALL_STEPS).await?;
        furnish(&store).await?;
        accept(&store, (0..35).map(|number| response(number, 9))).await?;
        // More than a step's worth of them, among the others.
        (10..25).for_each(|number| damage(&path, number, change));
        let mut changed = site("st_home");
        changed.settings.dimensions.clear();
        assert!(reset(&store, changed).await?);
        build(&store).await?;
        let now = status(&store).await?;
        assert_eq!((now.generation, now.building), (2, None), "{change}");
        let sums = store.tally(&home(), query(everything(), bearing_storage::Grouping::Whole)).await?.tallies;
        assert_eq!(sum(&sums), Histogram::of([9; 20]), "{change}");
    }
    Ok(())
}

#[tokio::test]
async fn a_site_that_cannot_be_counted_does_not_keep_the_others_from_it() -> Result<()> {
    for damage in ["progress = 'x'", "config = '{'"] {
        let (_folder, path) = file();
        open(&path).await?.close().await;
        let store = bearing_storage::open_within(&format!("sqlite:{}", path.display()), SMALL_STEPS).await?;
        let other = SiteId::from("st_other");
        for (id, survey) in [("st_home", "sv_home"), ("st_other", "sv_other")] {
            add_site(&store, id, survey).await?;
            accept_at(&store, SiteId::from(id), (0..35).map(|number| response(number, 9))).await?;
            let mut changed = site(id);
            changed.settings.dimensions.clear();
            assert!(reset(&store, changed).await?);
        }
        execute(&path, &format!("UPDATE generation SET {damage} WHERE site_id = 'st_home' AND state = 'building'"));
        let refusal = build(&store).await.expect_err("the home site's step fails");
        assert!(matches!(refusal, StoreError::Driver(_) | StoreError::Corrupt { .. }), "{refusal}");
        let now = store.counting(&other).await?.expect("the site is there");
        assert_eq!((now.generation, now.building), (2, None), "{damage}");
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_the_command_that_restores_it() -> Result<()> {
    let (folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    accept(&store, (0..2_000).map(|number| response(number, 9))).await?;
    let backup = folder.path().join("backup");
    bearing_storage::back_up(&format!("sqlite:{}", path.display()), &backup, false).await?;
    store.close().await;
    drop(store);
    let whole = std::fs::read(&path).expect("it is there");
    let damages: [(&str, Vec<u8>); 4] = [
        ("the head", [&[0; 100], &whole[100..]].concat()),
        ("the schema", [&whole[..100], &[7; 3_000], &whole[3_100..]].concat()),
        ("a page of answers", [&whole[..whole.len() / 2], &vec![7; 4_096], &whole[whole.len() / 2 + 4_096..]].concat()),
        ("cut off", whole[..whole.len() / 3].to_vec()),
    ];
    for (what, bytes) in damages {
        std::fs::write(&path, &bytes).expect("it can be written");
        let url = format!("sqlite:{}", path.display());
        let Err(StoreError::Unusable(said)) = bearing_storage::open(&url).await else { panic!("{what} is opened") };
        assert!(said.contains("`bearing restore FILE --force`") && !said.contains('\n'), "{what}: {said}");
        assert!(std::fs::read(&path).expect("it is there") == bytes, "{what}: it is left alone");
        assert!(bearing_storage::restore(&url, &backup, false).await.is_err(), "{what}: only when told");
        let restored = bearing_storage::restore(&url, &backup, true).await?;
        assert_eq!(restored.contents.responses, 2_000);
        let kept = std::fs::read(restored.aside.expect("it is kept")).expect("it reads");
        // But for the head, in which it says how its log is kept.
        assert!(kept[100..] == bytes[100..], "{what}: it is kept as it was");
        let store = open(&path).await?;
        assert_sound(&store).await?;
        store.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn a_backup_of_a_later_version_is_refused() -> Result<()> {
    let (folder, path) = file();
    let _store = open(&path).await?;
    let backup = folder.path().join("backup");
    bearing_storage::back_up(&format!("sqlite:{}", path.display()), &backup, false).await?;
    execute(&backup, "UPDATE meta SET value = value + 1000 WHERE name IN ('version', 'min_binary')");
    std::fs::remove_file(backup.with_file_name("backup.sha256")).expect("it can be removed");
    let url = format!("sqlite:{}", folder.path().join("other.db").display());
    let refused = bearing_storage::restore(&url, &backup, false).await;
    let Err(StoreError::Unusable(said)) = refused else { panic!("{refused:?}") };
    assert!(said.contains("needs a newer bearing"), "{said}");
    assert!(!folder.path().join("other.db").exists());
    Ok(())
}
