//! What only PostgreSQL can show of the way to it: connections on which nothing is answered any more.

use std::time::Duration;

use bearing_storage::{Limits, Result, StoreError, open_within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::builders::*;

/// Passes bytes between a store and its database, or keeps them: what a network does that drops packets.
struct Relay {
    url: String,
    passes: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Relay {
    /// One before the database of this URL, which names the role, a host and a port.
    async fn before(url: &str) -> Self {
        let (role, rest) = url.split_once('@').expect("the URL names a role");
        let (target, database) = rest.split_once('/').expect("the URL names a database");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let (passes, watched) = watch::channel(true);
        let (target, url) = (target.to_owned(), format!("{role}@{address}/{database}"));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&target).await else { continue };
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                tokio::spawn(copy(from_client, to_server, watched.clone()));
                tokio::spawn(copy(from_server, to_client, watched.clone()));
            }
        });
        Self { url, passes, task }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut passes: watch::Receiver<bool>) {
    let mut buffer = vec![0; 4_096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if passes.wait_for(|passes| *passes).await.is_err() || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// Far above what a store waits for an answer: only a store that waits for ever needs it.
const FOR_EVER: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_silent_database_is_unwritable_and_heals() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let relay = Relay::before(db.url()).await;
    let store = open_within(&relay.url, Limits { read: Duration::from_millis(50), ..Limits::default() }).await?;
    let answer = |number| accept(&store, [response(number, 9)]);
    answer(1).await?;
    assert!(store.response(&home(), response_id(1)).await?.is_some());
    relay.passes.send_replace(false);
    let home = home();
    let read = store.response(&home, response_id(1));
    let (written, read) = tokio::join!(timeout(FOR_EVER, answer(2)), timeout(FOR_EVER, read));
    assert!(matches!(written, Ok(Err(StoreError::Unwritable(_)))), "{written:?}");
    assert!(matches!(read, Ok(Err(StoreError::Unwritable(_)))), "{read:?}");
    relay.passes.send_replace(true);
    answer(3).await?;
    assert!(store.response(&home, response_id(3)).await?.is_some());
    assert_eq!(counted(&db, everything()).await?.n(), 2, "what was refused is not there");
    assert_sound(&db).await
}
