//! The line between servers in SQLite: one server works on a file, so that there is nobody to tell.

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::SqliteStore;
use crate::Result;
use crate::live::{Heard, LiveStore};

#[async_trait]
impl LiveStore for SqliteStore {
    fn is_shared(&self) -> bool {
        false
    }

    async fn say(&self, _: &str) -> Result<()> {
        Ok(())
    }

    async fn listen(&self) -> mpsc::Receiver<Heard> {
        mpsc::channel(1).1
    }
}
