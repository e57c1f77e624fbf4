//! Where webhooks may not lead: hundreds of ways to name this machine and its neighbours, and not one connection.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use bearing::integrations::webhooks::address;
use bearing::integrations::webhooks::client::{Answer, Client, Refusal, Resolve};
use hyper::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::rustls::RootCertStore;
use url::Url;

const TABLE: &str = include_str!("webhook_addresses.txt");
const PATIENCE: Duration = Duration::from_secs(20);

/// Leads names where the table says, and every other name to this machine.
#[derive(Default)]
struct Names {
    known: HashMap<String, Vec<IpAddr>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, name: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let here = vec![IpAddr::from([127, 0, 0, 1])];
        let found = self.known.get(name).cloned().unwrap_or(here);
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }
}

/// Says something else each time that it is asked.
struct Fickle(AtomicUsize);

#[async_trait]
impl Resolve for Fickle {
    async fn resolve(&self, _: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        Ok(match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => Vec::new(),
            _ => vec![SocketAddr::from(([127, 0, 0, 1], port))],
        })
    }
}

/// A listener on every address of this machine that counts who comes, and answers with a redirect to itself.
async fn listener() -> (u16, Arc<AtomicUsize>) {
    let came = Arc::new(AtomicUsize::new(0));
    let here = match TcpListener::bind(("::", 0)).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind(("0.0.0.0", 0)).await.expect("a port is free"),
    };
    let port = here.local_addr().expect("has an address").port();
    let counted = Arc::clone(&came);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = here.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            // Read first: closing with something unread would break the connection before the reply is there.
            let _ = stream.read(&mut [0; 4_096]).await;
            let reply =
                format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    (port, came)
}

async fn post(client: &Client, url: &Url) -> Result<Answer, Refusal> {
    client.post(url, HeaderMap::new(), Bytes::from_static(b"{}"), PATIENCE, 0).await
}

/// The addresses of the table, with where their names lead.
fn table(port: u16) -> Vec<(String, Vec<IpAddr>)> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|row| {
        let (url, leads) = row.split_once(" => ").unwrap_or((row, ""));
        let url = url.replace("{port}", &port.to_string()).replace("\\t", "\t").replace("\\n", "\n");
        let leads = leads.split(',').filter(|text| !text.is_empty());
        (url, leads.map(|text| text.parse().expect("is an address")).collect())
    })
    .collect()
}

#[tokio::test]
async fn three_hundred_addresses_get_no_connection() {
    let (port, came) = listener().await;
    let rows = table(port);
    assert!(rows.len() >= 300, "{}", rows.len());
    let mut names = Names::default();
    for (url, leads) in rows.iter().filter(|(_, leads)| !leads.is_empty()) {
        let url = Url::parse(url).expect("a name in an address");
        names.known.insert(url.host_str().expect("a name").to_owned(), leads.clone());
    }
    let names = Arc::new(names);
    let client = Client::with(Arc::<Names>::clone(&names), RootCertStore::empty(), false);
    let (mut tried, mut literal) = (0, 0);
    for (text, leads) in &rows {
        // Once as an owner's address, and once as if that had let everything through.
        let owners = address::check(text, false);
        let Ok(url) = Url::parse(text) else {
            assert!(owners.is_err(), "{text}");
            continue;
        };
        if leads.is_empty() && (address::literal(&url).is_some() || url.scheme() != "https") {
            assert!(owners.is_err(), "{text} is refused as soon as it is written");
            literal += 1;
        }
        assert_eq!(post(&client, &url).await, Err(Refusal::Address), "{text}");
        tried += 1;
    }
    assert!(tried >= 300 && literal >= 200, "{tried} {literal}");
    assert!(names.asked.load(Ordering::SeqCst) >= 60);
    assert_eq!(came.load(Ordering::SeqCst), 0, "nobody came");
    // The listener does count: where private addresses are allowed, it is reached, and its redirect is not followed.
    let client = Client::with(names, RootCertStore::empty(), true);
    for host in ["127.0.0.1", "0x7f.1", "nip.evil.example"] {
        let url = Url::parse(&format!("http://{host}:{port}/")).expect("is an address");
        assert_eq!(post(&client, &url).await, Ok(Answer { status: 302, retry_after: None }), "{host}");
    }
    assert_eq!(came.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_leads_nowhere_else() {
    let (port, came) = listener().await;
    let fickle = Arc::new(Fickle(AtomicUsize::new(0)));
    let client = Client::with(Arc::<Fickle>::clone(&fickle), RootCertStore::empty(), false);
    let url = Url::parse(&format!("https://rebind.evil.example:{port}/")).expect("is an address");
    assert_eq!(post(&client, &url).await, Err(Refusal::Unresolved));
    for _ in 0..5 {
        assert_eq!(post(&client, &url).await, Err(Refusal::Address));
    }
    // One question an attempt: what was looked at is what is connected to.
    assert_eq!(fickle.0.load(Ordering::SeqCst), 6);
    assert_eq!(came.load(Ordering::SeqCst), 0);
}
