//! The accept loop: HTTP/1.1 with the time-outs that `axum::serve` does not have, a limit of connections, and an orderly
//! end.
//!
//! TLS and HTTP/2 belong to the proxy in front. Time-outs run on the monotonic clock.

mod wire;
#[cfg(test)]
mod wire_tests;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::fault::{Code, Fault};
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tower::ServiceExt;

use crate::app::Shared;
use crate::auth::limits::Peer;
use crate::chance;
use crate::error::EXPOSED;
use crate::held::{Held, held};
use crate::metrics::Connections;
use wire::{Busy, Wire, Working};

/// How long open requests may go on after the signal to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Connections that are turned away at once with a reply; beyond them there is only the end.
const TURNED_AWAY: usize = 256;
/// How long turning one away may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a listener may do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most connections at once.
    pub connections: usize,
    /// How long new connections are taken after the signal to stop, so that balancers have read `readyz` by then.
    pub drain_delay: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 10_000, drain_delay: Duration::ZERO }
    }
}

/// Serves with the usual limits until `stop` resolves, then finishes what is open and closes the store.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    app: Shared,
    router: Router,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    serve_within(listener, app, router, stop, Limits::default()).await
}

/// Serves with these limits until `stop` resolves: then it is not ready, takes new connections for as long as
/// `drain_delay` says, finishes what is open, and closes the store.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve_within(
    listener: TcpListener,
    app: Shared,
    router: Router,
    stop: impl Future<Output = ()>,
    limits: Limits,
) -> anyhow::Result<()> {
    let door = Door {
        permits: Arc::new(Semaphore::new(limits.connections)),
        farewells: Arc::new(Semaphore::new(TURNED_AWAY)),
        counted: app.metrics.connections.clone(),
        graceful: GracefulShutdown::new(),
        router,
    };
    let end = async {
        stop.await;
        app.health.drain();
        tokio::time::sleep(limits.drain_delay).await;
    };
    tokio::pin!(end);
    loop {
        tokio::select! {
            biased;
            () = &mut end => break,
            accepted = accept(&listener) => door.let_in(accepted),
        }
    }
    // Who has connected by now has been promised an answer by the system.
    while let Some(accepted @ Some(_)) = accept(&listener).now_or_never() {
        door.let_in(accepted);
    }
    drop(listener);
    // They have no end of their own, and who listens comes back to another server.
    app.live.close();
    // What is not sent by now is due at the next start, or for another server.
    let (drained, ()) = tokio::join!(timeout(DRAIN, door.graceful.shutdown()), app.webhooks.stop());
    if drained.is_err() {
        tracing::warn!("some requests were cut off at the end");
    }
    app.store.close().await;
    Ok(())
}

/// Waits for a connection; none when it could not be had.
async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => {
            // Replies are small: waiting to fill a packet would only delay them.
            let _ = stream.set_nodelay(true);
            Some(stream)
        }
        Err(error) => {
            // Out of file descriptors, mostly: it passes when connections close.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// What every connection comes by.
struct Door {
    permits: Arc<Semaphore>,
    farewells: Arc<Semaphore>,
    counted: Connections,
    graceful: GracefulShutdown,
    router: Router,
}

impl Door {
    /// Serves a connection in a task of its own, or turns it away. To let it wait in the system's queue instead would
    /// tell nobody anything: clients would hang, and balancers would think the server well.
    fn let_in(&self, accepted: Option<TcpStream>) {
        let Some(stream) = accepted else { return };
        self.counted.accepted.inc();
        match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => self.serve(stream, permit),
            Err(_) => {
                self.counted.refused.inc();
                if let Ok(permit) = Arc::clone(&self.farewells).try_acquire_owned() {
                    let stream = Wire::new(stream, Busy::default(), self.counted.clone());
                    tokio::spawn(async move {
                        let _ = timeout(FAREWELL, turn_away(stream)).await;
                        drop(permit);
                    });
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        let (busy, router) = (Busy::default(), self.router.clone());
        let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
        let stream = Wire::new(stream, busy.clone(), self.counted.clone());
        let service = service_fn(move |request| answer(router.clone(), busy.begin(), peer, request));
        let mut http = hyper::server::conn::http1::Builder::new();
        // The time of a head is the wire's business.
        http.header_read_timeout(None).max_buf_size(64 * 1024);
        let connection = self.graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // Clients hang up at any moment; that is no fault of ours.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
}

async fn answer(
    router: Router,
    working: Working,
    peer: Option<Peer>,
    mut request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Held<Working>>, Infallible> {
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    let response: Response = router.oneshot(request.map(Body::new)).await?;
    Ok(response.map(|body| held(body, working)))
}

/// Says that there are too many connections, and closes this one.
async fn turn_away(mut stream: Wire<TcpStream>) -> std::io::Result<()> {
    stream.write_all(&raw_reply(&Fault::new(Code::OVERLOADED, Code::OVERLOADED.meaning))).await?;
    stream.shutdown().await
}

/// A whole reply as bytes, for a connection on which no request was read; the connection ends with it.
fn raw_reply(fault: &Fault) -> Vec<u8> {
    let code = fault.code;
    let reason = axum::http::StatusCode::from_u16(code.status).ok().and_then(|status| status.canonical_reason());
    let body = serde_json::to_string(&ErrorBody { error: fault.clone().into() }).unwrap_or_default();
    let wait = match code.status {
        429 | 503 => format!("retry-after: {}\r\n", chance::between(2, 10)),
        _ => String::new(),
    };
    let id = data_encoding::BASE32_NOPAD.encode(&chance::bytes::<10>());
    format!(
        "HTTP/1.1 {} {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{wait}\
         cache-control: no-store\r\naccess-control-allow-origin: *\r\n\
         access-control-expose-headers: {EXPOSED}\r\nx-content-type-options: nosniff\r\n\
         x-request-id: {id}\r\n\r\n{body}",
        code.status,
        reason.unwrap_or_default(),
        body.len()
    )
    .into_bytes()
}

/// Binds an address.
///
/// # Errors
/// One sentence that says what to do: the port is taken, or may not be used.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!("{address} is in use by another program; choose another with --listen.")
        }
        std::io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!("{address} may not be used by this account; choose a port above 1023 with --listen.")
        }
        _ => anyhow::anyhow!("{address} cannot be listened on: {error}."),
    })
}

/// Files that are open beside connections: the store's, the listener, the connections that are turned away.
const OTHER_FILES: u64 = 400;

/// Lets this process have so many connections open, as far as the system allows: many shells allow 1,024 files.
#[cfg(unix)]
pub fn allow_files(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let wanted = connections as u64 + OTHER_FILES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = current.unwrap_or(u64::MAX);
    if current >= wanted {
        return;
    }
    let allowed = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), maximum });
    if raised.is_err() || allowed < wanted {
        let most = if raised.is_err() { current } else { allowed };
        tracing::warn!("this process may open {most} files, which is less than its connections need; raise `nofile`");
    }
}

/// Nothing needs to be allowed here.
#[cfg(not(unix))]
pub fn allow_files(_: usize) {}

/// Listens for SIGTERM and Ctrl-C from now on; what it returns resolves at the first of them.
///
/// To be called before anybody is told that the server is ready: until it listens, a signal kills it.
///
/// # Errors
/// The system refuses.
#[cfg(unix)]
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens for Ctrl-C; what it returns resolves at it.
///
/// # Errors
/// None here.
#[cfg(not(unix))]
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
