//! Rows to records: the one place that knows which column holds what.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::id::{ResponseId, SiteId, SiteKey, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::suspicion::Suspicion;
use tokio_postgres::Row;

use super::session::Session;
use crate::inbox::Marks;
use crate::responses::StoredResponse;
use crate::sites::Site;
use crate::{Result, StoreError, json};

/// The number that grows with every change to sites, keys, surveys and generations.
pub(super) async fn revision(session: &Session) -> Result<i64> {
    Ok(session.one("SELECT number FROM meta WHERE name = 'revision'", &[]).await?.try_get(0)?)
}

/// Makes the revision grow, and above every one that there has been: a standby that takes over may know less than the
/// server it stands in for had said, and counting from there would give one number to two states.
pub(super) const CHANGED: &str = "UPDATE meta
    SET number = greatest(number + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) WHERE name = 'revision'";

/// Says that sites, keys, surveys or generations have changed. The last word of a transaction: whoever else has
/// something to say waits here.
pub(super) async fn changed(session: &Session) -> Result<()> {
    session.execute(CHANGED, &[]).await?;
    Ok(())
}

/// A count: never below zero while running = recount holds; `bearing check` is what reports it.
pub(super) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// A number that no version of Bearing writes above its range.
pub(super) fn small<T: TryFrom<i64>>(number: i64, table: &'static str, column: &'static str, row: &str) -> Result<T> {
    T::try_from(number).map_err(|_| StoreError::Corrupt {
        table,
        column,
        row: row.to_owned(),
        why: format!("{number} is out of range"),
    })
}

/// The columns of [`site_record`].
pub(super) const SITE: &str =
    "SELECT id, site_key, identity_secret, settings, created_at, previous_secret, previous_until FROM site";

/// The site of this id.
pub(super) async fn site(session: &Session, id: &SiteId) -> Result<Option<Site>> {
    let found = session.first(&format!("{SITE} WHERE id = $1"), &[&id.0]).await?;
    found.map(|row| site_record(&row)).transpose()
}

/// A site from a row of [`SITE`], its secrets as they are kept.
pub(super) fn site_record(row: &Row) -> Result<Site> {
    let id: String = row.try_get(0)?;
    let settings = json::read(row.try_get(3)?, "site", "settings", &id)?;
    let key = SiteKey(row.try_get(1)?);
    let (identity_secret, created_at) = (row.try_get(2)?, row.try_get(4)?);
    let previous = row.try_get::<_, Option<String>>(5)?.zip(row.try_get(6)?);
    Ok(Site { id: SiteId(id), key, identity_secret, previous, settings, created_at })
}

/// The columns of a whole response.
pub(super) const RESPONSE: &str = "id, seq, survey_id, version, instrument, touchpoint, score, completed, state, \
                                   identity, visitor, customer, answers, attributes::text, context, shown_at, \
                                   answered_at, received_at, source, place, response.site_id, read_at, judged_at, \
                                   tags, suspicion";

/// A query for whole responses; `rest` is what follows the table's name.
pub(super) fn select_responses(rest: &str) -> String {
    select_from("response", rest)
}

/// As [`select_responses`], from the table in a way that `source` says.
pub(super) fn select_from(source: &str, rest: &str) -> String {
    format!("SELECT {RESPONSE} FROM {source} {rest}")
}

/// The id in a row's first column.
pub(super) fn response_id(row: &Row) -> Result<ResponseId> {
    let bytes: &[u8] = row.try_get(0)?;
    let id = bytes.try_into().map_err(|_| StoreError::Corrupt {
        table: "response",
        column: "id",
        row: format!("{bytes:02x?}"),
        why: "no 16 bytes".into(),
    })?;
    Ok(ResponseId(id))
}

/// A response from a row of [`RESPONSE`].
pub(super) fn response(row: &Row) -> Result<StoredResponse> {
    let id = response_id(row)?;
    let name = id.to_string();
    let corrupt =
        |column: &'static str, why: String| StoreError::Corrupt { table: "response", column, row: name.clone(), why };
    let unknown = |column: &'static str, text: &str| corrupt(column, format!("`{text}` is no known name"));
    let (instrument, state, identity): (&str, &str, &str) = (row.try_get(4)?, row.try_get(8)?, row.try_get(9)?);
    Ok(StoredResponse {
        id,
        seq: small(row.try_get(1)?, "response", "seq", &name)?,
        survey: SurveyId(row.try_get(2)?),
        version: small(row.try_get(3)?, "response", "version", &name)?,
        instrument: Instrument::named(instrument).ok_or_else(|| unknown("instrument", instrument))?,
        touchpoint: row.try_get(5)?,
        score: small(row.try_get::<_, i16>(6)?.into(), "response", "score", &name)?,
        completed: row.try_get(7)?,
        state: ResponseState::named(state).ok_or_else(|| unknown("state", state))?,
        identity: Identity::named(identity).ok_or_else(|| unknown("identity", identity))?,
        visitor: row.try_get(10)?,
        customer: row.try_get(11)?,
        answers: json::read(row.try_get(12)?, "response", "answers", &name)?,
        attributes: json::read(row.try_get(13)?, "response", "attributes", &name)?,
        context: json::read(row.try_get(14)?, "response", "context", &name)?,
        shown_at: row.try_get(15)?,
        answered_at: row.try_get(16)?,
        received_at: row.try_get(17)?,
        source: row.try_get(18)?,
        suspicion: Suspicion::of_bits(small(row.try_get::<_, i32>(24)?.into(), "response", "suspicion", &name)?),
        marks: Marks {
            read_at: row.try_get(21)?,
            judged_at: row.try_get(22)?,
            tags: match row.try_get::<_, Option<&str>>(23)? {
                Some(tags) => json::read(tags, "response", "tags", &name)?,
                None => Vec::new(),
            },
        },
    })
}

/// Where a row of [`RESPONSE`] stands in the order of building: (`shown_at`, place).
pub(super) fn position(row: &Row) -> Result<(i64, i64)> {
    Ok((row.try_get(15)?, row.try_get(19)?))
}

/// When the response of a row of [`RESPONSE`] came.
pub(super) fn received_at(row: &Row) -> Result<i64> {
    Ok(row.try_get(17)?)
}

/// The site of a row of [`RESPONSE`].
pub(super) fn site_of(row: &Row) -> Result<&str> {
    Ok(row.try_get(20)?)
}

/// A hash of 32 bytes in a column.
pub(super) fn hash(row: &Row, place: usize) -> Result<[u8; 32]> {
    let bytes: &[u8] = row.try_get(place)?;
    bytes.try_into().map_err(|_| StoreError::Driver("a hash is not 32 bytes long".into()))
}
