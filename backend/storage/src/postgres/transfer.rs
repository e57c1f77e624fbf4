//! Moving in and out of PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value as Json};

use super::responses::insert;
use super::session::{Session, Sites};
use super::{PostgresStore, rows};
use crate::transfer::{Note, PAGE, Page, Position, Rows, Table, TransferStore, Value};
use crate::{Result, Store, StoreError, StoredResponse, json, log};

/// The note of how far a move into this store is.
const NOTE: &str = "moving";

/// A value as `jsonb_populate_recordset` reads it for its column.
fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Number(number) => Json::from(*number),
        // As every other text that is sent: PostgreSQL's hold no NUL.
        Value::Text(text) => Json::from(text.replace('\0', "\u{1a}")),
        Value::Bytes { bytes } => Json::from(format!("\\x{bytes}")),
    }
}

/// A value as `to_jsonb` writes it of a column; whether that holds bytes only the column knows.
fn from_json(value: &Json, is_bytes: bool) -> Result<Value> {
    Ok(match value {
        Json::Null => Value::Null,
        Json::Number(number) => Value::Number(number.as_i64().ok_or_else(|| odd(value))?),
        Json::String(text) if is_bytes => {
            Value::Bytes { bytes: text.strip_prefix("\\x").ok_or_else(|| odd(value))?.to_owned() }
        }
        Json::String(text) => Value::Text(text.clone()),
        _ => return Err(odd(value)),
    })
}

fn odd(value: &Json) -> StoreError {
    StoreError::Driver(format!("`{value}` is no value of a column that goes over"))
}

/// Whether a column holds bytes.
fn holds_bytes(column: &str) -> bool {
    matches!(column, "hash" | "id_hash" | "response_id" | "token" | "holder")
}

/// The rows of a table behind a key.
async fn plain(session: &Session, table: &Table, after: &[Value], limit: u32) -> Result<Vec<Vec<Value>>> {
    let columns = table.columns.join(", ");
    let key = table.columns[..table.key].join(", ");
    // The last key comes as a row of the table's own types.
    let behind = format!(
        "SELECT {columns} FROM {name} WHERE $1::text IS NULL
           OR ({key}) > (SELECT {key} FROM jsonb_populate_record(NULL::{name}, $1::text::jsonb))
         ORDER BY {key} LIMIT $2",
        name = table.name
    );
    let last: Option<Json> = (!after.is_empty()).then(|| {
        let named = table.columns.iter().zip(after).map(|(column, value)| ((*column).to_owned(), to_json(value)));
        Json::Object(named.collect::<Map<_, _>>())
    });
    let sql = format!("SELECT to_jsonb(page)::text FROM ({behind}) AS page");
    let last = last.map(|last| last.to_string());
    let mut found = Vec::new();
    for row in session.query(&sql, &[&last, &i64::from(limit)]).await? {
        let row: Json = json::read(row.try_get(0)?, "", "", table.name)?;
        let values = table.columns.iter().map(|column| from_json(&row[*column], holds_bytes(column)));
        found.push(values.collect::<Result<_>>()?);
    }
    Ok(found)
}

/// The responses behind a (site, id), which is the order of their key: there is none by place.
async fn responses(session: &Session, after: &[Value], limit: u32) -> Result<Vec<(SiteId, StoredResponse)>> {
    let (site, id) = match after {
        [Value::Text(site), Value::Bytes { bytes }] => (site.as_str(), HEXLOWER.decode(bytes.as_bytes()).ok()),
        _ => ("", Some(Vec::new())),
    };
    let id = id.ok_or_else(|| StoreError::Driver("a move's position cannot be read".into()))?;
    let sql = rows::select_responses("WHERE (site_id, id) > ($1, $2) ORDER BY site_id, id LIMIT $3");
    let found = session.query(&sql, &[&site, &id, &i64::from(limit)]).await?;
    found.iter().map(|row| Ok((SiteId(rows::site_of(row)?.to_owned()), rows::response(row)?))).collect()
}

async fn page(session: &Session, from: Position, limit: u32, tombstone_key: &[u8]) -> Result<Page> {
    let full = |count: usize| count as u32 >= limit;
    let tombstone_key = tombstone_key.to_vec();
    let Some(table) = from.table() else {
        let found = responses(session, &from.after, limit).await?;
        let last = found.last().filter(|_| full(found.len()));
        let after = last.map(|(site, last)| vec![Value::Text(site.0.clone()), Value::of_bytes(&last.id.0)]);
        let next = after.map(|after| Position { table: from.table, after });
        let rows = Rows::Responses(found);
        return Ok(Page { from, rows, next, tombstone_key });
    };
    let found = plain(session, table, &from.after, limit).await?;
    let next = from.behind(found.last().filter(|_| full(found.len())).map(|row| &row[..table.key]));
    Ok(Page { from, rows: Rows::Plain(found), next: Some(next), tombstone_key })
}

