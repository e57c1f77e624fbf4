//! Sightings in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use tokio_postgres::Row;

use super::PostgresStore;
use super::session::{Lock, Session, Sites, lock_key};
use crate::Result;
use crate::sightings::{Sighting, SightingStore, Standing};

fn record(row: &Row) -> Result<Sighting> {
    Ok(Sighting {
        origin: row.try_get(0)?,
        standing: Standing::numbered(row.try_get(1)?),
        first_at: row.try_get(2)?,
        last_at: row.try_get(3)?,
        requests: row.try_get::<_, i64>(4)? as u64,
    })
}

async fn add(session: &Session, site: &SiteId, seen: &Sighting) -> Result<()> {
    let sql = "INSERT INTO sighting AS known (site_id, origin, standing, first_at, last_at, requests)
               SELECT id, $2, $3, $4, $5, $6 FROM site WHERE id = $1
               ON CONFLICT (site_id, origin) DO UPDATE SET
                 standing = CASE WHEN excluded.last_at >= known.last_at THEN excluded.standing ELSE known.standing END,
                 first_at = least(known.first_at, excluded.first_at),
                 last_at = greatest(known.last_at, excluded.last_at),
                 requests = known.requests + excluded.requests";
    let (standing, requests) = (seen.standing.number(), seen.requests as i64);
    session
        .execute(sql, &[&site.0, &seen.origin, &standing, &seen.first_at, &seen.last_at, &requests])
        .await
        .map(|_| ())
}

async fn note(session: &Session, site: &SiteId, seen: &[Sighting], most: u32) -> Result<()> {
    // Two servers note the same origins in orders of their own: one after the other, they wait for nothing else.
    session.execute("SELECT pg_advisory_xact_lock($1)", &[&lock_key("the sightings")]).await?;
    for sighting in seen {
        add(session, site, sighting).await?;
    }
    let sql = "DELETE FROM sighting WHERE site_id = $1 AND origin IN (
                 SELECT origin FROM sighting WHERE site_id = $1 AND origin <> ''
                 ORDER BY standing, last_at DESC, origin OFFSET $2)
               RETURNING origin, standing, first_at, last_at, requests";
    let rest = session.query(sql, &[&site.0, &i64::from(most)]).await?;
    let rest = rest.iter().map(record).collect::<Result<Vec<_>>>()?;
    match Sighting::together(rest) {
        Some(rest) => add(session, site, &rest).await,
        None => Ok(()),
    }
}

#[async_trait]
impl SightingStore for PostgresStore {
    async fn note_sightings(&self, site: &SiteId, seen: Vec<Sighting>, most: u32) -> Result<()> {
        // Under the site's lock, so that none is noted of one that is being deleted.
        let session = self.writing(std::slice::from_ref(site), Lock::Shared).await?;
        let noted = note(&session, site, &seen, most).await;
        session.end(noted).await
    }

    async fn sightings(&self, site: &SiteId) -> Result<Vec<Sighting>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let sql = "SELECT origin, standing, first_at, last_at, requests FROM sighting WHERE site_id = $1
                   ORDER BY last_at DESC, origin";
        let found = session.query(sql, &[&site.0]).await;
        let found = found.and_then(|rows| rows.iter().map(record).collect());
        session.end(found).await
    }

    async fn forget_sightings(&self, before: i64) -> Result<u64> {
        // Of every site.
        let session = self.writing_freely(Sites::All).await?;
        let forgotten = session.execute("DELETE FROM sighting WHERE last_at < $1", &[&before]).await;
        session.end(forgotten).await
    }
}
