//! A proxy that knows nothing of HTTP and cuts connections after a number of bytes, in either direction, by a seed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The most bytes that pass in one direction before the cut: a few requests, a few replies.
const MOST_BYTES: u64 = 6_000;

/// A running proxy.
pub(super) struct Cutter {
    /// Where it listens.
    pub address: SocketAddr,
    cuts: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Cutter {
    /// Starts it before the server at `target`.
    ///
    /// # Errors
    /// No port is free.
    pub(super) async fn start(target: SocketAddr, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let cuts = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&cuts);
        let task = tokio::spawn(async move {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            while let Ok((client, _)) = listener.accept().await {
                let bytes = (rng.random_range(1..=MOST_BYTES), rng.random_range(1..=MOST_BYTES));
                let counted = Arc::clone(&counted);
                tokio::spawn(async move {
                    if pass(client, target, bytes).await.unwrap_or(false) {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        Ok(Self { address, cuts, task })
    }

    /// How many connections were cut so far.
    pub(super) fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes bytes both ways until one way is used up, which ends both; whether it was.
async fn pass(client: TcpStream, target: SocketAddr, (up, down): (u64, u64)) -> std::io::Result<bool> {
    let server = TcpStream::connect(target).await?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        cut = copy(from_client, to_server, up) => cut,
        cut = copy(from_server, to_client, down) => cut,
    }
}

/// Copies so many bytes at most; whether they were used up before the sender was done.
async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, bytes: u64) -> std::io::Result<bool> {
    let mut left = bytes as usize;
    let mut buffer = vec![0; 4_096];
    while left > 0 {
        let room = left.min(buffer.len());
        let count = from.read(&mut buffer[..room]).await?;
        if count == 0 {
            return Ok(false);
        }
        to.write_all(&buffer[..count]).await?;
        left -= count;
    }
    Ok(true)
}
