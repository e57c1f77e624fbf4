//! Signing in: members with a password, those who come in every ten seconds, and those who guess.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::load::exchange;

/// The password of every member here.
const PASSWORD: &str = "four quiet words here";
/// Who guesses, a minute.
pub(crate) const A_MINUTE: u32 = 1_000;
/// Addresses from which accounts are tried that are not there: few enough tries of each that no limit meets them.
const UNKNOWN: u32 = 40;
/// The account that many guess at.
pub(crate) const VICTIM: &str = "ann@shop.example";
/// Members who come in by turns: none of them so often that it would be too often for one account.
pub(crate) const HONEST: [&str; 4] = ["bo@shop.example", "cy@shop.example", "di@shop.example", "ed@shop.example"];
/// How often one of them comes in.
const COMES: Duration = Duration::from_secs(10);

/// What became of tries.
#[derive(Default)]
pub(crate) struct Tried {
    /// All of them.
    pub(crate) tries: usize,
    /// Told to come again later: 429.
    pub(crate) refused: usize,
    /// Compared with a hash and not let in: 422.
    pub(crate) hashed: usize,
    /// Let in.
    pub(crate) inside: usize,
    /// Anything else, such as too much to do.
    pub(crate) other: usize,
    /// Refusals that do not say when to come again.
    pub(crate) without_retry_after: usize,
    /// From sending to the reply, of those who came in.
    pub(crate) took: Vec<Duration>,
}

impl Tried {
    fn note(&mut self, status: u16, says_when: bool, took: Duration) {
        self.tries += 1;
        match status {
            303 => {
                self.inside += 1;
                self.took.push(took);
            }
            422 => self.hashed += 1,
            429 => {
                self.refused += 1;
                self.without_retry_after += usize::from(!says_when);
            }
            _ => self.other += 1,
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.tries += other.tries;
        self.refused += other.refused;
        self.hashed += other.hashed;
        self.inside += other.inside;
        self.other += other.other;
        self.without_retry_after += other.without_retry_after;
        self.took.extend(other.took);
    }
}

/// Sends a form from an address, as the proxy says; the status, whether a refusal says when to come again, and how long it
/// took.
async fn form(
    server: SocketAddr,
    from: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> anyhow::Result<(u16, bool, Duration)> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nx-forwarded-for: {from}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let begun = Instant::now();
    let mut stream = TcpStream::connect(server).await?;
    let head = exchange(&mut stream, &request, &mut Vec::new()).await?;
    Ok((head.status, head.says_when, begun.elapsed()))
}

/// Makes a member of whoever an invitation's link is for.
pub(crate) async fn join(server: SocketAddr, number: usize, link: &str) -> anyhow::Result<()> {
    let (_, secret) = link.rsplit_once("/app/join/").context("no link to join by")?;
    let fields = [("name", "Member"), ("password", PASSWORD)];
    let (status, ..) = form(server, &format!("192.0.2.{number}"), &format!("/app/join/{secret}"), &fields).await?;
    ensure!(status == 303, "an invitation was answered with {status}");
    Ok(())
}

/// The address and the account of the `number`th guess: one account from many addresses, many accounts from one address, and
/// accounts that are not there from some, by turns.
fn guess(number: u32) -> (String, String) {
    let [_, high, low, _] = (number << 8).to_be_bytes();
    match number % 3 {
        0 => (format!("198.51.{high}.{low}"), VICTIM.to_owned()),
        1 => ("198.18.0.1".to_owned(), format!("m{}@shop.example", number % 100)),
        _ => (format!("203.0.113.{}", number / 3 % UNKNOWN), format!("nobody{number}@shop.example")),
    }
}

/// Guesses for so many seconds, each at a moment of its own whatever became of those before, from the `first`th guess on.
pub(crate) async fn guesses(server: SocketAddr, first: u32, seconds: f64) -> anyhow::Result<Tried> {
    let step = Duration::from_secs(60) / A_MINUTE;
    let count = (f64::from(A_MINUTE) / 60.0 * seconds) as u32;
    let begun = Instant::now();
    let mut under_way = JoinSet::new();
    for number in 0..count {
        tokio::time::sleep_until((begun + step * number).into()).await;
        let (from, email) = guess(first + number);
        under_way.spawn(async move {
            let password = format!("guess number {number}");
            form(server, &from, "/app/sign-in", &[("email", &email), ("password", &password)]).await
        });
    }
    let mut tried = Tried::default();
    while let Some(ended) = under_way.join_next().await {
        let (status, says_when, took) = ended??;
        tried.note(status, says_when, took);
    }
    Ok(tried)
}

/// Members come in by turns for so many seconds, each from an address of its own and with the right password.
pub(crate) async fn members(server: SocketAddr, first: usize, seconds: f64) -> anyhow::Result<Tried> {
    let begun = Instant::now();
    let mut tried = Tried::default();
    for number in 0..((seconds / COMES.as_secs_f64()) as usize).max(1) {
        tokio::time::sleep_until((begun + COMES * number as u32).into()).await;
        let who = (first + number) % HONEST.len();
        let fields = [("email", HONEST[who]), ("password", PASSWORD)];
        let (status, says_when, took) =
            form(server, &format!("192.0.2.{}", 100 + who), "/app/sign-in", &fields).await?;
        tried.note(status, says_when, took);
    }
    Ok(tried)
}
