//! A connection's bytes with limits of time: how long a head may take, how long nothing may be asked, how long a reply may
//! find no reader and how slow one may be; and a close that does not cut off the last reply.
//!
//! Hyper's own limit for heads begins with the last reply, so that it would close a proxy's idle connections in the moment
//! it uses them. Here a head's time begins with its first byte.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bearing_shared::fault::{Code, Fault};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::metrics::{By, Connections};

/// How long a client may take to send its head, and a new one to begin.
pub(super) const HEAD: Duration = Duration::from_secs(5);
/// How long a connection may stay open between two requests: longer than proxies keep theirs (nginx 60 s), so that it is
/// they who close it, and no request meets a closing connection.
pub(super) const IDLE: Duration = Duration::from_secs(75);
/// How long a reply may find no room in the client's buffers.
pub(super) const WRITE: Duration = Duration::from_secs(10);
/// How long a reply may wait for its reader in all, beside the time that its bytes have at [`PACE`]: enough for a file on
/// the slowest phone, and an export that is read a byte now and then ends.
pub(super) const SLOW: Duration = Duration::from_secs(30);
/// Bytes a second that a long reply must be read at.
pub(super) const PACE: u32 = 16 * 1024;
/// How long what a client still sends is read and thrown away after the last reply. Closing with bytes unread would
/// reset the connection, and the reply with it.
const LINGER: Duration = Duration::from_millis(500);

/// Whether a request is being served on a connection; who serves it says so. Odd while one is, and ever larger, so that
/// one that began and ended between two looks is seen too.
#[derive(Clone, Debug, Default)]
pub(super) struct Busy(Arc<AtomicUsize>);

impl Busy {
    pub(super) fn begin(&self) -> Working {
        self.0.fetch_add(1, Ordering::Relaxed);
        Working(self.clone())
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn is(&self) -> bool {
        !self.count().is_multiple_of(2)
    }
}

/// A request is being served until this is dropped, with the last byte of its reply.
#[derive(Debug)]
pub(super) struct Working(Busy);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a connection waits for while no request is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    /// A request is served, or has been until now.
    Nothing,
    /// The next request, since then.
    Request(Instant),
    /// The rest of a head that began then.
    Head(Instant),
}

/// The bytes of one connection.
pub(super) struct Wire<T> {
    stream: T,
    busy: Busy,
    /// The count of `busy` at the last look.
    seen: usize,
    awaits: Awaits,
    /// One timer for all; it may run early and is then set to the moment that counts.
    timer: Option<Pin<Box<Sleep>>>,
    /// Since when a reply finds no room, and when that is too long.
    stalled: Option<(Instant, Pin<Box<Sleep>>)>,
    /// How long the reply has waited for its reader, less the time that its bytes have.
    waited: Duration,
    /// The count of `busy` that `waited` is about.
    waited_in: usize,
    closing: Option<Pin<Box<Sleep>>>,
    /// The reply that goes out in place of hyper's own to a head that is none, and how much of it has.
    instead: Option<(Vec<u8>, usize)>,
    counted: Connections,
}

impl<T> Wire<T> {
    /// A connection that has just been made.
    pub(super) fn new(stream: T, busy: Busy, counted: Connections) -> Self {
        counted.open.inc();
        Self {
            stream,
            busy,
            seen: 0,
            awaits: Awaits::Head(Instant::now()),
            timer: None,
            stalled: None,
            waited: Duration::ZERO,
            waited_in: 0,
            closing: None,
            instead: None,
            counted,
        }
    }

