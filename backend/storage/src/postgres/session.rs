//! Sessions: a connection in one transaction, which sites it may meet, and what it holds against other servers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bearing_shared::id::SiteId;
use bytes::BytesMut;
use deadpool_postgres::{Object, Pool, PoolError};
use futures_util::{TryStreamExt, future};
use sha2::{Digest, Sha256};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Row, RowStream};

use super::PostgresStore;
use crate::{Result, StoreError};

/// Values of a statement.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// How often work is tried again that another server's transaction stood in the way of.
pub(super) const TRIES: u32 = 5;

/// How long a write may take, and how long it may wait for another's lock: below the time of a request.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
const LOCK_LIMIT: Duration = Duration::from_secs(5);

/// The sites whose rows a transaction meets (row-level security hides the others).
#[derive(Clone, Copy)]
pub(super) enum Sites<'a> {
    /// These.
    Of(&'a [SiteId]),
    /// All: only for what belongs to no site or to the whole store.
    All,
}

impl Sites<'_> {
    fn named(self) -> String {
        match self {
            // An id that holds the separator could name two, and no text here holds a NUL: there is no such site.
            Self::Of(sites) => {
                let names =
                    sites.iter().map(SiteId::as_str).filter(|name| !name.contains(['\u{1f}', '\0']) && *name != "*");
                names.collect::<Vec<_>>().join("\u{1f}")
            }
            Self::All => "*".into(),
        }
    }
}

/// What a transaction holds of its sites against the other servers, until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// Together with others: adding answers, which change how nothing is counted.
    Shared,
    /// Alone: whatever changes how answers are counted, or takes answers away.
    Alone,
}

/// A connection in a transaction. Dropped without an end, the connection is closed: it never goes back half-way.
pub(super) struct Session {
    client: Option<Object>,
    /// Whether another server's transaction stood in the way, so that the same work may succeed when it is tried again.
    conflict: AtomicBool,
}

impl PostgresStore {
    /// A read-only transaction that sees one moment, for what takes about as long whatever there is.
    pub(super) async fn reading(&self, sites: Sites<'_>) -> Result<Session> {
        self.read_with(&self.quick, sites, Some(self.limits.read)).await
    }

    /// A read-only transaction that sees one moment, for what may meet very many rows.
    pub(super) async fn reading_slowly(&self, sites: Sites<'_>) -> Result<Session> {
        self.read_with(&self.slow, sites, Some(self.limits.read)).await
    }

    /// As [`Self::reading_slowly`], however long it takes.
    pub(super) async fn reading_without_end(&self, sites: Sites<'_>) -> Result<Session> {
        self.read_with(&self.slow, sites, None).await
    }

    async fn read_with(&self, pool: &Pool, sites: Sites<'_>, limit: Option<Duration>) -> Result<Session> {
        let limit = limit.map_or(0, |limit| limit.as_millis().max(1));
        Session::begin(
            pool,
            &format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {limit}"),
            sites,
        )
        .await
    }

    /// A transaction that writes to sites under a lock of each.
    pub(super) async fn writing(&self, sites: &[SiteId], lock: Lock) -> Result<Session> {
        let session = self.writing_freely(Sites::Of(sites)).await?;
        let mut keys: Vec<i64> = sites.iter().map(|site| lock_key(site.as_str())).collect();
        keys.sort_unstable();
        keys.dedup();
        let sql = match lock {
            Lock::Shared => "SELECT pg_advisory_xact_lock_shared(key) FROM unnest($1::bigint[]) AS key",
            Lock::Alone => "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key",
        };
        match session.query(sql, &[&keys]).await {
            Ok(_) => Ok(session),
            Err(error) => session.end(Err(error)).await,
        }
    }

    /// A transaction that writes what belongs to no site.
    pub(super) async fn writing_freely(&self, sites: Sites<'_>) -> Result<Session> {
        self.hold.keep(&self.tombstone_key).await?;
        let (write, lock) = (WRITE_LIMIT.as_millis(), LOCK_LIMIT.as_millis());
        // What a commit has said is on disk, whatever the server's settings are otherwise.
        let begin = format!(
            "BEGIN; SET LOCAL statement_timeout = {write}; SET LOCAL lock_timeout = {lock};
             SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
        );
        Session::begin(&self.quick, &begin, sites).await
    }
}

