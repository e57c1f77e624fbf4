//! Moving in and out of SQLite.

use async_trait::async_trait;
use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, params, params_from_iter};

use super::responses::insert;
use super::{SqliteStore, rows};
use crate::transfer::{Note, Page, Position, Rows, Table, TransferStore, Value};
use crate::{Result, StoreError, json};

/// The note of how far a move into this store is.
const NOTE: &str = "moving";

/// Here a version belongs to a survey, and its site is the survey's.
const VERSIONS: &str = "survey_version";

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Sql::Null),
            Self::Number(number) => ToSqlOutput::Owned(Sql::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes { bytes } => ToSqlOutput::Owned(Sql::Blob(
                data_encoding::HEXLOWER
                    .decode(bytes.as_bytes())
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?,
            )),
        })
    }
}

fn value(found: ValueRef<'_>) -> Result<Value> {
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Number(number),
        ValueRef::Text(text) => Value::Text(
            String::from_utf8(text.to_vec())
                .map_err(|error| StoreError::Driver(format!("a text is no UTF-8: {error}")))?,
        ),
        ValueRef::Blob(bytes) => Value::of_bytes(bytes),
        ValueRef::Real(_) => return Err(StoreError::Driver("a column that goes over holds a fraction".into())),
    })
}

/// The table as it is read: with a site for each version.
fn source(table: &Table) -> &'static str {
    match table.name {
        VERSIONS => {
            "(SELECT survey.site_id, survey_version.* FROM survey_version JOIN survey ON survey.id = survey_id)"
        }
        name => name,
    }
}

/// The rows of a table behind a key.
fn plain(connection: &Connection, table: &Table, after: &[Value], limit: u32) -> Result<Vec<Vec<Value>>> {
    let columns = table.columns.join(", ");
    let key = table.columns[..table.key].join(", ");
    let behind = match after {
        [] => String::new(),
        _ => format!("WHERE ({key}) > ({})", vec!["?"; table.key].join(", ")),
    };
    let sql = format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {limit}", source(table));
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query(params_from_iter(after))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push((0..table.columns.len()).map(|place| value(row.get_ref(place)?)).collect::<Result<_>>()?);
    }
    Ok(rows)
}

fn page(connection: &Connection, from: Position, limit: u32) -> Result<Page> {
    let full = |count: usize| count as u32 >= limit;
    let tombstone_key: Vec<u8> =
        connection.query_row("SELECT value FROM meta WHERE name = 'tombstone_key'", [], |row| row.get(0))?;
    let Some(table) = from.table() else {
        let after = match from.after.as_slice() {
            [Value::Number(place)] => *place,
            _ => i64::MIN,
        };
        let sql = rows::select_with_sites("WHERE place > ?1 ORDER BY place LIMIT ?2");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut found = statement.query(params![after, limit])?;
        let (mut responses, mut last) = (Vec::new(), None);
        while let Some(row) = found.next()? {
            last = Some(Value::Number(rows::position(row)?.1));
            responses.push((rows::site_of(row)?, rows::response(row)?));
        }
        let last = last.filter(|_| full(responses.len()));
        let next = last.map(|place| Position { table: from.table, after: vec![place] });
        return Ok(Page { from, rows: Rows::Responses(responses), next, tombstone_key });
    };
    let found = plain(connection, table, &from.after, limit)?;
    let next = from.behind(found.last().filter(|_| full(found.len())).map(|row| &row[..table.key]));
    Ok(Page { from, rows: Rows::Plain(found), next: Some(next), tombstone_key })
}

fn write(transaction: &Transaction<'_>, page: &Page) -> Result<()> {
    let note = Note::after(noted(transaction)?, page)?;
    if page.from == Position::default() {
        transaction.execute("UPDATE meta SET value = ?1 WHERE name = 'tombstone_key'", [&page.tombstone_key])?;
    }
    match (&page.rows, page.from.table()) {
        (Rows::Responses(found), _) => {
            for (site, response) in found {
                insert(transaction, site, response)?;
            }
        }
        (Rows::Plain(found), Some(table)) => {
            // The first column of a version is its site, which its survey has here.
            let first = usize::from(table.name == VERSIONS);
            let columns = table.columns[first..].join(", ");
            let places = vec!["?"; table.columns.len() - first].join(", ");
            let sql = format!("INSERT INTO {} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING", table.name);
            let mut statement = transaction.prepare_cached(&sql)?;
            for row in found {
                statement.execute(params_from_iter(&row[first..]))?;
            }
        }
        (Rows::Plain(_), None) => {}
    }
    write_note(transaction, &note)
}

fn write_note(transaction: &Transaction<'_>, note: &Note) -> Result<()> {
    transaction.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![NOTE, json::write(note)?],
    )?;
    Ok(())
}

fn begin(transaction: &Transaction<'_>, source: &str) -> Result<Position> {
    let holds_sites =
        transaction
            .query_row("SELECT EXISTS (SELECT 1 FROM site) OR EXISTS (SELECT 1 FROM member)", [], |row| row.get(0))?;
    let note = Note::begin(noted(transaction)?, source, holds_sites)?;
    if note.at == Position::default() {
        // A link that was printed when this store was empty would make whoever has it an operator of the other's sites.
        transaction.execute("DELETE FROM invitation", [])?;
    }
    write_note(transaction, &note)?;
    Ok(note.at)
}

/// What is noted of a move into the store.
fn noted(connection: &Connection) -> Result<Option<Note>> {
    let sql = "SELECT value FROM meta WHERE name = ?1";
    let found: Option<String> = connection.query_row(sql, [NOTE], |row| row.get(0)).optional()?;
    found.map(|text| json::read(&text, "meta", "value", NOTE)).transpose()
}

/// How far the move into a store is.
pub(super) fn moving(connection: &Connection) -> Result<Option<Position>> {
    Ok(noted(connection)?.map(|note| note.at))
}

#[async_trait]
impl TransferStore for SqliteStore {
    async fn hand_over(&self, from: Position, limit: u32) -> Result<Page> {
        self.readers.run_unlimited(move |connection| page(connection, from, limit)).await
    }

    async fn begin_move(&self, source: &str) -> Result<Position> {
        let source = source.to_owned();
        self.writer.write(move |transaction| begin(transaction, &source)).await
    }

    async fn take_over(&self, page: Page) -> Result<()> {
        self.writer.write(move |transaction| write(transaction, &page)).await
    }

    async fn moving(&self) -> Result<Option<Position>> {
        // By the writer: a file that is being filled lets in no other connection.
        self.writer.write(|transaction| moving(transaction)).await
    }

    async fn end_move(&self) -> Result<()> {
        let write = |transaction: &Transaction<'_>| {
            transaction.execute("DELETE FROM meta WHERE name = ?1", [NOTE])?;
            rows::changed(transaction)
        };
        self.writer.write(write).await
    }
}
