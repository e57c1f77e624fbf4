//! The line between servers in PostgreSQL: LISTEN on a connection of its own that is made anew when it is lost, and
//! NOTIFY beside the transactions that store.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::session::Sites;
use super::{PostgresStore, tls};
use crate::Result;
use crate::live::{Heard, LiveStore};

/// Words that wait for this server to take them in. Past it the line is not read, and the database keeps them.
const WAITING: usize = 256;
/// How long before a lost line is made anew, doubled from the first to the second.
const AGAIN: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];

/// What a line is made with.
#[derive(Clone)]
pub(super) struct Line {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    closed: watch::Sender<bool>,
}

/// Why a line ended.
enum Ended {
    /// Nobody listens any more.
    Unheard,
    /// It was lost; whether it was there before.
    Lost(bool),
}

impl Line {
    /// A line to a database; none is made before somebody listens.
    pub(super) fn to(config: Config) -> Result<Self> {
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(tls::connector()?),
        };
        Ok(Self { config, tls, closed: watch::Sender::new(false) })
    }

    /// Ends every line of the store.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }

    async fn keep(self, heard: mpsc::Sender<Heard>) {
        let [first, most] = AGAIN;
        let mut pause = first;
        let mut was_said = false;
        loop {
            let ended = match &self.tls {
                None => match self.config.connect(NoTls).await {
                    Ok((client, connection)) => pass_on(client, connection, &heard).await,
                    Err(why) => lost(&why),
                },
                Some(tls) => match self.config.connect(tls.clone()).await {
                    Ok((client, connection)) => pass_on(client, connection, &heard).await,
                    Err(why) => lost(&why),
                },
            };
            match ended {
                Ended::Unheard => return,
                Ended::Lost(true) => (pause, was_said) = (first, false),
                Ended::Lost(false) => {}
            }
            // A database may be away for an hour: that is said once.
            if !was_said {
                tracing::warn!("what other servers store is not heard of until the database is back");
                was_said = true;
            }
            sleep(pause).await;
            pause = (pause * 2).min(most);
        }
    }
}

fn lost(why: &tokio_postgres::Error) -> Ended {
    tracing::debug!(%why, "no line to the other servers could be had");
    Ended::Lost(false)
}

/// Passes on what is said, until the line is lost or nobody listens.
async fn pass_on<S, T>(client: Client, mut connection: Connection<S, T>, heard: &mpsc::Sender<Heard>) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut messages = std::pin::pin!(stream::poll_fn(|cx| connection.poll_message(cx)));
    let mut listening = std::pin::pin!(client.batch_execute("LISTEN bearing"));
    let mut is_there = false;
    loop {
        let word = tokio::select! {
            done = &mut listening, if !is_there => match done {
                Ok(()) => {
                    is_there = true;
                    Heard::Gap
                }
                Err(why) => return lost(&why),
            },
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(said))) => Heard::Words(said.payload().to_owned()),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Ended::Lost(is_there),
            },
            () = heard.closed() => return Ended::Unheard,
        };
        if heard.send(word).await.is_err() {
            return Ended::Unheard;
        }
    }
}

#[async_trait]
impl LiveStore for PostgresStore {
    fn is_shared(&self) -> bool {
        true
    }

    async fn say(&self, words: &str) -> Result<()> {
        // A transaction with a NOTIFY commits under a lock of the whole server. In those that store, every commit would
        // wait for the flush of the one before; here nothing is stored, so that nothing need be flushed under it.
        let session = self.writing_freely(Sites::Of(&[])).await?;
        let said = match session.execute("SET LOCAL synchronous_commit = off", &[]).await {
            Ok(_) => session.execute("SELECT pg_notify('bearing', $1)", &[&words]).await,
            Err(error) => Err(error),
        };
        session.end(said).await?;
        Ok(())
    }

    async fn listen(&self) -> mpsc::Receiver<Heard> {
        let (heard, receiver) = mpsc::channel(WAITING);
        let (line, mut closed) = (self.line.clone(), self.line.closed.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                () = line.keep(heard) => {}
                _ = closed.wait_for(|closed| *closed) => {}
            }
        });
        receiver
    }
}
