//! Group commit: many requests, one flush, each waiter its own result.
//!
//! While one batch is being flushed the next one gathers, so batches grow with the load and a lone answer never waits.

use async_trait::async_trait;
use bearing_storage::StoreError;
use tokio::sync::{mpsc, oneshot};

/// The most items flushed at once.
const BATCH: usize = 256;
/// The most requests that wait; past it they are refused at once.
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

/// The queue before a sink.
pub struct Batcher<T, R> {
    queue: mpsc::Sender<(Vec<T>, Waiter<R>)>,
}

impl<T: Send + 'static, R: Send + 'static> Batcher<T, R> {
    /// Starts the task that flushes, on the current runtime.
    pub fn start(sink: impl Sink<T, R>) -> Self {
        let (queue, items) = mpsc::channel(QUEUE);
        tokio::spawn(run(sink, items));
        Self { queue }
    }

    /// Puts items in and waits until they are durable; a result each, in order.
    ///
    /// # Errors
    /// [`Refused`]; nothing of what was put in is acknowledged.
    pub async fn put(&self, items: Vec<T>) -> Result<Vec<R>, Refused> {
        let (done, result) = oneshot::channel();
        self.queue.try_send((items, done)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refused::Full,
            mpsc::error::TrySendError::Closed(_) => Refused::Closed,
        })?;
        result.await.map_err(|_| Refused::Closed)?.map_err(Refused::Store)
    }
}

async fn run<T: Send, R: Send>(sink: impl Sink<T, R>, mut queue: mpsc::Receiver<(Vec<T>, Waiter<R>)>) {
    let mut waiting: Vec<(usize, Waiter<R>)> = Vec::new();
    while let Some(first) = queue.recv().await {
        let mut batch: Vec<T> = Vec::new();
        let mut next = Some(first);
        while let Some((items, waiter)) = next.take() {
            waiting.push((items.len(), waiter));
            batch.extend(items);
            if batch.len() < BATCH {
                next = queue.try_recv().ok();
            }
        }
        match sink.flush(batch).await {
            Ok(results) => {
                let mut results = results.into_iter();
                for (count, waiter) in waiting.drain(..) {
                    // A waiter that is gone has hung up; its answers are stored all the same.
                    let _ = waiter.send(Ok(results.by_ref().take(count).collect()));
                }
            }
            Err(error) => {
                for (_, waiter) in waiting.drain(..) {
                    let _ = waiter.send(Err(StoreError::Unwritable(error.to_string())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

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
    }

    #[tokio::test]
    async fn a_failed_flush_acknowledges_nothing() {
        let batcher = Batcher::start(Arc::new(Slow(Mutex::default())));
        assert!(matches!(batcher.put(vec![13]).await, Err(Refused::Store(_))));
        assert_eq!(batcher.put(vec![1]).await.expect("goes on"), [2]);
    }
}
