//! Upkeep: is the store well, has its configuration changed, do its counts agree with its answers?

use async_trait::async_trait;

use crate::Result;

/// What `bearing check` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Responses read.
    pub responses: u64,
    /// Cells compared.
    pub cells: u64,
    /// What is wrong, one sentence each; empty when all is well.
    pub problems: Vec<String>,
}

/// Upkeep of the store.
#[async_trait]
pub trait UpkeepStore: Send + Sync {
    /// A number that grows with every change to sites, keys and surveys, by whichever process: caches hang on it.
    async fn revision(&self) -> Result<i64>;

    /// Proves that the store can write, by writing.
    async fn probe(&self) -> Result<()>;

    /// Counts every cell anew from the answers; the number of responses counted.
    async fn recount(&self) -> Result<u64>;

    /// Checks the file's integrity and compares every cell with the answers.
    async fn check(&self) -> Result<CheckReport>;

    /// Finishes what is queued and closes the store's files in order.
    async fn close(&self);
}
