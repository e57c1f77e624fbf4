//! A receiver of webhooks that fails by plan: it refuses, hangs up, drips, or says nothing at all.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(40);

/// What a receiver does with a message.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Replies with this status.
    Reply(u16),
    /// Replies with this status and one more header.
    With(u16, &'static str),
    /// Hangs up without a reply.
    HangUp,
    /// Never says a word.
    Silence,
    /// Sends the head of its reply letter by letter, without an end.
    Drip,
    /// Replies with something that is no HTTP.
    Nonsense,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a message is JSON")
    }

    /// Whether one of its signatures is that of a secret, worked out here anew.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64.decode(secret.strip_prefix("whsec_").expect("the prefix").as_bytes()).expect("is base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
        mac.update(format!("{}.{}.", self.id(), self.header("webhook-timestamp")).as_bytes());
        mac.update(&self.body);
        let wanted = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|signature| signature == wanted)
    }
}

/// The receiver; it plays its plan message by message, and then answers 204.
pub(crate) struct Receiver {
    pub(crate) url: String,
    got: mpsc::UnboundedReceiver<Got>,
}

impl Receiver {
    pub(crate) async fn start(plan: impl IntoIterator<Item = Act>) -> Self {
        let plan = Arc::new(Mutex::new(plan.into_iter().collect::<VecDeque<_>>()));
        let next = move || plan.lock().expect("not poisoned").pop_front().unwrap_or(Act::Reply(204));
        Self::playing(next).await
    }

    /// Does the same with every message.
    pub(crate) async fn always(act: Act) -> Self {
        Self::playing(move || act.clone()).await
    }

    async fn playing(next: impl Fn() -> Act + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let url = format!("http://{}/hook?of=shop", listener.local_addr().expect("has an address"));
        let (tell, got) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tell, next) = (tell.clone(), next.clone());
                tokio::spawn(async move { receive(stream, tell, next).await });
            }
        });
        Self { url, got }
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Got {
        timeout(PATIENCE, self.got.recv()).await.expect("a message comes").expect("the receiver runs")
    }

    /// Whether a message has come that nobody has looked at.
    pub(crate) fn has_more(&mut self) -> bool {
        self.got.try_recv().is_ok()
    }
}

/// Takes one message off a connection and plays one act.
pub(crate) async fn receive(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    tell: mpsc::UnboundedSender<Got>,
    next: impl Fn() -> Act,
) {
    let Some(got) = read(&mut stream).await else { return };
    let act = next();
    // Told before the reply: whoever sees the reply's effect finds the message.
    let _ = tell.send(got);
    let reply = match act {
        Act::Reply(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nok"),
        Act::With(status, header) => format!("HTTP/1.1 {status} X\r\n{header}\r\ncontent-length: 0\r\n\r\n"),
        Act::HangUp => return,
        Act::Silence => return std::future::pending().await,
        Act::Drip => {
            for letter in "HTTP/1.1 200 OK\r\nx-drip: ".bytes().chain(std::iter::repeat(b'x')) {
                if stream.write_all(&[letter]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            return;
        }
        Act::Nonsense => "220 mail.example ESMTP\r\n".to_owned(),
    };
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Got> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break end;
        }
        let mut piece = [0; 4_096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut body = bytes.split_off(end + 4);
    let length: usize = headers.get("content-length")?.parse().ok()?;
    while body.len() < length {
        let mut piece = [0; 4_096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        body.extend_from_slice(&piece[..count]);
    }
    Some(Got { line, headers, body })
}
