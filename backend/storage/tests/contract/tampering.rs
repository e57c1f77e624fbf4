//! Whoever changes the audit log in the database is found out: every way to change it, on each engine's own tables.

use bearing_storage::{Chain, Result, look_through};

use crate::audit::entry;
use crate::builders::*;
use crate::postgres_locks::raw;
use crate::sqlite_file;

/// Numbers of the home site's entries; between them stand those of another site and of none.
const CHAIN: [i64; 4] = [1, 3, 5, 6];

/// A connection to a store's database that goes past the store.
pub(crate) enum Past {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

impl Past {
    pub(crate) async fn to(db: &Database) -> Self {
        match db.url().strip_prefix("sqlite:") {
            Some(path) => Self::Sqlite(sqlite_file::raw(path.as_ref())),
            None => Self::Postgres(raw(db.url()).await),
        }
    }

    pub(crate) async fn run(&self, sql: &str) -> std::result::Result<(), String> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch(sql).map_err(|error| error.to_string()),
            Self::Postgres(client) => client.batch_execute(sql).await.map_err(|error| format!("{error:?}")),
        }
    }

    /// The number that a statement reads.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        match self {
            Self::Sqlite(connection) => connection.query_row(sql, [], |row| row.get(0)).expect("a number"),
            Self::Postgres(client) => client.query_one(sql, &[]).await.expect("a number").get(0),
        }
    }

    /// Takes away what keeps entries from being changed by mistake.
    async fn unlock(&self) {
        let sql = match self {
            Self::Sqlite(_) => "DROP TRIGGER audit_unchanged; DROP TRIGGER audit_undeleted",
            Self::Postgres(_) => "ALTER TABLE audit DISABLE TRIGGER USER",
        };
        self.run(sql).await.expect("the triggers are there");
    }
}

async fn fill(db: &Database) -> Result<String> {
    for (place, site) in
        [Some("st_home"), Some("st_other"), Some("st_home"), None, Some("st_home"), Some("st_home")].iter().enumerate()
    {
        db.record(entry(*site, &format!("survey.{place}"))).await?;
    }
    Ok(chain(db, None).await?.head.expect("there are entries"))
}

async fn chain(db: &Database, kept: Option<&str>) -> Result<Chain> {
    look_through(&**db, Some(&home()), kept).await
}

/// Each way to change an entry: what it is called, and a statement.
fn edits(number: i64) -> Vec<(String, String)> {
    let change = |what: &str| (format!("{what} of {number}"), format!("UPDATE audit SET {what} WHERE id = {number}"));
    let mut edits: Vec<_> = [
        "at = at + 1",
        "site_id = NULL",
        "site_id = 'st_other'",
        "actor_kind = 'key'",
        "actor_kind = 'nobody'",
        "actor_id = 'mb_2'",
        "actor_name = actor_name || ' '",
        "action = 'survey.paused'",
        "object = ''",
        "detail = '{}'",
        "detail = '{\"name\":\"Loyalty\"}'",
        "detail = '{'",
        "link = NULL",
        "link = upper(link)",
        "link = '0000000000000000000000000000000000000000000000000000000000000000'",
        "id = 99",
    ]
    .map(change)
    .into();
    edits.push((format!("{number} is gone"), format!("DELETE FROM audit WHERE id = {number}")));
    for other in CHAIN.into_iter().filter(|other| *other > number) {
        let swap = format!(
            "UPDATE audit SET id = -1 WHERE id = {number}; UPDATE audit SET id = {number} WHERE id = {other};
             UPDATE audit SET id = {other} WHERE id = -1"
        );
        edits.push((format!("{number} and {other} changed places"), swap));
    }
    edits.push((format!("the end is gone from {number}"), format!("DELETE FROM audit WHERE id >= {number}")));
    let added = format!(
        "INSERT INTO audit SELECT 50 + {number}, at, site_id, actor_kind, actor_id, actor_name, action, object, detail,
                                  link FROM audit WHERE id = {number}"
    );
    edits.push((format!("{number} stands there twice"), added));
    edits
}

crate::contract! {
    no_change_of_the_log_goes_unseen
    an_entry_is_neither_changed_nor_deleted_by_mistake
    what_an_older_server_noted_is_tied_at_the_next_start_and_by_the_next_entry
}

async fn no_change_of_the_log_goes_unseen(db: &Database) -> Result<()> {
    let head = fill(db).await?;
    let past = Past::to(db).await;
    past.unlock().await;
    past.run("CREATE TABLE kept AS SELECT * FROM audit").await.expect("can be kept");
    let mut seen = 0;
    for (what, sql) in CHAIN.into_iter().flat_map(edits) {
        past.run(&sql).await.expect("a statement that runs");
        let found = chain(db, Some(&head)).await?;
        assert!(found.broken.is_some() || !found.holds_head, "nobody saw that {what}: {found:?}");
        // Whoever kept no head sees all but the loss of the end.
        let lost_its_end = what.starts_with("the end is gone")
            || (sql.contains("WHERE id = 6") && (what.contains("site_id") || what.contains("is gone")));
        assert!(found.broken.is_some() || lost_its_end, "without a head nobody saw that {what}");
        seen += 1;
        past.run("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept").await.expect("can be put back");
    }
    assert_eq!(seen, 4 * 19 + 3 + 2 + 1);
    let found = chain(db, Some(&head)).await?;
    assert!(found.broken.is_none() && found.holds_head && found.entries == 4, "{found:?}");
    past.run("DROP TABLE kept").await.expect("can be dropped");
    Ok(())
}

async fn an_entry_is_neither_changed_nor_deleted_by_mistake(db: &Database) -> Result<()> {
    fill(db).await?;
    let past = Past::to(db).await;
    for sql in ["UPDATE audit SET object = ''", "DELETE FROM audit"] {
        let refusal = past.run(sql).await.expect_err("it is refused");
        assert!(refusal.contains("only added to"), "{refusal}");
    }
    assert_eq!(chain(db, None).await?.entries, 4);
    Ok(())
}

async fn what_an_older_server_noted_is_tied_at_the_next_start_and_by_the_next_entry(db: &Database) -> Result<()> {
    let head = fill(db).await?;
    let past = Past::to(db).await;
    past.unlock().await;
    past.run("UPDATE audit SET link = NULL").await.expect("can be set");
    let found = chain(db, None).await?;
    assert_eq!(found.broken.map(|broken| broken.number), Some(1), "it says so until then");
    drop(db.second().await?);
    let found = chain(db, Some(&head)).await?;
    assert!(found.broken.is_none() && found.holds_head, "{found:?}");
    past.run("UPDATE audit SET link = NULL WHERE id >= 5").await.expect("can be set");
    db.record(entry(Some("st_home"), "survey.later")).await?;
    let found = chain(db, Some(&head)).await?;
    assert!(found.broken.is_none() && found.holds_head && found.entries == 5, "{found:?}");
    Ok(())
}
