//! Commits whose end nobody heard of: the connection was lost between the word and its answer.

use std::time::Duration;

use super::PostgresStore;
use super::session::{Session, Sites};
use crate::Result;

/// How often, and the pause before a server is asked again what became of a transaction.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// The number of a transaction, by which the server can be asked for it later.
pub(super) async fn number(session: &Session) -> Result<String> {
    Ok(session.one("SELECT pg_current_xact_id()::text", &[]).await?.try_get(0)?)
}

impl PostgresStore {
    /// Whether a transaction whose end nobody heard of was committed, as far as the server can be asked.
    pub(super) async fn was_committed(&self, number: &str) -> bool {
        let status = async || -> Result<Option<String>> {
            let session = self.reading(Sites::Of(&[])).await?;
            let row = session.one("SELECT pg_xact_status($1::text::xid8)", &[&number]).await;
            Ok(session.end(row).await?.try_get(0)?)
        };
        for _ in 0..TRIES {
            match status().await.ok().flatten().as_deref() {
                Some("committed") => return true,
                Some("aborted") => return false,
                // Still at it, or not to be reached for the moment.
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
        false
    }
}
