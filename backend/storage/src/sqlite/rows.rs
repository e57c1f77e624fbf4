//! Rows to records: the one place that knows which column holds what.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::id::{ResponseId, SiteId, SiteKey, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::suspicion::Suspicion;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::inbox::Marks;
use crate::responses::StoredResponse;
use crate::sites::Site;
use crate::{Result, StoreError, json};

/// The number that grows with every change to sites, keys, surveys and generations.
pub(super) fn revision(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = 'revision'")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Says that sites, keys, surveys or generations have changed.
pub(super) fn changed(connection: &Connection) -> Result<()> {
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'revision'", [])?;
    Ok(())
}

/// A count: never below zero while running = recount holds; `bearing check` is what reports it.
pub(super) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// The columns of [`site_columns`].
pub(super) const SITE: &str =
    "SELECT id, site_key, identity_secret, settings, created_at, previous_secret, previous_until FROM site";

/// The site whose `column` (`id` or `site_key`) has this value.
pub(super) fn site(connection: &Connection, column: &'static str, value: &str) -> Result<Option<Site>> {
    let sql = format!("{SITE} WHERE {column} = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row([value], site_columns).optional()?.map(site_record).transpose()
}

/// The columns of a site as they stand.
pub(super) type SiteColumns = (String, String, String, String, i64, Option<String>, Option<i64>);

/// Reads the columns of a site.
pub(super) fn site_columns(row: &Row<'_>) -> rusqlite::Result<SiteColumns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

/// A site from its columns, its secrets as they are kept.
pub(super) fn site_record(columns: SiteColumns) -> Result<Site> {
    let (id, key, identity_secret, settings, created_at, previous, until) = columns;
    let settings = json::read(&settings, "site", "settings", &id)?;
    let previous = previous.zip(until);
    Ok(Site { id: SiteId(id), key: SiteKey(key), identity_secret, previous, settings, created_at })
}

/// The columns of [`select_responses`], in the order in which [`response`] and [`position`] read them.
const RESPONSE: [&str; 24] = [
    "id",
    "seq",
    "survey_id",
    "version",
    "instrument",
    "touchpoint",
    "score",
    "completed",
    "state",
    "identity",
    "visitor",
    "customer",
    "answers",
    "attributes",
    "context",
    "shown_at",
    "answered_at",
    "received_at",
    "source",
    "place",
    "read_at",
    "judged_at",
    "tags",
    "suspicion",
];

/// A query for whole responses; `rest` is what follows the table's name.
pub(super) fn select_responses(rest: &str) -> String {
    select_from("response", rest)
}

/// As [`select_responses`], from the table in a way that `source` says.
pub(super) fn select_from(source: &str, rest: &str) -> String {
    format!("SELECT {} FROM {source} {rest}", RESPONSE.join(", "))
}

/// As [`select_responses`], with the site of each ([`site_of`]).
pub(super) fn select_with_sites(rest: &str) -> String {
    format!("SELECT {}, site_id FROM response {rest}", RESPONSE.join(", "))
}

/// The site of a row of [`select_with_sites`].
pub(super) fn site_of(row: &Row<'_>) -> Result<SiteId> {
    Ok(SiteId(row.get(RESPONSE.len())?))
}

/// A column of a row of [`select_responses`]. SQLite keeps any type and any bytes in any column, so what cannot be read
/// here is damage of this one row and no fault of the engine.
fn field<'a, T>(row: &'a Row<'_>, place: usize, read: impl FnOnce(ValueRef<'a>) -> FromSqlResult<T>) -> Result<T> {
    read(row.get_ref(place)?).map_err(|error| StoreError::Corrupt {
        table: "response",
        column: RESPONSE[place],
        row: match row.get(0) {
            Ok(id) => ResponseId(id).to_string(),
            Err(_) => format!("at {}", row.get(19).unwrap_or(0i64)),
        },
        why: error.to_string(),
    })
}

fn value<T: FromSql>(row: &Row<'_>, place: usize) -> Result<T> {
    field(row, place, T::column_result)
}

/// A response from a row of [`select_responses`].
pub(super) fn response(row: &Row<'_>) -> Result<StoredResponse> {
    let id = ResponseId(value(row, 0)?);
    let named = |column: &'static str, text: &str| StoreError::Corrupt {
        table: "response",
        column,
        row: id.to_string(),
        why: format!("`{text}` is no known name"),
    };
    let text = |place: usize| field(row, place, |value| value.as_str());
    let (instrument, state, identity) = (text(4)?, text(8)?, text(9)?);
    Ok(StoredResponse {
        id,
        seq: value(row, 1)?,
        survey: SurveyId(value(row, 2)?),
        version: value(row, 3)?,
        instrument: Instrument::named(instrument).ok_or_else(|| named("instrument", instrument))?,
        touchpoint: value(row, 5)?,
        score: value(row, 6)?,
        completed: value(row, 7)?,
        state: ResponseState::named(state).ok_or_else(|| named("state", state))?,
        identity: Identity::named(identity).ok_or_else(|| named("identity", identity))?,
        visitor: value(row, 10)?,
        customer: value(row, 11)?,
        answers: json::read(text(12)?, "response", "answers", id)?,
        attributes: json::read(text(13)?, "response", "attributes", id)?,
        context: json::read(text(14)?, "response", "context", id)?,
        shown_at: value(row, 15)?,
        answered_at: value(row, 16)?,
        received_at: value(row, 17)?,
        source: value(row, 18)?,
        suspicion: Suspicion::of_bits(value(row, 23)?),
        marks: Marks {
            read_at: value(row, 20)?,
            judged_at: value(row, 21)?,
            tags: match value::<Option<String>>(row, 22)? {
                Some(tags) => json::read(&tags, "response", "tags", id)?,
                None => Vec::new(),
            },
        },
    })
}

/// Where a row of [`select_responses`] stands in the order of building: (`shown_at`, place).
pub(super) fn position(row: &Row<'_>) -> Result<(i64, i64)> {
    Ok((value(row, 15)?, value(row, 19)?))
}
