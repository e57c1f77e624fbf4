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

    /// Does one bounded step (about a thousand rows) of whatever is to be counted anew or cleared away, of any site;
    /// false when nothing is left. Several processes may step at once.
    async fn build_step(&self) -> Result<bool>;

    /// Counts the answers of every site anew, in steps between which others may write, and clears the old cells; the
    /// number of responses counted.
    async fn recount(&self) -> Result<u64>;

    /// Checks the file's integrity and compares the cells that are read, and those that are being built, with the
    /// answers. No time limit holds for it.
    async fn check(&self) -> Result<CheckReport>;

    /// Finishes what is queued and closes the store's files in order.
    async fn close(&self);
}
