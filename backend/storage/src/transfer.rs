//! Moving a store to another engine: everything that is not derived goes over in pages, and is then proved to be there.
//!
//! The pages go in one fixed order, and the target notes how far it is in the transaction of each page: a move that was
//! killed goes on where it was. Until it has ended, nobody else can open the target. Counts are derived: the target
//! counts the answers itself, by its own steps, and is then compared with the source.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use bearing_shared::metric::Metric;
use serde::{Deserialize, Serialize};

use crate::reports::{Axis, Base, Grouping, ReportFilter, Tally, TallyQuery};
use crate::responses::StoredResponse;
pub(crate) use crate::tables::{TABLES, Table};
use crate::{Limits, Result, Store, StoreError};

/// Rows in a page.
pub(crate) const PAGE: u32 = 1_000;

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// None.
    Null,
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// Bytes, as `{"bytes": "00ff"}`.
    Bytes {
        /// In hexadecimal.
        bytes: String,
    },
}

impl Value {
    /// Bytes as a value.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Self::Bytes { bytes: bytes.iter().map(|byte| format!("{byte:02x}")).collect() }
    }
}

/// How far a move is: behind this row of this table; the table after the last is that of the responses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The table's place in the order.
    pub table: usize,
    /// The key of the last row that went over; empty before the first.
    pub after: Vec<Value>,
}

impl Position {
    /// Behind a row by its key; without one, at the beginning of the next table.
    pub(crate) fn behind(&self, last: Option<&[Value]>) -> Self {
        match last {
            Some(key) => Self { table: self.table, after: key.to_vec() },
            None => Self { table: self.table + 1, after: Vec::new() },
        }
    }

    /// The table, if it is not the responses' turn.
    pub(crate) fn table(&self) -> Option<&'static Table> {
        TABLES.get(self.table)
    }
}

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To serve, or for a command.
    Serve,
    /// To have another store moved into it: nobody else has it open meanwhile.
    Fill,
}

impl Purpose {
    /// Refuses a store that is only partly there.
    pub(crate) fn check(self, moving: Option<Position>) -> Result<()> {
        match (self, moving) {
            (Self::Serve, Some(_)) => Err(StoreError::Unusable(
                "A move into this store is not over; run `bearing migrate --from … --to …` again, which goes on where \
                 it was."
                    .into(),
            )),
            _ => Ok(()),
        }
    }
}

/// What the target notes of a move until it has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// What is being moved: pages of two sources make no store.
    pub(crate) source: String,
    /// How far.
    pub(crate) at: Position,
}

impl Note {
    /// Where the move of a source into a store goes on, by what the store notes of it and whether it holds sites.
    pub(crate) fn begin(found: Option<Self>, source: &str, holds_sites: bool) -> Result<Self> {
        let refused = |why: &str| Err(StoreError::Unusable(why.into()));
        match found {
            Some(found) if found.source == source => Ok(found),
            Some(_) => refused(
                "The target holds a part of another store, whose move is not over; move that one, or name an empty \
                 target.",
            ),
            None if holds_sites => refused("The target holds sites of its own; name an empty one."),
            None => Ok(Self { source: source.into(), at: Position::default() }),
        }
    }

    /// The note once a page is written, which must be the one that comes next.
    pub(crate) fn after(found: Option<Self>, page: &Page) -> Result<Self> {
        match found {
            Some(found) if found.at == page.from => {
                Ok(Self { at: page.next.clone().unwrap_or_else(|| page.from.clone()), ..found })
            }
            _ => Err(StoreError::Unusable(
                "Somebody else has moved something into the target meanwhile; begin again with an empty one.".into(),
            )),
        }
    }
}

/// What goes over at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// Rows of the position's table.
    Plain(Vec<Vec<Value>>),
    /// Responses, each with its site.
    Responses(Vec<(SiteId, StoredResponse)>),
}

impl Rows {
    /// How many.
    pub fn count(&self) -> usize {
        match self {
            Self::Plain(rows) => rows.len(),
            Self::Responses(responses) => responses.len(),
        }
    }
}

/// One page.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Where it begins.
    pub from: Position,
    /// Its rows.
    pub rows: Rows,
    /// Where the next one begins; `None` behind the last.
    pub next: Option<Position>,
    /// The key under which the source remembers erased ids: they must stay erased.
    pub tombstone_key: Vec<u8>,
}

/// What an engine does for a move.
#[async_trait]
pub trait TransferStore: Send + Sync {
    /// The page that begins at a position. Nobody may write to the source until the last page is over: what changes
    /// behind the position stays behind.
    async fn hand_over(&self, from: Position, limit: u32) -> Result<Page>;

