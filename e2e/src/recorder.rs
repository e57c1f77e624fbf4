//! A server before the server that forwards everything and notes who was asked for what and what was said of the page.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_LENGTH, COOKIE, HeaderMap, REFERER, TRANSFER_ENCODING};
use hyper::{Request, Response, StatusCode};

use crate::http::{Connection, Listener, reply};

/// One request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The header `Referer`; empty where there is none.
    pub referrer: String,
    /// The header `Cookie`; empty where there is none.
    pub cookie: String,
    /// The body as text; empty where there is none.
    pub body: String,
    /// The body of the reply as text, once it has gone back; empty until then, and for what is compressed.
    pub reply: String,
}

/// A running recorder.
pub struct Recorder {
    listener: Listener,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Recorder {
    /// Starts it before the server at `target`.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(target: SocketAddr) -> Result<Self> {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let listener = Listener::start(move |request| {
            let place = {
                let mut asked = log.lock().unwrap_or_else(PoisonError::into_inner);
                asked.push(note(&request));
                asked.len() - 1
            };
            let log = Arc::clone(&log);
            async move {
                forward(target, request, |said| {
                    if let Some(asked) = log.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
                        asked.reply = said;
                    }
                })
                .await
                .unwrap_or_else(|error| reply(StatusCode::BAD_GATEWAY, "text/plain", error.to_string()))
            }
        })
        .await?;
        Ok(Self { listener, asked })
    }

    /// Its address for a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.address)
    }

    /// Its address for what stands before it.
    pub fn address(&self) -> SocketAddr {
        self.listener.address
    }

    /// What was asked for so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn note(request: &Request<Bytes>) -> Asked {
    let header = |headers: &HeaderMap, name| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    Asked {
        method: request.method().to_string(),
        path: request.uri().to_string(),
        referrer: header(request.headers(), REFERER),
        cookie: header(request.headers(), COOKIE),
        body: text(request.body()),
        reply: String::new(),
    }
}

fn text(body: &Bytes) -> String {
    std::str::from_utf8(body).unwrap_or_default().to_owned()
}

async fn forward(
    target: SocketAddr,
    request: Request<Bytes>,
    note: impl FnOnce(String),
) -> Result<Response<Full<Bytes>>> {
    let (mut head, body) = request.into_parts();
    head.headers.remove(CONNECTION);
    let answer = Connection::open(target).await?.send(Request::from_parts(head, Full::new(body))).await?;
    note(text(&answer.body));
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    // The body is sent in one piece now.
    for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
        response.headers_mut().remove(name);
    }
    Ok(response)
}
