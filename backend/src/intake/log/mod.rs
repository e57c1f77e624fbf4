//! The replicated intake log: a stream of NATS JetStream on three servers, in which an answer is safe before the database
//! has it.
//!
//! `put` acknowledges, `apply` brings what is there into the store, `progress` knows how far that is, `majority` whom to
//! believe. A log belongs to one store, whose identity it carries.

pub(super) mod apply;
mod majority;
mod message;
mod progress;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{ConnectOptions, HeaderMap, ServerAddr};
use bearing_shared::api::reports::Behind;
use bearing_storage::{Arrival, EventCount, Store, StoreError};
use tokio::time::{Instant, sleep, timeout};

use crate::chance;
use message::Kind;
use progress::Progress;

/// The stream and its one subject.
const STREAM: &str = "BEARING_INTAKE";
const SUBJECT: &str = "bearing.intake";

/// On how many servers each message is.
const REPLICAS: usize = 3;

/// Under what name the stream says whose it is.
const OWNER: &str = "bearing_store";

/// How long one attempt may take, and how long a message is tried again: choosing a new leader takes some seconds.
const ATTEMPT: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a start waits for the servers to agree on leaders.
const START: Duration = Duration::from_secs(30);
/// How long between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// How long an erasure waits for what came before it.
const SETTLE: Duration = Duration::from_secs(5);

/// The log.
pub struct Log {
    context: Context,
    stream: Stream,
    /// What the store knows its position under: a stream that was made anew counts from 1 again, and is another log.
    name: String,
    progress: Progress,
}

impl Log {
    /// Connects to the NATS servers at these URLs, and makes the stream if it is not there.
    ///
    /// # Errors
    /// One sentence that says what to do: nobody answers, or the stream is not one that an answer is safe in.
    pub async fn open(urls: &[String], store: &dyn Store) -> anyhow::Result<Self> {
        let owner = store.identity().await?;
        let (servers, mut options) = servers(urls)?;
        options = options
            .name("bearing")
            .connection_timeout(ATTEMPT)
            .request_timeout(Some(ATTEMPT))
            .ping_interval(ATTEMPT)
            .retry_on_initial_connect();
        // The URLs may hold a password: they are in no message.
        let client = options.connect(servers).await.context("No NATS server of --intake-log can be reached")?;
        let mut context = jetstream::new(client);
        context.set_timeout(ATTEMPT);
        let begun = Instant::now();
        let stream = loop {
            let why = match context.get_or_create_stream(wanted(&owner)).await {
                Ok(stream) => {
                    check(stream.cached_info(), &owner)?;
                    match majority::stands_behind(stream.cached_info()) {
                        Ok(()) => break stream,
                        Err(why) => why.to_owned(),
                    }
                }
                Err(why) => why.to_string(),
            };
            ensure!(
                begun.elapsed() < START,
                "The servers of --intake-log give no stream on {REPLICAS} servers: {why}; are {REPLICAS} of them up, \
                 with JetStream?"
            );
            sleep(PAUSE).await;
        };
        let info = stream.cached_info();
        let name = format!("{STREAM} {}", info.created.unix_timestamp_nanos());
        let progress = Progress::default();
        progress.holds(info.state.last_sequence);
        let applied = store.applied(&name).await?;
        ensure!(
            applied <= info.state.last_sequence,
            "The stream {STREAM} ends at message {}, and the database has {applied} of it: it was set back. Remove the \
             stream, and Bearing makes a new one.",
            info.state.last_sequence
        );
        progress.has_applied(applied);
        Ok(Self { context, stream, name, progress })
    }

    /// Puts arrivals into the log; they are on the disks of most servers once this returns.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`]: nothing may be acknowledged, though it may be in the log nevertheless.
    pub(super) async fn put_arrivals(&self, arrivals: &[Arrival]) -> Result<(), StoreError> {
        self.put(message::write(Kind::Arrivals, arrivals)).await
    }

    /// Puts events into the log.
    ///
    /// # Errors
    /// As [`Self::put_arrivals`].
    pub(super) async fn put_events(&self, events: &[EventCount]) -> Result<(), StoreError> {
        self.put(message::write(Kind::Events, events)).await
    }

    /// One message after the other, so that they are there in their order.
    async fn put(&self, messages: serde_json::Result<Vec<Vec<u8>>>) -> Result<(), StoreError> {
        for message in messages.map_err(|error| StoreError::Driver(error.to_string()))? {
            self.put_one(message).await?;
        }
        Ok(())
    }

    /// Puts one message in. It is sent again, under the same id, until a server says that it is there: the stream keeps
    /// one of each id.
    async fn put_one(&self, message: Vec<u8>) -> Result<(), StoreError> {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", chance::secret("").as_str());
        let message = bytes::Bytes::from(message);
        // As it was before the message left: once it is there, it may be applied before its acknowledgement is heard.
        let applied = self.progress.applied();
        let begun = Instant::now();
        loop {
            let send = async {
                let sent = self.context.publish_with_headers(SUBJECT, headers.clone(), message.clone()).await?;
                sent.await
            };
            let why = match timeout(ATTEMPT, send).await {
                Ok(Ok(there)) if there.sequence > applied || there.duplicate => {
                    self.progress.holds(there.sequence);
                    return Ok(());
                }
                // Acknowledged under a number that the store believes it has: nobody would ever read it.
                Ok(Ok(there)) => {
                    let number = there.sequence;
                    tracing::error!(number, applied, "the intake log was set back; remove its stream");
                    return Err(StoreError::Unwritable("the intake log was set back".into()));
                }
                Ok(Err(why)) => why.to_string(),
                Err(_) => "no answer".into(),
            };
            if begun.elapsed() + PAUSE >= PATIENCE {
                return Err(StoreError::Unwritable(format!("the intake log takes nothing: {why}")));
            }
            sleep(PAUSE).await;
        }
    }

