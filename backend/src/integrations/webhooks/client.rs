//! The client: one message over one connection of its own, to an address that the guard has let through.
//!
//! It resolves names, looks at what came and connects to exactly that: there is no second look-up that could say
//! something else. It follows no redirect, knows no proxy and reads nothing of a reply but its status.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::{Host, Position, Url};

use super::guard;

/// The longest that one of several addresses may take to connect: another may be quicker.
const CONNECT: Duration = Duration::from_secs(5);
/// The most addresses of a name that are tried.
const ADDRESSES: usize = 4;
/// How much of a reply's body is taken, and how long, so that its sender sees no broken connection.
const BODY: usize = 64 * 1024;
const BODY_TIME: Duration = Duration::from_secs(1);
/// The most bytes of a reply's head.
const HEAD: usize = 64 * 1024;

/// A reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// How long it asks to wait, in ms.
    pub retry_after: Option<i64>,
}

/// Why there was no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address is none that messages may go to.
    Address,
    /// The name leads nowhere.
    Unresolved,
    /// Nobody answers at the address.
    Unreachable,
    /// TLS failed: a certificate that is expired, of another name, or of no known authority.
    Tls,
    /// It took too long.
    Timeout,
    /// The connection broke, or what came is no HTTP.
    Broken,
}

impl Refusal {
    /// The word in the list of deliveries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address_refused",
            Self::Unresolved => "name_unresolved",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls_failed",
            Self::Timeout => "timeout",
            Self::Broken => "connection_broken",
        }
    }
}

/// Finds the addresses of a name.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// The addresses of a name, best first.
    async fn resolve(&self, name: &str, port: u16) -> std::io::Result<Vec<SocketAddr>>;
}

/// The most names that are looked up at once. The system's look-up holds a thread for as long as it takes, which is longer
/// than any attempt where a name's server does not answer, and the store reads on the same threads: tokio has 512 of them.
const LOOK_UPS: usize = 256;

/// The system's resolver.
pub struct SystemResolver {
    look_ups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { look_ups: Arc::new(Semaphore::new(LOOK_UPS)) }
    }
}

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        let name = name.to_owned();
        apart(&self.look_ups, move || Ok((name, port).to_socket_addrs()?.collect())).await
    }
}

/// Runs work on a thread of its own, which counts until it has ended: who asked for it may have stopped waiting long before.
async fn apart<T: Send + 'static>(
    most: &Arc<Semaphore>,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    let permit = Arc::clone(most).acquire_owned().await.map_err(std::io::Error::other)?;
    let working = move || {
        let _permit = permit;
        work()
    };
    tokio::task::spawn_blocking(working).await.map_err(std::io::Error::other)?
}

/// A connection, by TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// The client.
#[derive(Clone)]
pub struct Client {
    resolver: Arc<dyn Resolve>,
    /// Whether private addresses and plain http are allowed.
    pub allow_private: bool,
    tls: TlsConnector,
}

