//! Sessions: a connection in one transaction, which sites it may meet, and what it holds against other servers.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bearing_shared::id::SiteId;
use bytes::BytesMut;
use futures_util::{TryStreamExt, future};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Error, Row, RowStream, Statement};

use super::PostgresStore;
use super::connections::{Connection, Lane};
use super::faults::{Cause, Failed};
use crate::{Result, StoreError};

/// Values of a statement.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// How long a write may take, and how long it may wait for another's lock: below the time of a request.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
const LOCK_LIMIT: Duration = Duration::from_secs(5);
/// How long intake waits for another's lock: the answers of other sites wait with it.
const INTAKE_LOCK_LIMIT: Duration = Duration::from_secs(2);

/// How much longer than the database itself allows a statement it is waited for: whoever says nothing then will say
/// nothing more.
const SILENCE: Duration = Duration::from_secs(2);

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

impl Lock {
    /// What takes it for the numbers of some sites.
    fn statement(self) -> &'static str {
        match self {
            Self::Shared => "SELECT pg_advisory_xact_lock_shared(key) FROM unnest($1::bigint[]) AS key",
            Self::Alone => "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key",
        }
    }
}

/// A connection in a transaction. Dropped without an end, what is under way is ended and the connection closed: it never
/// goes back half-way.
pub(super) struct Session {
    connection: Connection,
    /// How long an answer of the database is waited for.
    most: Option<Duration>,
    writes: bool,
    /// Why it failed first: all that comes after is refused because of that.
    cause: OnceLock<Cause>,
    /// Whether the database has not answered.
    silent: AtomicBool,
    /// Its site's turn among the slow reads.
    _turn: Option<OwnedSemaphorePermit>,
}

impl PostgresStore {
    /// A read-only transaction that sees one moment, for what takes about as long whatever there is.
    pub(super) async fn reading(&self, sites: Sites<'_>) -> Result<Session> {
        read_with(&self.connections.quick, sites, Some(self.limits.read)).await
    }

    /// A read-only transaction that sees one moment, for what may meet very many rows. Those of one site do not wait behind
    /// all of another one's.
    pub(super) async fn reading_slowly(&self, sites: Sites<'_>) -> Result<Session> {
        let turn = match sites {
            Sites::Of([site]) => Some(self.connections.turns.of(site).await?),
            _ => None,
        };
        let mut session = read_with(&self.connections.slow, sites, Some(self.limits.read)).await?;
        session._turn = turn;
        Ok(session)
    }

    /// As [`Self::reading_slowly`], however long it takes.
    pub(super) async fn reading_without_end(&self, sites: Sites<'_>) -> Result<Session> {
        read_with(&self.connections.slow, sites, None).await
    }

    /// A transaction that writes to sites under a lock of each.
    pub(super) async fn writing(&self, sites: &[SiteId], lock: Lock) -> Result<Session> {
        self.hold.keep(&self.tombstone_key).await?;
        Ok(write_with(&self.connections.quick, Sites::Of(sites), LOCK_LIMIT, Some((sites, lock))).await?)
    }

    /// As [`Self::writing`], for what also looks at rows of other sites, or of none.
    pub(super) async fn writing_beyond(&self, sites: &[SiteId], lock: Lock) -> Result<Session> {
        self.hold.keep(&self.tombstone_key).await?;
        Ok(write_with(&self.connections.quick, Sites::All, LOCK_LIMIT, Some((sites, lock))).await?)
    }

    /// As [`Self::writing`], for what comes in.
    pub(super) async fn taking_in(&self, sites: &[SiteId], lock: Lock) -> std::result::Result<Session, Failed> {
        self.hold.keep(&self.tombstone_key).await.map_err(|error| Failed::new(error, None))?;
        write_with(&self.connections.intake, Sites::Of(sites), INTAKE_LOCK_LIMIT, Some((sites, lock))).await
    }

    /// A transaction that writes what belongs to no site.
    pub(super) async fn writing_freely(&self, sites: Sites<'_>) -> Result<Session> {
        self.hold.keep(&self.tombstone_key).await?;
        Ok(write_with(&self.connections.quick, sites, LOCK_LIMIT, None).await?)
    }
}

async fn read_with(lane: &Lane, sites: Sites<'_>, limit: Option<Duration>) -> Result<Session> {
    let stopped = limit.map_or(0, |limit| limit.as_millis().max(1));
    let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {stopped}");
    let session = Session::on(lane, limit, false).await?;
    Ok(session.begin(&begin, sites, None).await?)
}

async fn write_with(
    lane: &Lane,
    sites: Sites<'_>,
    lock_limit: Duration,
    lock: Option<(&[SiteId], Lock)>,
) -> std::result::Result<Session, Failed> {
    let (write, wait) = (WRITE_LIMIT.as_millis(), lock_limit.as_millis());
    // What a commit has said is on disk, whatever the server's settings are otherwise.
    let begin = format!(
        "BEGIN; SET LOCAL statement_timeout = {write}; SET LOCAL lock_timeout = {wait};
         SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
    );
    Session::on(lane, Some(WRITE_LIMIT), true).await?.begin(&begin, sites, lock).await
}

impl Session {
    async fn on(lane: &Lane, limit: Option<Duration>, writes: bool) -> std::result::Result<Self, Failed> {
        Ok(Self {
            connection: lane.get().await?,
            most: limit.map(|limit| limit + SILENCE),
            writes,
            cause: OnceLock::new(),
            silent: AtomicBool::new(false),
            _turn: None,
        })
    }