    /// What most of the servers say of the stream.
    async fn info(&self) -> Result<Info, String> {
        let info = self.stream.get_info().await.map_err(|why| why.to_string())?;
        majority::stands_behind(&info)?;
        Ok(info)
    }

    /// Whether the log can be expected to take an answer.
    pub async fn is_ready(&self) -> bool {
        match timeout(ATTEMPT, self.info()).await {
            Ok(Ok(info)) => {
                self.progress.holds(info.state.last_sequence);
                true
            }
            Ok(Err(why)) => {
                tracing::error!(why, "the intake log takes nothing");
                false
            }
            Err(_) => {
                tracing::error!("the intake log does not answer in time");
                false
            }
        }
    }

    /// How far the store is behind at `now`, ms since 1970 UTC; `None` when all is in it.
    pub fn behind(&self, now: i64) -> Option<Behind> {
        self.progress.behind(now)
    }

    /// Waits until everything that is in the log now is in the store: what is erased must not arrive after its erasure.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`] when that takes more than a few seconds.
    pub async fn settle(&self) -> Result<(), StoreError> {
        let settled = async {
            // A server without the others may never have seen what came before.
            let info = self.info().await.map_err(StoreError::Unwritable)?;
            self.progress.reach(info.state.last_sequence).await;
            Ok(())
        };
        let late = || StoreError::Unwritable("answers still wait in the intake log".into());
        timeout(SETTLE, settled).await.map_err(|_| late())?
    }
}

/// The servers that URLs name, and how to log in: by the first name and password among them. What connects knows the
/// addresses without them, since it writes addresses into the log.
fn servers(urls: &[String]) -> anyhow::Result<(Vec<ServerAddr>, ConnectOptions)> {
    let named: Result<Vec<ServerAddr>, _> = urls.iter().map(|url| url.trim().parse()).collect();
    let plain: Result<Vec<ServerAddr>, _> = urls.iter().map(|url| without_login(url.trim()).parse()).collect();
    // The reason may repeat the URL, and with it a password.
    let (Ok(named), Ok(plain)) = (named, plain) else {
        bail!("--intake-log takes addresses such as nats://a:4222,nats://b:4222,nats://c:4222.");
    };
    ensure!(!plain.is_empty(), "--intake-log names no NATS server.");
    let login = named.iter().find(|server| server.has_user_pass());
    let login = login.and_then(|server| Some((server.username()?.to_owned(), server.password()?.to_owned())));
    let options = match login {
        Some((user, password)) => ConnectOptions::new().user_and_password(user, password),
        None => ConnectOptions::new(),
    };
    Ok((plain, options))
}

/// An address without the name and the password in it.
fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("nats", url));
    format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host))
}

/// The stream as it is made. Nothing leaves it by age or for room: what is full refuses.
fn wanted(owner: &str) -> Config {
    Config {
        name: STREAM.into(),
        subjects: vec![SUBJECT.into()],
        description: Some("Answers to Bearing's surveys on their way to the database.".into()),
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        num_replicas: REPLICAS,
        allow_direct: true,
        metadata: HashMap::from([(OWNER.to_owned(), owner.to_owned())]),
        ..Config::default()
    }
}

/// Refuses a stream that loses messages or belongs to another database.
fn check(info: &Info, owner: &str) -> anyhow::Result<()> {
    let Config { num_replicas, storage, discard, retention, max_age, metadata, .. } = &info.config;
    ensure!(
        *num_replicas >= REPLICAS && *storage == StorageType::File,
        "The stream {STREAM} is kept on {num_replicas} servers ({storage:?}): an answer is safe in files on {REPLICAS} of \
         them; change it with `nats stream edit`."
    );
    ensure!(
        *discard == DiscardPolicy::New && *retention == RetentionPolicy::Limits && max_age.is_zero(),
        "The stream {STREAM} drops messages by itself; give it discard=new, retention=limits and no age with `nats \
         stream edit`."
    );
    ensure!(
        metadata.get(OWNER).is_some_and(|of| of == owner),
        "The stream {STREAM} belongs to another database, whose answers would be lost to it; give each fleet a NATS \
         account of its own."
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_servers_with_or_without_a_name() {
        let read = |text: &str| servers(&text.split(',').map(str::to_owned).collect::<Vec<_>>());
        let (found, _) = read("nats://me:sec%40ret@a:4222, b,tls://c:1").expect("are addresses");
        assert!(!format!("{found:?}").contains("sec"), "{found:?}");
        let places: Vec<_> = found.iter().map(|server| format!("{}:{}", server.host(), server.port())).collect();
        assert_eq!(places, ["a:4222", "b:4222", "c:1"]);
        assert!(found[2].tls_required() && !found[1].tls_required());
        let refused = read("nats://me:secret@:x").map(|_| ()).expect_err("is no address").to_string();
        assert!(refused.contains("nats://a:4222") && !refused.contains("secret"), "{refused}");
    }
}
