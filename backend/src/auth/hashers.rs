//! Threads that make passwords' hashes: they wait behind those that answer, and keep their memory from one hash to the next.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use argon2::Block;
use tokio::sync::{Semaphore, oneshot};

/// How long a thread keeps its memory while nobody asks for a hash.
const KEPT: Duration = Duration::from_secs(10);

/// What a hash is made in. Asked of the system for every hash, some thousand pages would come and go each time, and whatever
/// else in the process needs memory just then could wait for a thread that itself waits behind everything.
pub(super) type Memory = Vec<Block>;

type Work = Box<dyn FnOnce(&mut Memory) + Send>;

/// The threads, as many as hashes are made at once; each begins when it is first needed.
pub(super) struct Hashers {
    turns: Arc<Semaphore>,
    /// How to reach those that have nothing to do; whoever had the last turn is asked first, so that others let go of theirs.
    idle: Arc<Mutex<Vec<Sender<Work>>>>,
}

/// Why work was not done.
#[derive(Debug)]
pub(super) enum Undone {
    /// Too many waited for a turn.
    Busy,
    /// There is no thread, or it broke off.
    Failed(io::Error),
}

impl Hashers {
    /// So many at once.
    pub(super) fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), idle: Arc::default() }
    }

    /// Has a thread do this, once it is its turn, which is waited for so long.
    ///
    /// # Errors
    /// Why it was not done.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Undone> {
        let turn = tokio::time::timeout(patience, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Undone::Busy) };
        let (tell, told) = oneshot::channel();
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let hasher = idle.map_or_else(start, Ok).map_err(Undone::Failed)?;
        let (this, all) = (hasher.clone(), Arc::clone(&self.idle));
        let work: Work = Box::new(move |memory| {
            let done = work(memory);
            all.lock().unwrap_or_else(PoisonError::into_inner).push(this);
            // The turn ends with the work: who asked may have stopped waiting.
            drop(turn);
            let _ = tell.send(done);
        });
        hasher.send(work).map_err(broke_off)?;
        told.await.map_err(broke_off)
    }

    /// How many turns are to be had.
    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.turns.available_permits()
    }
}

fn broke_off<E>(_: E) -> Undone {
    Undone::Failed(io::Error::other("the thread broke off"))
}

/// Begins a thread. It ends when nobody can reach it any more.
fn start() -> io::Result<Sender<Work>> {
    let (send, works) = channel();
    std::thread::Builder::new().name("password".into()).spawn(move || {
        give_way();
        hash(&works, KEPT);
    })?;
    Ok(send)
}

/// Works for as long as somebody can ask; the memory goes when nobody has for so long.
fn hash(works: &Receiver<Work>, kept: Duration) {
    let mut memory = Memory::new();
    loop {
        match works.recv_timeout(kept) {
            Ok(work) => work(&mut memory),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                memory = Memory::new();
                let Ok(work) = works.recv() else { return };
                work(&mut memory);
            }
        }
    }
}

/// Has this thread run while no other has something to do: whoever tries a thousand passwords a minute takes a core that is
/// idle, and not the one that an answer needs. A low priority is not enough: a thread that runs keeps its core for a
/// millisecond or two from whoever wakes, and an answer wakes several. Elsewhere than on Linux there is no such thing.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy::Idle, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
            thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(Idle);
        if let Err(error) = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle) {
            // Once: whoever tries passwords must not fill the log.
            static TOLD: Once = Once::new();
            TOLD.call_once(|| {
                tracing::warn!(
                    ?error,
                    "passwords' hashes take the time of answers: the system refuses to let them wait"
                );
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_hash_waits_behind_what_answers() {
        use thread_priority::{NormalThreadSchedulePolicy::Idle, ThreadSchedulePolicy, thread_schedule_policy};
        let own = || thread_schedule_policy().expect("Linux tells");
        let before = own();
        let idle = ThreadSchedulePolicy::Normal(Idle);
        assert_eq!(Hashers::new(1).run(PATIENCE, move |_| own()).await.expect("it had its turn"), idle);
        assert_eq!(own(), before, "and nothing else does");
    }

    #[tokio::test]
    async fn one_thread_makes_one_hash_after_the_other_in_the_same_memory() {
        let hashers = Hashers::new(2);
        let made = async || {
            let work = |memory: &mut Memory| {
                memory.resize(8, Block::new());
                (std::thread::current().id(), memory.as_ptr() as usize)
            };
            hashers.run(PATIENCE, work).await.expect("it had its turn")
        };
        assert_eq!(made().await, made().await);
    }

    #[tokio::test]
    async fn a_thread_that_breaks_off_is_another_ones_turn() {
        let hashers = Hashers::new(1);
        let broken = hashers.run(PATIENCE, |_| panic!("as it is asked to")).await.map(|()| 0);
        assert!(matches!(broken, Err(Undone::Failed(_))), "{broken:?}");
        assert_eq!(hashers.run(PATIENCE, |_| 1).await.expect("there is a turn"), 1);
    }

    #[test]
    fn memory_goes_when_nobody_asks_and_the_thread_when_nobody_can() {
        let (send, works) = channel::<Work>();
        let thread = std::thread::spawn(move || hash(&works, Duration::ZERO));
        let (tell, told) = channel();
        // Sooner or later the thread looks for work between two questions, and there is none.
        let found = (0..1_000_000).map(|_| {
            let tell = tell.clone();
            let work: Work = Box::new(move |memory| {
                let _ = tell.send(memory.len());
                memory.resize(3, Block::new());
            });
            send.send(work).expect("it listens");
            let found = told.recv().expect("it works");
            std::thread::yield_now();
            found
        });
        assert!(found.skip(1).any(|blocks| blocks == 0), "the memory stays");
        drop(send);
        thread.join().expect("it ends");
    }
}
