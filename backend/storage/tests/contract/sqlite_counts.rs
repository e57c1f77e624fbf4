//! What only SQLite's tables can show of counts: old schemas, cleared cells, and the indexes that are read by.

use std::path::Path;

use bearing_shared::api::intake::EventKind;
use bearing_shared::api::reports::Source;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SurveyId;
use bearing_storage::{Building, EventCount, Grouping, Limits, Outcome, ReportFilter, Result, StoredResponse};

use crate::builders::*;
use crate::sqlite_file::{execute, file, open, raw};

#[tokio::test]
async fn the_cells_of_a_retired_generation_are_cleared_in_steps() -> Result<()> {
    let (_folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    // A survey each: many cells.
    let answer = |number: u128| StoredResponse { survey: SurveyId(format!("sv_{number}")), ..response(number, 9) };
    accept(&store, (0..400).map(answer)).await?;
    let cells = |generation: u32| -> u32 {
        let sql = "SELECT count(*) FROM cell WHERE generation = ?1";
        raw(&path).query_row(sql, [generation], |row| row.get(0)).expect("the query runs")
    };
    let before = cells(1);
    let mut changed = site("st_home");
    changed.settings.dimensions.clear();
    reset(&store, changed).await?;
    assert_eq!((cells(1), cells(2)), (before, before), "what is not read is not in the way of the switch");
    assert!(store.build_step().await?);
    assert!(cells(1) < before && cells(1) > 0, "one step clears some of them");
    build(&store).await?;
    assert_eq!((cells(1), cells(2)), (0, before));
    let left: u32 =
        raw(&path).query_row("SELECT count(*) FROM generation", [], |row| row.get(0)).expect("the query runs");
    assert_eq!(left, 1);
    assert_sound(&store).await
}

#[tokio::test]
async fn scans_and_builds_read_by_their_indexes() -> Result<()> {
    let (_folder, path) = file();
    open(&path).await?.close().await;
    let plan = |sql: &str| -> String {
        let connection = raw(&path);
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("the query is right");
        let lines = statement.query_map([], |row| row.get::<_, String>(3)).expect("the query runs");
        lines.collect::<rusqlite::Result<Vec<_>>>().expect("the rows read").join("; ")
    };
    for (part, by) in [("shown_at = 1 AND place > 2", "shown_at=? AND rowid>?"), ("shown_at > 1", "shown_at>?")] {
        let next = plan(&format!(
            "SELECT id FROM response INDEXED BY response_shown WHERE site_id = 'a' AND {part} AND place <= 3
             ORDER BY shown_at, place LIMIT 4"
        ));
        assert!(next.contains("response_shown") && next.contains(by) && !next.contains("B-TREE"), "{next}");
    }
    let erase = plan(
        "SELECT id FROM response WHERE site_id = 'a' AND customer = 'b' AND site_id IN (SELECT id FROM site) LIMIT 3",
    );
    assert!(erase.contains("response_customer"), "{erase}");
    Ok(())
}

/// A file as the first schema left it: three answers, of which one was counted wrongly, and some denominators.
fn first_schema(path: &Path) {
    execute(path, include_str!("../../migrations/sqlite/0001_start.sql"));
    let settings = serde_json::to_string(&site("st_home").settings).expect("settings are JSON");
    let survey = serde_json::to_string(&nps(&["checkout"])).expect("a survey is JSON");
    let connection = raw(path);
    connection
        .execute_batch(
            "INSERT INTO meta VALUES ('version', 1), ('min_binary', 1), ('revision', 7), ('tombstone_key', x'0102');
             INSERT INTO funnel VALUES
               ('st_home', 'all', '', 'nps', 'sv_home', 'checkout', 20773, 900, 90, 9, 3, 2, 8),
               ('st_home', 'attr.plan', 'pro', 'nps', 'sv_home', 'checkout', 20773, 0, 40, 0, 1, 1, 0);
             INSERT INTO cell VALUES
               ('st_home', 0, 'all', '', 'nps', 'sv_home', 'checkout', 20773, 0, 0, 0, 0, 0, 0, 0, 0, 0, 77, 0)",
        )
        .expect("the rows are taken");
    let rows = [
        ("INSERT INTO site VALUES ('st_home', 'pk_of_st_home', 'idsec_0123', ?1, ?2)", settings),
        ("INSERT INTO survey VALUES ('sv_home', 'st_home', 1, 'published', ?1, ?2, ?2)", survey.clone()),
        ("INSERT INTO survey_version VALUES ('sv_home', 1, ?1, ?2, NULL)", survey),
    ];
    for (sql, text) in rows {
        connection.execute(sql, rusqlite::params![text, NOON]).expect("the row is taken");
    }
    for (number, score, plan, day) in [(1u128, 9, "pro", MONDAY), (2, 3, "gold", MONDAY), (3, 0, "pro", MONDAY + 1)] {
        connection
            .execute(
                "INSERT INTO response VALUES ('st_home', ?1, 0, 'sv_home', 1, 'nps', 'checkout', ?2, 1, 'counted',
                   'anonymous', 'v-1', NULL, ?3, ?4, '{}', NULL, ?5, ?6, ?7, ?8, 'embed')",
                rusqlite::params![
                    number.to_be_bytes(),
                    score,
                    format!(r#"[{{"question":"score","value":{score}}}]"#),
                    format!(r#"{{"plan":"{plan}"}}"#),
                    noon_of(day),
                    noon_of(day) + 4_000,
                    noon_of(day) + 5_000,
                    // What an older binary took for the day; the time of showing says otherwise.
                    day + 3
                ],
            )
            .expect("the row is taken");
    }
}

#[tokio::test]
async fn a_file_of_the_first_schema_is_counted_anew_beside_its_answers() -> Result<()> {
    let (_folder, path) = file();
    first_schema(&path);
    let limits = Limits { step: 1, ..Limits::default() };
    let store = bearing_storage::open_within(&format!("sqlite:{}", path.display()), limits).await?;
    let status = store.counting(&home()).await?.expect("the site is there");
    assert_eq!((status.generation, status.zone.as_str()), (0, "Europe/Amsterdam"));
    assert_eq!((status.dimensions, status.building), (vec![], Some(Building { done: 1, total: 1 })));

    // Until the cells are there, everything is answered from the answers.
    let whole = tallied(&store, query(everything(), Grouping::Whole)).await?;
    assert_eq!((whole.source, sum(&whole.tallies)), (Source::Scan, Histogram::of([9, 3, 0])));
    let tuesday = ReportFilter { from_day: Some(MONDAY + 1), ..everything() };
    assert_eq!(sum(&tallied(&store, query(tuesday, Grouping::Day)).await?.tallies), Histogram::of([0]));
    assert_eq!(store.funnel(&home(), everything()).await?, None);
    let kept = with_attributes(response(1, 9), &[("plan", "pro")]);
    assert_eq!(store.response(&home(), response_id(1)).await?, Some(kept));
    assert_sound(&store).await?;

    // What happens meanwhile is counted.
    assert_eq!(accept(&store, [response(1, 9), response(4, 10)]).await?, [Outcome::Duplicate, Outcome::Stored]);
    assert!(store.delete_response(&home(), response_id(2), NOON).await?);
    let plan = std::collections::BTreeMap::from([("plan".to_owned(), "pro".to_owned())]);
    store.count_events(vec![EventCount { attributes: plan, ..event(EventKind::Shown, 5) }]).await?;
    assert_sound(&store).await?;
    build(&store).await?;
    assert_eq!(counted(&store, everything()).await?, Histogram::of([9, 0, 10]));
    assert_eq!(counted(&store, having(&[("plan", "pro")])).await?, Histogram::of([9, 0]));
    let all = funnel(&store, everything()).await?;
    assert_eq!((all.eligible, all.shown, all.started, all.dismissed), (900, 95, 9, 8));
    assert_eq!((all.answered, all.completed), (3, 3));
    assert_eq!(funnel(&store, having(&[("plan", "pro")])).await?.shown, 45);
    assert_sound(&store).await?;
    store.close().await;
    let places: Vec<i64> = raw(&path)
        .prepare("SELECT place FROM response ORDER BY place")
        .expect("the query is right")
        .query_map([], |row| row.get(0))
        .expect("the query runs")
        .collect::<rusqlite::Result<_>>()
        .expect("the rows read");
    assert_eq!(places, [1, 3, 4]);
    Ok(())
}

#[tokio::test]
async fn what_a_refused_batch_taught_is_forgotten_with_it() -> Result<()> {
    let (_folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    execute(
        &path,
        "CREATE TRIGGER bad BEFORE INSERT ON response WHEN new.score = 0 BEGIN SELECT raise(ABORT, 'bad'); END",
    );
    let own = |number, score, plan| StoredResponse {
        source: "server".into(),
        ..with_attributes(response(number, score), &[("plan", plan)])
    };
    let stranger = with_attributes(response(1, 9), &[("plan", "gold")]);
    // The whole batch is tried first, and knows of gold; what is left of it in the end must not.
    let outcomes = accept(&store, [stranger, own(2, 0, "gold"), own(3, 8, "tin")]).await?;
    assert_eq!(outcomes, [Outcome::Stored, Outcome::Failed, Outcome::Stored]);
    let now = status(&store).await?;
    assert_eq!(now.dimensions, [dimension("plan", &["free", "pro", "tin"])]);
    assert_sound(&store).await?;
    assert_eq!(counted(&store, having(&[("plan", "(other)")])).await?, Histogram::of([9]));
    Ok(())
}

#[tokio::test]
async fn a_site_that_cannot_be_counted_keeps_no_other_from_being_served() -> Result<()> {
    let (_folder, path) = file();
    let store = open(&path).await?;
    furnish(&store).await?;
    add_site(&store, "st_other", "sv_other").await?;
    store.close().await;
    execute(&path, "UPDATE survey_version SET content = '{' WHERE survey_id = 'sv_home'; DELETE FROM generation");
    let store = open(&path).await?;
    assert_eq!(accept_at(&store, "st_other".into(), [response(1, 9)]).await?, [Outcome::Stored]);
    Ok(())
}
