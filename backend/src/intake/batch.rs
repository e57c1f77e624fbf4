//! Group commit: many requests, one flush, each waiter its own result.
//!
//! While one batch is being flushed the next one gathers, so batches grow with the load and a lone answer never waits.

use std::sync::Arc;

use async_trait::async_trait;
use bearing_storage::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::waiting::Waiting;

/// The most items flushed at once.
pub(super) const BATCH: usize = 256;
/// The most requests that wait; past it they are refused at once. The door (`admission`) lets fewer in.
const QUEUE: usize = 4_096;

/// Where batches go.
#[async_trait]
pub trait Sink<T, R>: Send + Sync + 'static {
    /// Stores a batch; a result each, in order, once they are durable.
    async fn flush(&self, batch: Vec<T>) -> Result<Vec<R>, StoreError>;
}

/// Why items were not stored.
#[derive(Debug)]
pub enum Refused {
    /// Too many wait already.
    Full,
    /// The server is stopping.
    Closed,
    /// The store failed.
    Store(StoreError),
}

type Waiter<R> = oneshot::Sender<Result<Vec<R>, StoreError>>;

/// One request's items, who waits for them, and since when.
struct Request<T, R> {
    items: Vec<T>,
    waiter: Waiter<R>,
    came: Instant,
}

/// The queue before a sink.
pub struct Batcher<T, R> {
    queue: mpsc::Sender<Request<T, R>>,
    waiting: Arc<Waiting>,
}

impl<T: Send + 'static, R: Send + 'static> Batcher<T, R> {
    /// Starts the task that flushes, on the current runtime.
    pub fn start(sink: impl Sink<T, R>) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE);
        let waiting = Arc::<Waiting>::default();
        tokio::spawn(run(sink, requests, Arc::clone(&waiting)));
        Self { queue, waiting }
    }

    /// What waits in the queue.
    pub fn waiting(&self) -> Arc<Waiting> {
        Arc::clone(&self.waiting)
    }

    /// Puts items in and waits until they are durable; a result each, in order.
    ///
    /// # Errors
    /// [`Refused`]; nothing of what was put in is acknowledged.
    pub async fn put(&self, items: Vec<T>) -> Result<Vec<R>, Refused> {
        let (waiter, result) = oneshot::channel();
        let place = self.queue.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => Refused::Full,
            mpsc::error::TrySendError::Closed(()) => Refused::Closed,
        })?;
        // Before it can be taken out again.
        self.waiting.came();
        place.send(Request { items, waiter, came: Instant::now() });
        result.await.map_err(|_| Refused::Closed)?.map_err(Refused::Store)
    }
}

async fn run<T: Send, R: Send>(sink: impl Sink<T, R>, mut queue: mpsc::Receiver<Request<T, R>>, waiting: Arc<Waiting>) {
    let mut waiters: Vec<(usize, Waiter<R>)> = Vec::new();
    // The first that the last batch had no room for.
    let mut left = None;
    loop {
        let first = match left.take() {
            Some(request) => Some(request),
            None => queue.recv().await,
        };
        let Some(first) = first else { return };
        let mut batch: Vec<T> = Vec::new();
        let mut next = Some(first);
        while let Some(Request { items, waiter, .. }) = next.take_if(|_| batch.len() < BATCH) {
            waiters.push((items.len(), waiter));
            batch.extend(items);
            next = queue.try_recv().ok();
        }
        left = next;
        waiting.flushes(waiters.len(), left.as_ref().map(|request| request.came));
        let flushed = sink.flush(batch).await;
        waiting.flushed();
        match flushed {
            Ok(results) => {
                let mut results = results.into_iter();
                for (count, waiter) in waiters.drain(..) {
                    // A waiter that is gone has hung up; its answers are stored all the same.
                    let _ = waiter.send(Ok(results.by_ref().take(count).collect()));
                }
            }
            Err(error) => {
                for (_, waiter) in waiters.drain(..) {
                    let _ = waiter.send(Err(StoreError::Unwritable(error.to_string())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Slow(Mutex<Vec<usize>>);

    #[async_trait]
    impl Sink<u32, u32> for Arc<Slow> {
        async fn flush(&self, batch: Vec<u32>) -> Result<Vec<u32>, StoreError> {
            self.0.lock().expect("not poisoned").push(batch.len());
            tokio::task::yield_now().await;
            if batch.contains(&13) {
                return Err(StoreError::Unwritable("unlucky".into()));
            }
            Ok(batch.into_iter().map(|number| number * 2).collect())
        }
    }

    #[tokio::test]
    async fn each_waiter_gets_its_own_results() {
        let sink = Arc::new(Slow(Mutex::default()));
        let batcher = Arc::new(Batcher::start(Arc::clone(&sink)));
        let tasks: Vec<_> = (100..400)
            .map(|number| {
                let batcher = Arc::clone(&batcher);
                tokio::spawn(async move { (number, batcher.put(vec![number, number + 1]).await) })
            })
            .collect();
        for task in tasks {
            let (number, results) = task.await.expect("no panic");
            assert_eq!(results.expect("is stored"), [number * 2, number * 2 + 2]);
        }
        let sizes = sink.0.lock().expect("not poisoned").clone();
        assert!(sizes.len() < 300, "batches are shared: {sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), 600);
        assert!(sizes.iter().all(|size| *size <= BATCH + 1), "{sizes:?}");
        assert_eq!(batcher.waiting().requests(), 0);
    }

    /// Never ends.
    struct Stuck;

    #[async_trait]
    impl Sink<u32, u32> for Stuck {
        async fn flush(&self, _: Vec<u32>) -> Result<Vec<u32>, StoreError> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_refuses_at_once_and_says_how_long_it_is() {
        let batcher = Arc::new(Batcher::start(Stuck));
        let put = |_| {
            let batcher = Arc::clone(&batcher);
            tokio::spawn(async move { batcher.put(vec![1]).await })
        };
        // The first fill the queue and the batch, the others what that left free.
        let first: Vec<_> = (0..QUEUE).map(put).collect();
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let more: Vec<_> = (0..2 * BATCH).map(put).collect();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert!(first.iter().all(|task| !task.is_finished()));
        assert!(more.iter().any(|task| task.is_finished()), "there was no room for all");
        let waiting = batcher.waiting();
        assert!(waiting.requests() >= QUEUE && waiting.is_too_long(), "{waiting:?}");
        assert!(matches!(batcher.put(vec![1]).await, Err(Refused::Full)));
    }

    #[tokio::test]
    async fn a_failed_flush_acknowledges_nothing() {
        let batcher = Batcher::start(Arc::new(Slow(Mutex::default())));
        assert!(matches!(batcher.put(vec![13]).await, Err(Refused::Store(_))));
        assert_eq!(batcher.put(vec![1]).await.expect("goes on"), [2]);
    }
}
