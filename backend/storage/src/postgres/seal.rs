//! Sealing what stands plain in PostgreSQL, at the start.

use super::PostgresStore;
use super::open::MIGRATIONS;
use super::rows;
use super::session::{Session, Sites, lock_key};
use crate::Result;
use crate::seal::{Keyring, NOTE, locked, of_site, of_webhook};

impl PostgresStore {
    /// Seals what is to be sealed, or refuses what the keys do not open.
    pub(super) async fn seal(&self) -> Result<()> {
        let session = self.writing_freely(Sites::All).await?;
        let sealed = seal(&session, &self.keyring).await;
        session.end(sealed).await
    }
}

async fn seal(session: &Session, keyring: &Keyring) -> Result<()> {
    // Of servers that start at once one seals, and the others find it done.
    session.execute("SELECT pg_advisory_xact_lock($1)", &[&lock_key("the secrets")]).await?;
    let is_noted = session.first("SELECT 1 FROM meta WHERE name = $1", &[&NOTE]).await?.is_some();
    if keyring.is_empty() && is_noted {
        return Err(locked());
    }
    let mut sealed = 0;
    // Each is held until it is written: what is changed meanwhile would be lost.
    let sql = "SELECT id, identity_secret, previous_secret FROM site ORDER BY id FOR UPDATE";
    for row in session.query(sql, &[]).await? {
        let (id, now, before): (String, String, Option<String>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let secret = keyring.kept_anew(of_site(&id), &now)?;
        let previous = before.map(|before| keyring.kept_anew(of_site(&id), &before)).transpose()?.flatten();
        if secret.is_some() || previous.is_some() {
            let sql = "UPDATE site SET identity_secret = coalesce($2, identity_secret),
                         previous_secret = coalesce($3, previous_secret) WHERE id = $1";
            sealed += session.execute(sql, &[&id, &secret, &previous]).await?;
        }
    }
    let sql = "SELECT site_id, id, secret, previous_secret FROM webhook ORDER BY site_id, id FOR UPDATE";
    for row in session.query(sql, &[]).await? {
        let (site, id, now): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let before: Option<String> = row.try_get(3)?;
        let place = of_webhook(&site, &id);
        let secret = keyring.kept_anew(place, &now)?;
        let previous = before.map(|before| keyring.kept_anew(place, &before)).transpose()?.flatten();
        if secret.is_some() || previous.is_some() {
            let sql =
                "UPDATE webhook SET secret = coalesce($3, secret), previous_secret = coalesce($4, previous_secret)
                       WHERE site_id = $1 AND id = $2";
            sealed += session.execute(sql, &[&site, &id, &secret, &previous]).await?;
        }
    }
    if !keyring.is_empty() && !is_noted {
        session.execute("INSERT INTO meta (name, number) VALUES ($1, 1)", &[&NOTE]).await?;
        // An older binary would sign with what is sealed.
        let sql = "UPDATE meta SET number = greatest(number, $1) WHERE name = 'min_binary'";
        session.execute(sql, &[&(MIGRATIONS.len() as i64)]).await?;
    }
    if sealed > 0 {
        rows::changed(session).await?;
    }
    Ok(())
}