    /// Begins the move of a source into this store, or goes on with it; where. The same name must stand for the same
    /// rows.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the store holds sites, or a part of another source.
    async fn begin_move(&self, source: &str) -> Result<Position>;

    /// Writes the next page of the move that was begun, and how far it is then, in one transaction.
    async fn take_over(&self, page: Page) -> Result<()>;

    /// How far the move into this store is; `None` when none is under way.
    async fn moving(&self) -> Result<Option<Position>>;

    /// Ends the move: from now on anybody may open the store.
    async fn end_move(&self) -> Result<()>;
}

/// What a move reports while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many rows of this table have gone over in this run; `response` is the last.
    Copied {
        /// The table.
        table: &'static str,
        /// The rows.
        rows: u64,
    },
    /// The answers are being counted: of the source before anything goes over, of the target after it.
    Counting,
    /// The two are being compared.
    Comparing,
}

/// What a move has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Sites that were compared.
    pub sites: u64,
    /// Answers that were compared, by score.
    pub answers: u64,
    /// What differs, a sentence each; empty when all is well.
    pub differences: Vec<String>,
}

/// Moves everything that one store holds into another, empty one; goes on where an earlier run was stopped.
///
/// # Errors
/// A store that cannot be opened, read or written; a target that holds sites of its own.
pub async fn transfer(from: &str, to: &str, tell: impl FnMut(Progress) + Send) -> Result<Moved> {
    transfer_named(from, None, to, tell).await
}

/// Moves a store as [`transfer`] does, under a name of the source's own if it has one.
pub(crate) async fn transfer_named(
    from: &str,
    name: Option<&str>,
    to: &str,
    mut tell: impl FnMut(Progress) + Send,
) -> Result<Moved> {
    if from == to {
        return Err(StoreError::Unusable("A store cannot be moved to itself; name two with --from and --to.".into()));
    }
    // Secrets go over as they are kept: whoever moves a store needs no key.
    let kept = |url, purpose| crate::open_for(url, Limits::default(), purpose, None);
    let source = kept(from, Purpose::Serve).await?;
    let target = kept(to, Purpose::Fill).await?;
    tell(Progress::Counting);
    // What it has not counted yet could not be compared, and what it has not cleared yet would be moved.
    while source.build_step().await? {}
    let name = match name {
        Some(name) => name.to_owned(),
        None => source.identity().await?,
    };
    let mut position = target.begin_move(&name).await?;
    let (mut table, mut rows) = (position.table, 0);
    loop {
        let page = source.hand_over(position.clone(), PAGE).await?;
        if page.from.table != table {
            (table, rows) = (page.from.table, 0);
        }
        rows += page.rows.count() as u64;
        let next = page.next.clone();
        target.take_over(page).await?;
        tell(Progress::Copied { table: TABLES.get(table).map_or("response", |table| table.name), rows });
        match next {
            Some(next) => position = next,
            None => break,
        }
    }
    target.end_move().await?;
    target.close().await;
    tell(Progress::Counting);
    let target = kept(to, Purpose::Serve).await?;
    while target.build_step().await? {}
    tell(Progress::Comparing);
    let moved = compare(source.as_ref(), target.as_ref()).await;
    source.close().await;
    target.close().await;
    moved
}

/// Compares two stores by what they say of every site.
async fn compare(source: &dyn Store, target: &dyn Store) -> Result<Moved> {
    let mut moved = Moved::default();
    moved.differences.extend(target.check().await?.problems);
    let sites = source.sites().await?;
    if sites != target.sites().await? {
        moved.differences.push("the sites are not the same".into());
    }
    for site in sites.iter().map(|site| &site.id) {
        moved.sites += 1;
        if source.published_versions(site, None).await? != target.published_versions(site, None).await? {
            moved.differences.push(format!("site {site}: the published surveys are not the same"));
        }
        for metric in Metric::ALL {
            let (there, here) = (tallies(source, site, metric).await?, tallies(target, site, metric).await?);
            moved.answers += there.iter().map(|tally| tally.histogram.n()).sum::<u64>();
            if there != here {
                moved.differences.push(format!("site {site}: the counts of {} are not the same", metric.name()));
            }
            let of = ReportFilter::of(metric);
            if source.funnel(site, of.clone()).await? != target.funnel(site, of).await? {
                moved.differences.push(format!("site {site}: the funnel of {} is not the same", metric.name()));
            }
        }
    }
    Ok(moved)
}

async fn tallies(store: &dyn Store, site: &SiteId, metric: Metric) -> Result<Vec<Tally>> {
    let filter = ReportFilter::of(metric);
    let query = TallyQuery { filter, base: Base::Responses, grouping: Grouping::Week, by: Some(Axis::Survey) };
    Ok(store.tally(site, query).await?.tallies)
}
