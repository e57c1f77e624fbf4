//! Sealing what stands plain in SQLite, at the start: no page of the file keeps it.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::open::MIGRATIONS;
use super::rows;
use crate::Result;
use crate::seal::{Keyring, MARK, NOTE, Place, locked, of_site, of_webhook};

/// Whether a file holds sealed secrets, or was told that it will.
pub(crate) fn is_sealed(file: &Path) -> bool {
    let asked = || -> rusqlite::Result<bool> {
        let connection = Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let sql = "SELECT EXISTS (SELECT 1 FROM site WHERE identity_secret GLOB ?1 || '*')
                       OR EXISTS (SELECT 1 FROM meta WHERE name = ?2)";
        connection.query_row(sql, [MARK, NOTE], |row| row.get(0))
    };
    file.exists() && asked().unwrap_or(false)
}

/// Seals what is to be sealed, or refuses what the keys do not open.
pub(super) fn seal(connection: &mut Connection, keyring: &Keyring) -> Result<()> {
    // What is written over is wiped: the plain secret is not to be found in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let noted: Option<i64> =
        transaction.query_row("SELECT value FROM meta WHERE name = ?1", [NOTE], |row| row.get(0)).optional()?;
    if keyring.is_empty() && noted.is_some() {
        return Err(locked());
    }
    let sealed = seal_sites(&transaction, keyring)? + seal_webhooks(&transaction, keyring)?;
    if !keyring.is_empty() && noted.is_none() {
        transaction.execute("INSERT INTO meta (name, value) VALUES (?1, 1)", [NOTE])?;
        // An older binary would sign with what is sealed.
        let sql = "UPDATE meta SET value = max(value, ?1) WHERE name = 'min_binary'";
        transaction.execute(sql, [MIGRATIONS.len() as i64])?;
    }
    if sealed > 0 {
        rows::changed(&transaction)?;
    }
    transaction.commit()?;
    if sealed > 0 {
        // The log before the file still has the pages as they were.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(())
}

/// What stands in the place of a secret and of the one before it, if anything has to.
fn anew(keyring: &Keyring, place: Place<'_>, now: &str, before: Option<&str>) -> Result<Option<[Option<String>; 2]>> {
    let secret = keyring.kept_anew(place, now)?;
    let previous = before.map(|before| keyring.kept_anew(place, before)).transpose()?.flatten();
    let changes = secret.is_some() || previous.is_some();
    Ok(changes.then_some([secret, previous]))
}

fn seal_sites(transaction: &Transaction<'_>, keyring: &Keyring) -> Result<u64> {
    let mut statement = transaction.prepare("SELECT id, identity_secret, previous_secret FROM site")?;
    let mut found = statement.query([])?;
    let mut changes = Vec::new();
    while let Some(row) = found.next()? {
        let (id, now, before): (String, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let Some(kept) = anew(keyring, of_site(&id), &now, before.as_deref())? {
            changes.push((id, kept));
        }
    }
    let sql = "UPDATE site SET identity_secret = coalesce(?2, identity_secret),
                 previous_secret = coalesce(?3, previous_secret) WHERE id = ?1";
    for (id, [secret, previous]) in &changes {
        transaction.execute(sql, params![id, secret, previous])?;
    }
    Ok(changes.len() as u64)
}

fn seal_webhooks(transaction: &Transaction<'_>, keyring: &Keyring) -> Result<u64> {
    let mut statement = transaction.prepare("SELECT site_id, id, secret, previous_secret FROM webhook")?;
    let mut found = statement.query([])?;
    let mut changes = Vec::new();
    while let Some(row) = found.next()? {
        let (site, id, now): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let before: Option<String> = row.get(3)?;
        if let Some(kept) = anew(keyring, of_webhook(&site, &id), &now, before.as_deref())? {
            changes.push((site, id, kept));
        }
    }
    let sql = "UPDATE webhook SET secret = coalesce(?3, secret), previous_secret = coalesce(?4, previous_secret)
               WHERE site_id = ?1 AND id = ?2";
    for (site, id, [secret, previous]) in &changes {
        transaction.execute(sql, params![site, id, secret, previous])?;
    }
    Ok(changes.len() as u64)
}
