//! The server's HTTP API as a program calls it: intake without a secret, management with a key.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, ORIGIN};
use serde_json::Value;

use crate::http::{Ask, Connection, Reply, ask};

/// The most responses that a server may bring in one request.
const BATCH: usize = 1_000;

/// A caller of the API with its key.
#[derive(Clone, Debug)]
pub struct Api {
    /// Where the server is.
    pub address: SocketAddr,
    /// The secret key; empty for none.
    pub key: String,
}

impl Api {
    /// Sends one request on a connection of its own.
    ///
    /// # Errors
    /// The connection failed. A refusal is a reply, not an error.
    pub async fn send(&self, mut request: Ask) -> Result<Reply> {
        if !self.key.is_empty() {
            request.headers_mut().insert(AUTHORIZATION, format!("Bearer {}", self.key).parse()?);
        }
        Connection::open(self.address).await?.send(request).await
    }

    /// Gets a path.
    ///
    /// # Errors
    /// See [`Api::send`].
    pub async fn get(&self, path: &str) -> Result<Reply> {
        self.send(ask(Method::GET, path, "", Bytes::new())?).await
    }

    /// Sends a JSON body.
    ///
    /// # Errors
    /// See [`Api::send`].
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Result<Reply> {
        self.send(ask(method, path, "application/json", body.to_string())?).await
    }

    /// Posts a body as a page of `origin` would; empty for none.
    ///
    /// # Errors
    /// See [`Api::send`].
    pub async fn post_from(&self, origin: &str, path: &str, body: &Value) -> Result<Reply> {
        let mut request = ask(Method::POST, path, "text/plain", body.to_string())?;
        request.headers_mut().insert(ORIGIN, origin.parse()?);
        self.send(request).await
    }

    /// Gets a path that must answer 200 with JSON.
    ///
    /// # Errors
    /// It answered something else, which is shown.
    pub async fn read(&self, path: &str) -> Result<Value> {
        let reply = self.get(path).await?;
        ensure!(reply.status.is_success(), "GET {path}: {} {}", reply.status, reply.text());
        reply.json()
    }

    /// Every response that the filters let through, page by page.
    ///
    /// # Errors
    /// See [`Api::read`].
    pub async fn responses(&self, filters: &str) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.read(&format!("/v1/responses?limit=500{filters}{cursor}")).await?;
            found.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(found),
            }
        }
    }

    /// Brings responses as a site's own server does, as many to a request as it takes; all must be new.
    ///
    /// # Errors
    /// One of them was not stored; the reply to it is shown.
    pub async fn bring(&self, responses: &[Value]) -> Result<()> {
        for batch in responses.chunks(BATCH) {
            let reply = self.json(Method::POST, "/v1/responses", &Value::from(batch)).await?;
            ensure!(reply.status.is_success(), "POST /v1/responses: {} {}", reply.status, reply.text());
            let results = reply.json()?["results"].as_array().cloned().unwrap_or_default();
            ensure!(results.len() == batch.len(), "{} results for {} responses", results.len(), batch.len());
            let refused = results.iter().find(|result| result["status"] != "stored");
            ensure!(refused.is_none(), "not stored: {refused:?}");
        }
        Ok(())
    }

    /// The score report of a metric.
    ///
    /// # Errors
    /// See [`Api::read`].
    pub async fn score(&self, metric: &str) -> Result<Value> {
        self.read(&format!("/v1/reports/score?metric={metric}")).await
    }
}
