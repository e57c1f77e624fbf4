//! A reverse proxy between the browser and the server that answers some paths itself, as a broken network or server would.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{Request, Response, StatusCode};

use crate::http::{Connection, Listener, reply};

/// Paths that are answered here: how they start, and with what status.
type Refused = Arc<Mutex<Vec<(String, StatusCode)>>>;

/// A running proxy.
pub struct Proxy {
    listener: Listener,
    refused: Refused,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts it before the server at `target`.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(target: SocketAddr) -> Result<Self> {
        let refused = Refused::default();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (rules, log) = (Arc::clone(&refused), Arc::clone(&asked));
        let listener = Listener::start(move |request| {
            let path = request.uri().path().to_owned();
            log.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {path}", request.method()));
            let rules = rules.lock().unwrap_or_else(PoisonError::into_inner);
            let refusal = rules.iter().find(|(start, _)| path.starts_with(start)).map(|(_, status)| *status);
            async move {
                match refusal {
                    Some(status) => refuse(status),
                    None => forward(target, request).await.unwrap_or_else(|_| refuse(StatusCode::BAD_GATEWAY)),
                }
            }
        })
        .await?;
        Ok(Self { listener, refused, asked })
    }

    /// Its address for a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.address)
    }

    /// Answers every path that starts so with this status from now on.
    pub fn refuse(&self, start: &str, status: StatusCode) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).push((start.to_owned(), status));
    }

    /// Lets everything through again.
    pub fn allow(&self) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What was asked for so far, as `METHOD /path`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn refuse(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = reply(status, "text/plain", "refused by the test");
    response.headers_mut().insert("access-control-allow-origin", hyper::header::HeaderValue::from_static("*"));
    response
}

async fn forward(target: SocketAddr, request: Request<Bytes>) -> Result<Response<Full<Bytes>>> {
    let (mut head, body) = request.into_parts();
    head.headers.remove(CONNECTION);
    let reply = Connection::open(target).await?.send(Request::from_parts(head, Full::new(body))).await?;
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    // The body is sent in one piece now.
    for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
        response.headers_mut().remove(name);
    }
    Ok(response)
}