async fn write(session: &Session, page: &Page) -> Result<()> {
    let note = Note::after(noted(session).await?, page)?;
    if page.from == Position::default() {
        let sql = "UPDATE meta SET bytes = $1 WHERE name = 'tombstone_key'";
        session.execute(sql, &[&page.tombstone_key]).await?;
    }
    match (&page.rows, page.from.table()) {
        (Rows::Responses(found), _) => {
            let new = found.iter().map(|(site, response)| ((site, response.id), response)).collect();
            insert(session, &new).await?;
        }
        (Rows::Plain(found), Some(table)) if !found.is_empty() => {
            let columns = table.columns.join(", ");
            let object = |row: &Vec<Value>| -> Json {
                let named = table.columns.iter().zip(row);
                Json::Object(named.map(|(column, value)| ((*column).to_owned(), to_json(value))).collect())
            };
            let all = Json::Array(found.iter().map(object).collect()).to_string();
            let sql = format!(
                "INSERT INTO {name} ({columns})
                 SELECT {columns} FROM json_populate_recordset(NULL::{name}, $1::text::json) ON CONFLICT DO NOTHING",
                name = table.name
            );
            session.execute(&sql, &[&all]).await?;
        }
        (Rows::Plain(_), _) => {}
    }
    write_note(session, &note).await
}

async fn write_note(session: &Session, note: &Note) -> Result<()> {
    session
        .execute(
            "INSERT INTO meta (name, bytes) VALUES ($1, convert_to($2, 'UTF8'))
             ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes",
            &[&NOTE, &json::write(note)?],
        )
        .await?;
    Ok(())
}

async fn begin(session: &Session, source: &str) -> Result<Position> {
    let holds_sites =
        session.one("SELECT EXISTS (SELECT 1 FROM site) OR EXISTS (SELECT 1 FROM member)", &[]).await?.try_get(0)?;
    let note = Note::begin(noted(session).await?, source, holds_sites)?;
    if note.at == Position::default() {
        // A link that was printed when this store was empty would make whoever has it an operator of the other's sites.
        session.execute("DELETE FROM invitation", &[]).await?;
    }
    write_note(session, &note).await?;
    Ok(note.at)
}

/// What is noted of a move into the store.
async fn noted(session: &Session) -> Result<Option<Note>> {
    let found = session.first("SELECT convert_from(bytes, 'UTF8') FROM meta WHERE name = $1", &[&NOTE]).await?;
    found.map(|row| json::read(row.try_get(0)?, "meta", "bytes", NOTE)).transpose()
}

impl PostgresStore {
    /// Copies everything, as it is at one moment, into another store that is to be filled.
    pub(crate) async fn copy_out(&self, target: &dyn Store) -> Result<()> {
        let session = self.reading_without_end(Sites::All).await?;
        let copied = copy(&session, target, &self.tombstone_key).await;
        session.end(copied).await
    }
}

async fn copy(session: &Session, target: &dyn Store, tombstone_key: &[u8]) -> Result<()> {
    let mut position = Some(target.begin_move(&log::identity_of(tombstone_key)).await?);
    while let Some(from) = position {
        let page = page(session, from, PAGE, tombstone_key).await?;
        position = page.next.clone();
        target.take_over(page).await?;
    }
    target.end_move().await
}

#[async_trait]
impl TransferStore for PostgresStore {
    async fn hand_over(&self, from: Position, limit: u32) -> Result<Page> {
        let session = self.reading_without_end(Sites::All).await?;
        let handed = page(&session, from, limit, &self.tombstone_key).await;
        session.end(handed).await
    }

    async fn begin_move(&self, source: &str) -> Result<Position> {
        let session = self.writing_freely(Sites::All).await?;
        let begun = begin(&session, source).await;
        session.end(begun).await
    }

    async fn take_over(&self, page: Page) -> Result<()> {
        let session = self.writing_freely(Sites::All).await?;
        let written = write(&session, &page).await;
        session.end(written).await
    }

    async fn moving(&self) -> Result<Option<Position>> {
        let session = self.reading(Sites::All).await?;
        let found = noted(&session).await;
        Ok(session.end(found).await?.map(|note| note.at))
    }

    async fn end_move(&self) -> Result<()> {
        let session = self.writing_freely(Sites::All).await?;
        let ended = match session.execute("DELETE FROM meta WHERE name = $1", &[&NOTE]).await {
            Ok(_) => rows::changed(&session).await,
            Err(error) => Err(error),
        };
        session.end(ended).await
    }
}
