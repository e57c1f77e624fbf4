//! The little HTTP that a collector needs: one request a connection, from the thread that sends the spans.
//!
//! Plain HTTP only: a collector stands beside the server, and one that is far away is reached by the collector beside it.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};

/// How long connecting, and each wait for the collector, may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most of a reply that is read: its status is all that counts.
const REPLY: u64 = 64 * 1024;

/// A collector's host and port.
#[derive(Debug)]
pub(super) struct Collector(String);

impl Collector {
    /// The collector that a URL names.
    pub(super) fn at(endpoint: &str) -> anyhow::Result<Self> {
        let what = || format!("`{endpoint}` is no collector's address; give one such as http://127.0.0.1:4318.");
        let url = url::Url::parse(endpoint).with_context(what)?;
        ensure!(url.scheme() == "http" && url.query().is_none(), what());
        let host = url.host_str().with_context(what)?;
        Ok(Self(format!("{host}:{}", url.port().unwrap_or(4_318))))
    }

    fn exchange(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let address = self.0.to_socket_addrs()?.next().ok_or("the collector's name has no address")?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            request.uri().path(),
            self.0,
            request.body().len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(request.body())?;
        let mut reply = Vec::new();
        stream.take(REPLY).read_to_end(&mut reply)?;
        let status = reply.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u16>().ok());
        Ok(Response::builder().status(status.ok_or("the collector's reply is no HTTP")?).body(Bytes::new())?)
    }
}

#[async_trait]
impl HttpClient for Collector {
    // It blocks: the only caller is the thread that the batches are sent from, which does nothing else.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        self.exchange(&request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_a_collector_beside_us_is_taken() {
        assert_eq!(Collector::at("http://127.0.0.1:4318").expect("an address").0, "127.0.0.1:4318");
        assert_eq!(Collector::at("http://collector/").expect("the usual port").0, "collector:4318");
        for wrong in ["", "collector:4318", "https://collector:4318", "http://c/?x=1", "grpc://c"] {
            let error = Collector::at(wrong).expect_err(wrong).to_string();
            assert!(error.ends_with('.') && error.contains("http://127.0.0.1:4318"), "{error}");
        }
    }
}
