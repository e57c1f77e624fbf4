//! Visitors who do not wait: each answer is due at a moment of its own, whatever became of those before, and its time
//! counts from that moment.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bearing::chance;
use bearing::clock::{Clock, SystemClock};
use bearing_shared::id::ResponseId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where answers go, and over how many connections.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) request: Request,
}

/// What is sent for an answer.
#[derive(Clone)]
pub(crate) struct Request {
    /// All of it, for an answer of this id.
    pub(crate) text: Arc<dyn Fn(ResponseId) -> String + Send + Sync>,
    /// The status of the reply that says that the answer is stored.
    pub(crate) stored: u16,
}

impl Request {
    /// An answer to a survey, sent to where one of our servers takes them.
    pub(crate) fn answer(path: &str, survey: &str, attributes: usize) -> Self {
        let (path, survey) = (path.to_owned(), survey.to_owned());
        Self { text: Arc::new(move |id| answer(&path, &survey, attributes, id)), stored: 200 }
    }
}

/// The values that each attribute has: `value 0`, `value 1` and so on.
pub(crate) const VALUES: u8 = 4;
/// The bytes of an id that are chance alone, but for the last, which chooses the score.
const CHANCE: [usize; 6] = [9, 10, 11, 12, 13, 14];

/// The name of the `number`th attribute.
pub(crate) fn attribute(number: usize) -> String {
    format!("attribute_{number}")
}

/// What became of them.
#[derive(Default)]
pub(crate) struct Found {
    /// From the moment an answer was due until its acknowledgement.
    pub(crate) accepted: Vec<Duration>,
    /// The acknowledged.
    pub(crate) ids: Vec<ResponseId>,
    /// From the moment when an answer was due until it was sent: the connection was busy, or this process was.
    pub(crate) late: Vec<Duration>,
    /// From sending until the refusal.
    pub(crate) refused: Vec<Duration>,
    /// Refusals that do not say when to come again.
    pub(crate) without_retry_after: u64,
    /// Connections that ended in the middle of a request.
    pub(crate) broken: u64,
    /// From the first to the last.
    pub(crate) seconds: f64,
}

/// Offers answers at a rate a second, evenly spread; with none, each as soon as the reply to the last is in. Ends early
/// when nobody listens any more.
pub(crate) async fn offer(load: &Load, rate: Option<f64>, seconds: f64) -> anyhow::Result<Found> {
    offer_after(load, rate, 0.0, seconds).await
}

/// The same after `warm` seconds in which visitors come one after the other, each with a connection of his own, and
/// nothing is measured: thousands of connections opened in one moment would be measured otherwise.
pub(crate) async fn offer_after(load: &Load, rate: Option<f64>, warm: f64, seconds: f64) -> anyhow::Result<Found> {
    let begun = Instant::now();
    let counts = begun + Duration::from_secs_f64(warm);
    let end = counts + Duration::from_secs_f64(seconds);
    let step = rate.map(|rate| Duration::from_secs_f64(load.connections as f64 / rate));
    let tasks: Vec<_> = (0..load.connections)
        .map(|number| {
            let part = number as f64 / load.connections as f64;
            let first = step.map_or(begun, |step| begun + step.mul_f64(part) + Duration::from_secs_f64(warm * part));
            tokio::spawn(one_connection(load.clone(), first, step, counts, end))
        })
        .collect();
    let mut found = Found::default();
    for task in tasks {
        let one = task.await??;
        found.accepted.extend(one.accepted);
        found.ids.extend(one.ids);
        found.late.extend(one.late);
        found.refused.extend(one.refused);
        found.without_retry_after += one.without_retry_after;
        found.broken += one.broken;
    }
    found.seconds = counts.elapsed().as_secs_f64();
    Ok(found)
}

async fn one_connection(
    load: Load,
    first: Instant,
    step: Option<Duration>,
    counts: Instant,
    end: Instant,
) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut stream = None;
    let (mut due, mut reply) = (first, Vec::new());
    while due < end && Instant::now() < end {
        // A sleep until now may last a millisecond, which is longer than a reply takes.
        if step.is_some() {
            tokio::time::sleep_until(due.into()).await;
        }
        let id = chance::response_id(SystemClock.now());
        let request = (load.request.text)(id);
        let sent = Instant::now();
        let is_counted = due >= counts;
        if is_counted {
            found.late.push(sent.saturating_duration_since(due));
        }
        let mut open = match stream.take() {
            Some(open) => open,
            // Nobody listens: the server has ended.
            None => match TcpStream::connect(load.address).await {
                Ok(open) => {
                    open.set_nodelay(true)?;
                    open
                }
                Err(_) => return Ok(found),
            },
        };
        match exchange(&mut open, &request, &mut reply).await {
            Ok(head) => {
                match head.status {
                    status if status == load.request.stored => {
                        if is_counted {
                            found.accepted.push(if step.is_some() { due.elapsed() } else { sent.elapsed() });
                        }
                        found.ids.push(id);
                    }
                    503 => {
                        if is_counted {
                            found.refused.push(sent.elapsed());
                        }
                        found.without_retry_after += u64::from(!head.says_when);
                    }
                    _ => anyhow::bail!("{}", String::from_utf8_lossy(&reply)),
                }
                stream = (!head.closes).then_some(open);
            }
            Err(_) => found.broken += 1,
        }
        due = step.map_or_else(Instant::now, |step| due + step);
    }
    Ok(found)
}

fn answer(path: &str, survey: &str, attributes: usize, id: ResponseId) -> String {
    let score = id.0[15] % 11;
    let attributes: Vec<String> = (0..attributes)
        .map(|number| {
            // Two bits of their own each, so that all pairs of values meet.
            let bits = id.0[CHANCE[number % CHANCE.len()]] >> (number / CHANCE.len() * 2 % 8);
            format!("\"{}\":\"value {}\"", attribute(number), bits % VALUES)
        })
        .collect();
    let attributes = attributes.join(",");
    let body = format!(
        "{{\"id\":\"{id}\",\"seq\":0,\"survey\":\"{survey}\",\"version\":1,\"touchpoint\":\"checkout\",\"completed\":false,\
         \"answers\":[{{\"question\":\"score\",\"value\":{score}}}],\"attributes\":{{{attributes}}},\"respondent\":{{\"visitor\":\"v_{id}\"}},\
         \"context\":{{\"url\":\"https://shop.example/thanks\",\"locale\":\"en-GB\",\"device\":\"mobile\"}},\
         \"age_ms\":{{\"shown\":4000,\"answered\":20}}}}"
    );
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// What a reply's head says.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) says_when: bool,
    closes: bool,
}

/// Sends a request and reads its reply to the end.
pub(crate) async fn exchange(stream: &mut TcpStream, request: &str, reply: &mut Vec<u8>) -> std::io::Result<Head> {
    stream.write_all(request.as_bytes()).await?;
    reply.clear();
    loop {
        if stream.read_buf(reply).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = reply.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&reply[..end]);
        let field = |name: &str| {
            let mut fields = head.lines().filter_map(|line| line.split_once(": "));
            fields.find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
        };
        let length: usize = field("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
        if reply.len() >= end + 4 + length {
            return Ok(Head {
                status: head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default(),
                says_when: field("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok()),
                closes: field("connection") == Some("close"),
            });
        }
    }
}
