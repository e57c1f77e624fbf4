//! The journal of a run: what was sent and what was answered, flushed to disk in an order that proves something.
//!
//! An attempt is on disk before its first byte leaves: whatever the store holds must be found here. What the server
//! acknowledged is on disk before it counts as acknowledged: whatever is found here as such must be in the store.

use std::collections::VecDeque;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use tokio::sync::oneshot;

/// What happened to one edition of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is about to be sent with this score.
    Sent(u8),
    /// The server said that it is stored: `stored`, `updated` or `duplicate`.
    Acknowledged(String),
    /// The server said no: the status and the code.
    Refused(String),
    /// The connection broke, or nothing came in time; whether it is stored is not known.
    Unanswered,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, in µs since 1970 by the machine's clock: several processes write times that are compared.
    pub at: u64,
    /// The answer's number in this run.
    pub number: u32,
    /// Its edition.
    pub seq: u32,
    /// What happened.
    pub what: What,
}

impl Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {} ", self.at, self.number, self.seq)?;
        match &self.what {
            What::Sent(score) => write!(out, "sent {score}"),
            What::Acknowledged(status) => write!(out, "acknowledged {status}"),
            What::Refused(code) => write!(out, "refused {code}"),
            What::Unanswered => write!(out, "unanswered -"),
        }
    }
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(5, ' ');
        let (at, number) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let seq = words.next()?.parse().ok()?;
        let what = match (words.next()?, words.next()?) {
            ("sent", score) => What::Sent(score.parse().ok()?),
            ("acknowledged", status) => What::Acknowledged(status.to_owned()),
            ("refused", code) => What::Refused(code.to_owned()),
            ("unanswered", _) => What::Unanswered,
            _ => return None,
        };
        Some(Self { at, number, seq, what })
    }
}

/// Now, in µs since 1970.
#[expect(clippy::disallowed_methods, reason = "two processes on one machine compare these times")]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

/// Lines, and who is told when they are on disk.
type Batch = (Vec<Line>, Option<oneshot::Sender<()>>);

/// A journal that is being written.
pub struct Journal {
    lines: Option<Sender<Batch>>,
    writer: Option<JoinHandle<std::io::Result<()>>>,
}

impl Journal {
    /// Begins a journal in a new file.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn begin(path: &Path) -> Result<Self> {
        let file = File::create_new(path).with_context(|| format!("cannot make {}", path.display()))?;
        let (lines, queue) = channel();
        let writer = std::thread::Builder::new().name("journal".into()).spawn(move || write(file, &queue))?;
        Ok(Self { lines: Some(lines), writer: Some(writer) })
    }

    /// Adds lines; what this returns resolves when they are on disk.
    pub fn flushed(&self, lines: Vec<Line>) -> oneshot::Receiver<()> {
        let (done, flushed) = oneshot::channel();
        self.send(lines, Some(done));
        flushed
    }

    /// Adds lines, which are flushed soon.
    pub fn add(&self, lines: Vec<Line>) {
        self.send(lines, None);
    }

    fn send(&self, lines: Vec<Line>, done: Option<oneshot::Sender<()>>) {
        if let Some(queue) = &self.lines {
            // A writer that has failed is told of when the journal ends.
            let _ = queue.send((lines, done));
        }
    }

    /// Flushes what is left.
    ///
    /// # Errors
    /// A line could not be written.
    pub fn end(mut self) -> Result<()> {
        self.lines.take();
        let writer = self.writer.take().context("the journal is open")?;
        writer.join().map_err(|_| anyhow!("the journal's writer panicked"))?.context("the journal cannot be written")
    }
}

/// Writes batch by batch: what gathers while one is flushed goes into the next.
fn write(mut file: File, queue: &Receiver<Batch>) -> std::io::Result<()> {
    let mut waiting = VecDeque::new();
    while let Ok(first) = queue.recv() {
        let mut text = String::new();
        let mut next = Some(first);
        while let Some((lines, done)) = next {
            lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
            waiting.extend(done);
            next = queue.try_recv().ok();
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        for done in waiting.drain(..) {
            // Who no longer waits has no use for it.
            let _ = done.send(());
        }
    }
    Ok(())
}

/// Reads a journal; a last line that was cut off is left out, as nothing was done on the strength of it.
///
/// # Errors
/// It cannot be read, or a whole line of it makes no sense.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| Line::parse(line).with_context(|| format!("no line of a journal: {line}"))).collect()
}