impl Session {
    async fn begin(pool: &Pool, begin: &str, sites: Sites<'_>) -> Result<Self> {
        let session = Self { client: Some(pool.get().await?), conflict: AtomicBool::new(false) };
        let named = sites.named();
        let client = session.client()?;
        let name = client.prepare_cached("SELECT set_config('bearing.sites', $1, true)").await?;
        // Both are sent before either is answered: one way to the server and back.
        future::try_join(client.batch_execute(begin), client.query(&name, &[&named])).await?;
        Ok(session)
    }

    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(|| StoreError::Driver("a session was used after its end".into()))
    }

    /// The rows of a statement that is prepared once a connection: one of few texts.
    pub(super) async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await.map_err(|error| self.fault(error))?;
        let rows = client.query_raw(&statement, params.iter().map(|param| Param(*param))).await;
        rows.map_err(|error| self.fault(error))?.try_collect().await.map_err(|error| self.fault(error))
    }

    /// The first row, if there is one.
    pub(super) async fn first(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// The one row of a statement that always has one.
    pub(super) async fn one(&self, sql: &str, params: Params<'_>) -> Result<Row> {
        self.first(sql, params).await?.ok_or_else(|| StoreError::Driver("a row is missing".into()))
    }

    /// Runs a statement; how many rows it changed.
    pub(super) async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await.map_err(|error| self.fault(error))?;
        let changed = client.execute_raw(&statement, params.iter().map(|param| Param(*param))).await;
        changed.map_err(|error| self.fault(error))
    }

    /// The rows of a statement put together for one question, as they come. It is not kept: there is no end of them.
    pub(super) async fn stream(&self, sql: &str, params: Vec<(&(dyn ToSql + Sync), Type)>) -> Result<Rows<'_>> {
        let params = params.into_iter().map(|(param, kind)| (Param(param), kind));
        let stream = self.client()?.query_typed_raw(sql, params).await.map_err(|error| self.fault(error))?;
        Ok(Rows { session: self, stream: Box::pin(stream) })
    }

    /// Whether another server's transaction stood in the way of this one.
    pub(super) fn met_a_conflict(&self) -> bool {
        self.conflict.load(Ordering::Relaxed)
    }

    /// Commits after a success, and rolls back after a fault.
    pub(super) async fn end<T>(mut self, result: Result<T>) -> Result<T> {
        let finish = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let finished = match self.client()?.batch_execute(finish).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fault(error)),
        };
        match (result, finished) {
            (Ok(value), Ok(())) => {
                // Only what has ended goes back to the others.
                drop(self.client.take());
                Ok(value)
            }
            (Err(error), Ok(())) => {
                drop(self.client.take());
                Err(error)
            }
            (result, Err(error)) => Err(result.err().unwrap_or(error)),
        }
    }

    fn fault(&self, error: tokio_postgres::Error) -> StoreError {
        let conflicts = [SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE];
        if error.code().is_some_and(|code| conflicts.contains(code)) {
            self.conflict.store(true, Ordering::Relaxed);
        }
        error.into()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            // Its future was dropped, or the end failed: the server rolls back when the connection goes.
            drop(Object::take(client));
        }
    }
}

/// The rows of a statement as they come.
pub(super) struct Rows<'a> {
    session: &'a Session,
    stream: std::pin::Pin<Box<RowStream>>,
}

impl Rows<'_> {
    /// The next row.
    pub(super) async fn next(&mut self) -> Result<Option<Row>> {
        self.stream.try_next().await.map_err(|error| self.session.fault(error))
    }
}

/// A value as it is sent. PostgreSQL's texts hold no NUL, and whoever asks for one that does must find nothing, not a
/// fault: the substitute character goes in its place, which no text of ours holds either.
#[derive(Debug)]
struct Param<'a>(&'a (dyn ToSql + Sync));

impl ToSql for Param<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Written {
        let begin = out.len();
        let is_null = self.0.to_sql_checked(kind, out)?;
        if *kind == Type::TEXT {
            out[begin..].iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = 0x1a);
        }
        Ok(is_null)
    }

    fn accepts(_: &Type) -> bool {
        // The value itself is asked when it is written.
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Written {
        self.to_sql(kind, out)
    }
}

type Written = std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

/// The number under which servers lock something, by its name: far more numbers than sites, and two things that fall on
/// the same one wait for each other without need, no more.
pub(super) fn lock_key(name: &str) -> i64 {
    let digest = Sha256::new().chain_update("bearing ").chain_update(name).finalize();
    i64::from_be_bytes(std::array::from_fn(|place| digest[place]))
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(fault) = error.as_db_error() else {
            let text = said(&error);
            // A value that does not fit its column's type is our own fault; the rest is the connection. The driver
            // tells them apart in words only.
            let is_ours = text.starts_with("error serializing") || text.starts_with("error deserializing");
            return if is_ours { Self::Driver(text) } else { Self::Unwritable(text) };
        };
        let code = fault.code();
        if *code == SqlState::QUERY_CANCELED {
            return Self::TooSlow;
        }
        let passing = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ];
        // Connections, a full disk or memory, somebody who stops the server, and faults of its machine.
        let class = &code.code()[..2];
        match passing.contains(code) || ["08", "53", "57", "58"].contains(&class) {
            true => Self::Unwritable(said(&error)),
            false => Self::Driver(said(&error)),
        }
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            error => Self::Unwritable(error.to_string()),
        }
    }
}

/// An error with its cause: the driver's own text says `db error` and no more. Of what the server said only the message,
/// for its details may hold a whole row, and this goes into the log.
fn said(error: &tokio_postgres::Error) -> String {
    if let Some(fault) = error.as_db_error() {
        return format!("{} ({})", fault.message(), fault.code().code());
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
