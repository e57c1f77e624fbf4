//! What the servers of one store tell each other: short words that are heard now or never.

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::Result;

/// What a server hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// What a server has said, this one or another.
    Words(String),
    /// The line was cut for a time: words may have been missed.
    Gap,
}

/// The line between the servers of one store.
#[async_trait]
pub trait LiveStore: Send + Sync {
    /// Whether other servers may work on this store. Without any there is nobody to tell.
    fn is_shared(&self) -> bool;

    /// Says words of at most 7,900 bytes to every server that listens, this one too. They are not kept.
    async fn say(&self, words: &str) -> Result<()>;

    /// Listens until the receiver is dropped or the store is closed. It begins with [`Heard::Gap`] as soon as the line
    /// is there, and after each time that it was cut. Where the store is not shared, nothing is ever heard.
    async fn listen(&self) -> mpsc::Receiver<Heard>;
}