    async fn begin(
        self,
        begin: &str,
        sites: Sites<'_>,
        lock: Option<(&[SiteId], Lock)>,
    ) -> std::result::Result<Self, Failed> {
        match self.try_begin(begin, sites, lock).await {
            Ok(()) => Ok(self),
            Err(error) => self.finish(Err(error)).await,
        }
    }

    /// Begins, names the sites and takes their locks: all is sent before anything is answered, one way to the server and
    /// back.
    async fn try_begin(&self, begin: &str, sites: Sites<'_>, lock: Option<(&[SiteId], Lock)>) -> Result<()> {
        let client = self.connection.client()?;
        let named = sites.named();
        let name = self.prepare("SELECT set_config('bearing.sites', $1, true)").await?;
        let mut keys: Vec<i64> =
            lock.iter().flat_map(|(sites, _)| sites.iter()).map(|site| lock_key(site.as_str())).collect();
        keys.sort_unstable();
        keys.dedup();
        let lock = match lock {
            Some((_, lock)) => Some(self.prepare(lock.statement()).await?),
            None => None,
        };
        let locked = async {
            match &lock {
                Some(lock) => client.query(lock, &[&keys]).await.map(|_| ()),
                None => Ok(()),
            }
        };
        self.answer(future::try_join3(client.batch_execute(begin), client.query(&name, &[&named]), locked)).await?;
        Ok(())
    }

    /// Waits for what the database answers.
    async fn answer<T>(&self, answer: impl Future<Output = std::result::Result<T, Error>>) -> Result<T> {
        let answered = match self.most {
            Some(most) => match timeout(most, answer).await {
                Ok(answered) => answered,
                Err(_) => {
                    self.silent.store(true, Ordering::Relaxed);
                    let _ = self.cause.set(Cause::Other);
                    return Err(StoreError::Unwritable("the database does not answer".into()));
                }
            },
            None => answer.await,
        };
        answered.map_err(|error| self.fault(error))
    }

    /// A statement that is prepared once a connection: one of few texts.
    async fn prepare(&self, sql: &str) -> Result<Statement> {
        self.answer(self.connection.client()?.prepare_cached(sql)).await
    }

    /// The rows of a statement that is prepared once a connection: one of few texts.
    pub(super) async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let statement = self.prepare(sql).await?;
        let client = self.connection.client()?;
        self.answer(async {
            client.query_raw(&statement, params.iter().map(|param| Param(*param))).await?.try_collect().await
        })
        .await
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
        let statement = self.prepare(sql).await?;
        let client = self.connection.client()?;
        self.answer(client.execute_raw(&statement, params.iter().map(|param| Param(*param)))).await
    }

    /// The rows of a statement put together for one question, as they come. It is not kept: there is no end of them.
    pub(super) async fn stream(&self, sql: &str, params: Vec<(&(dyn ToSql + Sync), Type)>) -> Result<Rows<'_>> {
        let params = params.into_iter().map(|(param, kind)| (Param(param), kind));
        let stream = self.answer(self.connection.client()?.query_typed_raw(sql, params)).await?;
        Ok(Rows { session: self, stream: Box::pin(stream) })
    }

    /// Commits after a success, and rolls back after a fault.
    pub(super) async fn end<T>(self, result: Result<T>) -> Result<T> {
        Ok(self.finish(result).await?)
    }

    /// As [`Self::end`], for who can do something about it.
    pub(super) async fn finish<T>(mut self, result: Result<T>) -> std::result::Result<T, Failed> {
        let finish = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        // A silent one does not answer this either.
        let finished = match self.silent.load(Ordering::Relaxed) {
            true => None,
            false => Some(self.send(finish).await),
        };
        if let Some(Ok(())) = finished {
            // Only what has ended goes back to the others.
            self.connection.give_back();
        }
        let result = match (result, finished) {
            (Ok(_), Some(Err(error))) => Err(error),
            (result, _) => result,
        };
        result.map_err(|error| Failed::new(error, self.cause.get().copied()))
    }

    /// Commits with a statement before it, of which nothing is needed back: both are sent before either is answered. Where
    /// the statement fails, the database rolls back in the place of the commit.
    pub(super) async fn finish_with(mut self, sql: &str, params: Params<'_>) -> std::result::Result<(), Failed> {
        // Prepared before: the two are sent in the order in which they are first polled.
        let done = match self.prepare(sql).await {
            Ok(statement) => self.commit_with(&statement, params).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => {
                self.connection.give_back();
                Ok(())
            }
            Err(error) => self.finish(Err(error)).await,
        }
    }

    async fn commit_with(&self, statement: &Statement, params: Params<'_>) -> Result<()> {
        let client = self.connection.client()?;
        let last = client.execute_raw(statement, params.iter().map(|param| Param(*param)));
        self.answer(future::try_join(last, client.batch_execute("COMMIT"))).await?;
        Ok(())
    }

    async fn send(&self, sql: &str) -> Result<()> {
        self.answer(self.connection.client()?.batch_execute(sql)).await
    }

    fn fault(&self, error: Error) -> StoreError {
        let _ = self.cause.set(Cause::of(&error));
        if self.writes && error.code() == Some(&SqlState::QUERY_CANCELED) {
            return StoreError::Unwritable("a write took too long and was stopped".into());
        }
        error.into()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // What was given back is not here any more; else its future was dropped, or the end failed.
        match self.silent.load(Ordering::Relaxed) {
            true => self.connection.give_up(),
            false => self.connection.leave(self.most.unwrap_or(WRITE_LIMIT)),
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
        self.session.answer(self.stream.try_next()).await
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
