//! Fetching: one request and its whole reply, over the client that messages are sent by.

use std::time::Duration;

use axum::http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::{Position, Url};

use super::webhooks::client::{Client, Refusal};

/// The most bytes of a reply's head.
const HEAD: usize = 64 * 1024;
/// The most bytes of its body.
const BODY: usize = 1024 * 1024;

/// Sends a request, whose address is a whole one, over a connection of its own, and reads the reply.
///
/// # Errors
/// Why there was no whole reply in time; one whose body is longer than a megabyte is broken.
pub async fn fetch(client: &Client, request: Request<Vec<u8>>, within: Duration) -> Result<Response<Vec<u8>>, Refusal> {
    timeout(within, exchange(client, request)).await.unwrap_or(Err(Refusal::Timeout))
}

async fn exchange(client: &Client, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Refusal> {
    let url = Url::parse(&request.uri().to_string()).map_err(|_| Refusal::Address)?;
    let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]).map_err(|_| Refusal::Address)?;
    let (mut head, body) = request.into_parts();
    head.uri = url[Position::BeforePath..Position::AfterQuery].parse().map_err(|_| Refusal::Address)?;
    head.headers.insert(header::HOST, host);
    head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let stream = client.open(&url).await?;
    let mut http = hyper::client::conn::http1::Builder::new();
    http.max_buf_size(HEAD);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(|_| Refusal::Broken)?;
    let exchange = async {
        let request = Request::from_parts(head, Full::new(Bytes::from(body)));
        let (head, body) = sender.send_request(request).await.map_err(|_| Refusal::Broken)?.into_parts();
        let body = Limited::new(body, BODY).collect().await.map_err(|_| Refusal::Broken)?;
        Ok(Response::from_parts(head, body.to_bytes().to_vec()))
    };
    tokio::pin!(connection);
    tokio::pin!(exchange);
    tokio::select! {
        reply = &mut exchange => reply,
        // The connection may end before its reply has been read to the end.
        _ = &mut connection => exchange.await,
    }
}
