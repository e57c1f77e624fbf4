//! Passwords: argon2id, on threads that wait behind those that answer, and at most two at a time.

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Once};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use bearing_shared::fault::{Code, Fault};
use tokio::sync::{Semaphore, oneshot};

use crate::chance;

/// The shortest and the longest password, in characters.
pub const LENGTHS: std::ops::RangeInclusive<usize> = 10..=200;
/// Hashes that are made at once, at most: each takes 19 MiB and a core for some tens of milliseconds.
const AT_ONCE: usize = 2;
/// How long a hash is waited for.
const PATIENCE: Duration = Duration::from_secs(8);
/// KiB of memory, passes and lanes, as OWASP's cheat sheet on storing passwords has them for argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// What is compared with where there is no account or no password, so that this takes as long: the hash of something
/// that nobody knows.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash(chance::secret("").as_bytes()).ok());

/// What makes and compares hashes.
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::with_turns(turns(std::thread::available_parallelism().map_or(1, NonZeroUsize::get)))
    }
}

/// Hashes that are made at once on so many cores: one core is left to whatever answers, where there are two.
fn turns(cores: usize) -> usize {
    cores.saturating_sub(1).clamp(1, AT_ONCE)
}

impl Passwords {
    fn with_turns(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)) }
    }

    /// The hash of a password as a PHC string.
    ///
    /// # Errors
    /// `overloaded` where too many wait for theirs; `internal` where it cannot be made.
    pub async fn hash(&self, password: String) -> Result<String, Fault> {
        self.run(move || hash(password.as_bytes())).await?
    }

    /// Whether a password is that of a PHC string; without one it takes as long and is not.
    ///
    /// # Errors
    /// As [`Self::hash`].
    pub async fn verify(&self, password: String, expected: Option<String>) -> Result<bool, Fault> {
        let verify = move || {
            let nobodys = NOBODYS.as_deref();
            let is_somebodys = expected.is_some();
            let known = expected.as_deref().or(nobodys).and_then(|known| PasswordHash::new(known).ok());
            let fits = known.is_some_and(|known| {
                method().is_ok_and(|method| method.verify_password(password.as_bytes(), &known).is_ok())
            });
            fits && is_somebodys
        };
        self.run(verify).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let busy = || Fault::new(Code::OVERLOADED, Code::OVERLOADED.meaning);
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(busy()) };
        // A thread of its own: one that has once given way cannot be given back to those that do not.
        let (tell, told) = oneshot::channel();
        let thread = std::thread::Builder::new().name("password".into()).spawn(move || {
            give_way();
            let done = work();
            // The turn ends with the work: who asked may have stopped waiting.
            drop(turn);
            let _ = tell.send(done);
        });
        thread.map_err(|error| failed(&error))?;
        told.await.map_err(|error| failed(&error))
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

fn method() -> Result<Argon2<'static>, Fault> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| failed(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, Fault> {
    let salt: [u8; 16] = chance::bytes();
    let hash: PasswordHash = method()?.hash_password_with_salt(password, &salt).map_err(|error| failed(&error))?;
    Ok(hash.to_string())
}

fn failed(error: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%error, "a password's hash could not be made");
    Fault::new(Code::INTERNAL, Code::INTERNAL.meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse battery".into()).await.expect("it can be made");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let again = passwords.hash("correct horse battery".into()).await.expect("it can be made");
        assert_ne!(hash, again, "each has a salt of its own");
        let fits = async |password: &str, hash: Option<&String>| {
            passwords.verify(password.to_owned(), hash.cloned()).await.expect("it is compared")
        };
        assert!(fits("correct horse battery", Some(&hash)).await);
        assert!(!fits("correct horse", Some(&hash)).await);
        assert!(!fits("correct horse battery", None).await, "nobody has no password");
        assert!(!fits("correct horse battery", Some(&"$argon2id$".to_owned())).await, "what is no hash fits nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn two_hashes_are_made_at_a_time_and_whoever_waits_too_long_for_a_turn_is_told() {
        let passwords = Arc::new(Passwords::with_turns(AT_ONCE));
        let held = |passwords: &Arc<Passwords>| {
            let (passwords, (gate, open)) = (Arc::clone(passwords), std::sync::mpsc::channel::<()>());
            let (begin, begun) = tokio::sync::oneshot::channel();
            let work = move || begin.send(()).is_ok() && open.recv().is_ok();
            (tokio::spawn(async move { passwords.run(work).await }), begun, gate)
        };
        let (first, first_begun, first_gate) = held(&passwords);
        let (second, second_begun, second_gate) = held(&passwords);
        first_begun.await.expect("there is a turn");
        second_begun.await.expect("there are two turns");
        let (third, mut third_begun, _third_gate) = held(&passwords);
        tokio::task::yield_now().await;
        tokio::time::advance(PATIENCE).await;
        let refused = third.await.expect("it does not panic").expect_err("there is no third turn");
        assert_eq!(refused.code, Code::OVERLOADED);
        assert!(third_begun.try_recv().is_err(), "it was not begun");
        first_gate.send(()).expect("it waits");
        second_gate.send(()).expect("it waits");
        assert!(first.await.expect("it does not panic").expect("it had its turn"));
        assert!(second.await.expect("it does not panic").expect("it had its turn"));
        assert_eq!(passwords.turns.available_permits(), AT_ONCE, "every turn is given back");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_hash_waits_behind_what_answers() {
        use thread_priority::{NormalThreadSchedulePolicy::Idle, ThreadSchedulePolicy, thread_schedule_policy};
        let own = || thread_schedule_policy().expect("Linux tells");
        let before = own();
        let idle = ThreadSchedulePolicy::Normal(Idle);
        assert_eq!(Passwords::default().run(own).await.expect("it had its turn"), idle);
        assert_eq!(own(), before, "and nothing else does");
    }

    #[test]
    fn a_core_is_left_to_what_answers() {
        for (cores, at_once) in [(0, 1), (1, 1), (2, 1), (3, 2), (64, 2)] {
            assert_eq!(turns(cores), at_once, "{cores} cores");
        }
    }
}