impl Client {
    /// A client that knows the authorities of the web's browsers.
    pub fn new(allow_private: bool) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::with(Arc::new(SystemResolver::default()), roots, allow_private)
    }

    /// A client with a resolver and authorities of its own.
    ///
    /// # Panics
    /// When ring could speak no version of TLS, which is known when it is compiled.
    pub fn with(resolver: Arc<dyn Resolve>, roots: RootCertStore, allow_private: bool) -> Self {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap_or_else(|error| panic!("ring speaks no TLS: {error}"))
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { resolver, allow_private, tls: TlsConnector::from(Arc::new(config)) }
    }

    /// Posts a body; `now` (ms since 1970 UTC) is what a `Retry-After` by date is measured from.
    ///
    /// # Errors
    /// Why there was no reply in time.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        within: Duration,
        now: i64,
    ) -> Result<Answer, Refusal> {
        timeout(within, self.exchange(url, headers, body, now)).await.unwrap_or(Err(Refusal::Timeout))
    }

    async fn exchange(&self, url: &Url, headers: HeaderMap, body: Bytes, now: i64) -> Result<Answer, Refusal> {
        let stream = self.open(url).await?;
        send(stream, request(url, headers, body)?, now).await
    }

    /// A connection to where an address leads, by TLS unless it is plain http.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn open(&self, url: &Url) -> Result<Box<dyn Stream>, Refusal> {
        let is_tls = match url.scheme() {
            "https" => true,
            "http" if self.allow_private => false,
            _ => return Err(Refusal::Address),
        };
        let stream = self.connect(url).await?;
        if !is_tls {
            return Ok(Box::new(stream));
        }
        let name = match url.host().ok_or(Refusal::Address)? {
            Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned()),
            Host::Ipv4(address) => Ok(ServerName::IpAddress(std::net::IpAddr::from(address).into())),
            Host::Ipv6(address) => Ok(ServerName::IpAddress(std::net::IpAddr::from(address).into())),
        };
        let name = name.map_err(|_| Refusal::Address)?;
        Ok(Box::new(self.tls.connect(name, stream).await.map_err(|_| Refusal::Tls)?))
    }

    /// Connects to the first address that is allowed and answers.
    async fn connect(&self, url: &Url) -> Result<TcpStream, Refusal> {
        let port = url.port_or_known_default().ok_or(Refusal::Address)?;
        let found = match url.host().ok_or(Refusal::Address)? {
            // An address needs no resolver, and would pass by one that guards.
            Host::Ipv4(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Ipv6(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Domain(name) => self.resolver.resolve(name, port).await.map_err(|_| Refusal::Unresolved)?,
        };
        if found.is_empty() {
            return Err(Refusal::Unresolved);
        }
        let allowed = found.iter().filter(|address| self.allow_private || guard::is_global(address.ip()));
        let mut refusal = Refusal::Address;
        for address in allowed.take(ADDRESSES) {
            match timeout(CONNECT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // One small message: waiting to fill a packet would only delay it.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(_)) => refusal = Refusal::Unreachable,
                Err(_) => refusal = Refusal::Timeout,
            }
        }
        Err(refusal)
    }
}

fn request(url: &Url, headers: HeaderMap, body: Bytes) -> Result<Request<Full<Bytes>>, Refusal> {
    let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]).map_err(|_| Refusal::Address)?;
    let mut request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
        .body(Full::new(body))
        .map_err(|_| Refusal::Address)?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(header::HOST, host);
    request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(request)
}

async fn send(stream: Box<dyn Stream>, request: Request<Full<Bytes>>, now: i64) -> Result<Answer, Refusal> {
    let mut http = hyper::client::conn::http1::Builder::new();
    http.max_buf_size(HEAD);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(|_| Refusal::Broken)?;
    // Dropped with this function, whatever way it ends: no connection outlives its attempt.
    tokio::pin!(connection);
    let exchange = async {
        let reply = sender.send_request(request).await.map_err(|_| Refusal::Broken)?;
        let answer = Answer { status: reply.status().as_u16(), retry_after: retry_after(reply.headers(), now) };
        let _ = timeout(BODY_TIME, drain(reply.into_body())).await;
        Ok(answer)
    };
    tokio::pin!(exchange);
    tokio::select! {
        answer = &mut exchange => answer,
        // The connection may end before its reply has been read to the end.
        _ = &mut connection => exchange.await,
    }
}

async fn drain(mut body: Incoming) {
    let mut taken = 0;
    while taken < BODY {
        let Some(Ok(frame)) = body.frame().await else { return };
        taken += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// How long a reply asks to wait, in ms: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: i64) -> Option<i64> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let at = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(i64::try_from(at.as_millis()).ok()?.saturating_sub(now).max(0))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_look_up_counts_until_it_has_ended_though_nobody_waits_any_more() {
        let most = Arc::new(Semaphore::new(1));
        let (end, ended) = mpsc::channel::<()>();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let hangs = apart(&most, move || {
            let _ = begin.send(());
            let _ = ended.recv();
            Ok(())
        });
        tokio::select! {
            _ = hangs => panic!("it hangs"),
            begun = begun => begun.expect("it has begun"),
        }
        assert!(most.try_acquire().is_err(), "its thread is still busy");
        end.send(()).expect("it waits for this");
        assert_eq!(apart(&most, || Ok(7)).await.expect("there is a thread again"), 7);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(text).expect("is a header"));
            retry_after(&headers, 1_445_412_480_000)
        };
        assert_eq!(asked("120"), Some(120_000));
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:30 GMT"), Some(30_000));
        assert_eq!(asked("Wed, 21 Oct 2015 07:27:00 GMT"), Some(0));
        for none in ["", "-1", "soon", "1.5", "99999999999999999999"] {
            assert_eq!(asked(none), None, "{none}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), 0), None);
    }
}
