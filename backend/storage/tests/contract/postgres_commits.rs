//! Commits whose end nobody hears of: a proxy before PostgreSQL that lets one through and cuts the connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bearing_shared::api::intake::EventKind;
use bearing_storage::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::builders::*;

/// Passes everything on; where it is armed, the next commit arrives and its answer does not.
async fn proxy(server: String, armed: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, armed) = (server.clone(), Arc::clone(&armed));
            tokio::spawn(async move { pass_on(client, &server, &armed).await });
        }
    });
    port
}

async fn pass_on(mut client: TcpStream, server: &str, armed: &AtomicBool) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let (mut sent, mut said) = ([0; 16_384], [0; 16_384]);
    loop {
        tokio::select! {
            count = client.read(&mut sent) => {
                let sent = &sent[..count?];
                let commits = sent.windows(6).any(|word| word == b"COMMIT") && armed.swap(false, Ordering::SeqCst);
                if sent.is_empty() {
                    return Ok(());
                }
                server.write_all(sent).await?;
                if commits {
                    // Until it is done, and then nothing.
                    let _ = server.read(&mut said).await?;
                    return Ok(());
                }
            }
            count = server.read(&mut said) => match count? {
                0 => return Ok(()),
                count => client.write_all(&said[..count]).await?,
            },
        }
    }
}

#[tokio::test]
async fn events_whose_commit_was_not_heard_of_count_once() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let (before, database) = db.url().rsplit_once('/').expect("the URL names a database");
    let (role, server) = before.rsplit_once('@').expect("the URL names a role");
    let armed = Arc::new(AtomicBool::new(false));
    let port = proxy(server.to_owned(), Arc::clone(&armed)).await;
    let store = bearing_storage::open(&format!("{role}@127.0.0.1:{port}/{database}")).await?;
    armed.store(true, Ordering::SeqCst);
    store.count_events(vec![event(EventKind::Shown, 5)]).await?;
    assert!(!armed.load(Ordering::SeqCst), "the commit was met");
    assert_eq!(funnel(&db, everything()).await?.shown, 5);
    Ok(())
}