    /// Whether what is awaited took too long; wakes the task when it does.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let (deadline, kind) = match self.awaits {
            Awaits::Nothing => return Poll::Pending,
            Awaits::Request(since) => (since + IDLE, "idle"),
            Awaits::Head(since) => (since + HEAD, "head"),
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        // Later moments are set when the timer has run: most requests come long before.
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        while timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= deadline {
                self.counted.timed_out.get_or_create(&By { kind }).inc();
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            timer.as_mut().reset(deadline);
        }
        Poll::Pending
    }

    /// Writes, within the time that a reader may take.
    fn write_in_time(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>>
    where
        T: Unpin,
    {
        let count = self.busy.count();
        if count != self.waited_in {
            (self.waited, self.waited_in) = (Duration::ZERO, count);
        }
        match write(Pin::new(&mut self.stream), cx) {
            Poll::Ready(written) => {
                if let Some((since, _)) = self.stalled.take() {
                    self.waited += since.elapsed();
                }
                let bytes = written.as_ref().copied().unwrap_or_default();
                self.waited = self.waited.saturating_sub(Duration::from_secs(bytes as u64) / PACE);
                Poll::Ready(written)
            }
            Poll::Pending => {
                let longest = WRITE.min(SLOW.saturating_sub(self.waited));
                let begin = || (Instant::now(), Box::pin(tokio::time::sleep(longest)));
                let (_, stalled) = self.stalled.get_or_insert_with(begin);
                ready!(stalled.as_mut().poll(cx));
                self.counted.timed_out.get_or_create(&By { kind: "write" }).inc();
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<T: AsyncWrite + Unpin> Wire<T> {
    /// Writes our reply in place of one that hyper made by itself; `None` where the bytes are ours as they are.
    fn poll_instead(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Option<Poll<io::Result<usize>>> {
        if self.instead.is_none() && !self.busy.is() {
            self.instead = in_our_words(bytes).map(|reply| (reply, 0));
        }
        let (reply, mut sent) = self.instead.take()?;
        loop {
            match self.write_in_time(cx, |stream, cx| stream.poll_write(cx, &reply[sent..])) {
                Poll::Ready(Ok(count)) if count > 0 && sent + count < reply.len() => sent += count,
                // As far as hyper knows, its own bytes have left.
                Poll::Ready(Ok(_)) => return Some(Poll::Ready(Ok(bytes.len()))),
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => {
                    self.instead = Some((reply, sent));
                    return Some(Poll::Pending);
                }
            }
        }
    }
}

/// The reply to a head that cannot be read, in our envelope: hyper makes one without a body, for which no handler is
/// asked.
fn in_our_words(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(b"HTTP/1.1 4") {
        return None;
    }
    let head = std::str::from_utf8(bytes).ok()?;
    let status = head.strip_prefix("HTTP/1.1 4")?.get(..2)?;
    // Our own replies have an id, and theirs are whole: nothing else is in flight.
    if head.contains("x-request-id: ") || !head.ends_with("\r\n\r\n") {
        return None;
    }
    let code = match status {
        "14" | "31" => Code::HEAD_TOO_LARGE,
        _ => Code::MALFORMED_REQUEST,
    };
    Some(super::raw_reply(&Fault::new(code, code.meaning)))
}

impl<T: AsyncRead + Unpin> AsyncRead for Wire<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        let count = this.busy.count();
        if count != this.seen {
            this.seen = count;
            this.awaits = Awaits::Nothing;
        }
        if this.busy.is() {
            return read;
        }
        match read {
            Poll::Ready(done) => {
                let came = buf.filled().len() > before;
                if came && !matches!(this.awaits, Awaits::Head(_)) {
                    this.awaits = Awaits::Head(Instant::now());
                }
                Poll::Ready(done)
            }
            Poll::Pending => {
                if this.awaits == Awaits::Nothing {
                    this.awaits = Awaits::Request(Instant::now());
                }
                this.poll_late(cx).map(Err)
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match this.poll_instead(cx, bytes) {
            Some(written) => written,
            None => this.write_in_time(cx, |stream, cx| stream.poll_write(cx, bytes)),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let [only] = slices
            && let Some(written) = this.poll_instead(cx, only)
        {
            return written;
        }
        this.write_in_time(cx, |stream, cx| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.closing.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        let closing = this.closing.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
        let mut thrown_away = [0; 4_096];
        while closing.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::new(&mut thrown_away);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<T> Drop for Wire<T> {
    fn drop(&mut self) {
        self.counted.open.dec();
    }
}
