//! Passwords: argon2id, at most two at a time.

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use bearing_shared::fault::{Code, Fault};

use super::hashers::{Hashers, Memory, Undone};
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
static NOBODYS: LazyLock<Option<String>> =
    LazyLock::new(|| hash(&mut Memory::new(), chance::secret("").as_bytes()).ok());

/// What makes and compares hashes.
pub struct Passwords {
    hashers: Hashers,
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
        Self { hashers: Hashers::new(turns) }
    }

    /// The hash of a password as a PHC string.
    ///
    /// # Errors
    /// `overloaded` where too many wait for theirs; `internal` where it cannot be made.
    pub async fn hash(&self, password: String) -> Result<String, Fault> {
        let made = self.run(move |memory| hash(memory, password.as_bytes())).await?;
        made.map_err(|error| failed(&error))
    }

    /// Whether a password is that of a PHC string; without one it takes as long and is not.
    ///
    /// # Errors
    /// As [`Self::hash`].
    pub async fn verify(&self, password: String, expected: Option<String>) -> Result<bool, Fault> {
        let verify = move |memory: &mut Memory| {
            let nobodys = NOBODYS.as_deref();
            let is_somebodys = expected.is_some();
            let fits = expected.as_deref().or(nobodys).is_some_and(|known| fits(memory, password.as_bytes(), known));
            fits && is_somebodys
        };
        self.run(verify).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Memory) -> T + Send + 'static) -> Result<T, Fault> {
        self.hashers.run(PATIENCE, work).await.map_err(|undone| match undone {
            Undone::Busy => Fault::new(Code::OVERLOADED, Code::OVERLOADED.meaning),
            Undone::Failed(error) => failed(&error),
        })
    }
}

/// The hash of a password with a salt of its own, as a PHC string.
fn hash(memory: &mut Memory, password: &[u8]) -> argon2::password_hash::Result<String> {
    let (kib, passes, lanes) = COST;
    let params = Params::new(kib, passes, lanes, None)?;
    let salt = Salt::new(&chance::bytes::<16>())?;
    let method = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let made = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(method.params())?,
        hash: Some(output(memory, &method, password, &salt, Params::DEFAULT_OUTPUT_LEN)?),
        salt: Some(salt),
    };
    Ok(made.to_string())
}

/// Whether a password is that of a PHC string, whatever this cost when it was made. What is no such string fits nothing.
fn fits(memory: &mut Memory, password: &[u8], known: &str) -> bool {
    let mut again = || {
        let known = PasswordHash::new(known).ok()?;
        let (salt, expected) = (known.salt?, known.hash?);
        let version = known.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
        let algorithm = Algorithm::try_from(known.algorithm.as_str()).ok()?;
        let method = Argon2::new(algorithm, version, Params::try_from(&known).ok()?);
        let made = output(memory, &method, password, &salt, expected.len()).ok()?;
        // In a time that does not tell how far they agree.
        Some(made == expected)
    };
    again().unwrap_or(false)
}

fn output(
    memory: &mut Memory,
    method: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    length: usize,
) -> argon2::password_hash::Result<Output> {
    let blocks = method.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut whole = [0; Output::MAX_LENGTH];
    let output = whole.get_mut(..length).ok_or(argon2::password_hash::Error::OutputSize)?;
    method.hash_password_into_with_memory(password, salt, output, memory)?;
    Ok(Output::new(output)?)
}

fn failed(error: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%error, "a password's hash could not be made");
    Fault::new(Code::INTERNAL, Code::INTERNAL.meaning)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use argon2::{PasswordHasher, PasswordVerifier};

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
            let work = move |_: &mut Memory| begin.send(()).is_ok() && open.recv().is_ok();
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
        assert_eq!(passwords.hashers.free(), AT_ONCE, "every turn is given back");
    }

    #[test]
    fn hashes_are_those_of_the_library_whatever_they_cost() {
        let mut memory = Memory::new();
        let (password, method) = (b"correct horse battery", Argon2::default());
        let own = hash(&mut memory, password).expect("it can be made");
        let read = PasswordHash::new(&own).expect("is one");
        assert!(method.verify_password(password, &read).is_ok() && method.verify_password(b"horse", &read).is_err());
        for (kib, passes, lanes, length) in [(8, 1, 1, 32), (64, 3, 2, 16), (32 * 1024, 1, 1, 64)] {
            let params = Params::new(kib, passes, lanes, Some(length)).expect("are some");
            let other = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let other: PasswordHash = other.hash_password_with_salt(password, b"a salt that is long").expect("is made");
            assert!(fits(&mut memory, password, &other.to_string()), "{other}");
            assert!(!fits(&mut memory, b"horse", &other.to_string()), "{other}");
        }
        for none in ["", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ", "$2b$12$abcdefghijklmnopqrstuv"] {
            assert!(!fits(&mut memory, password, none), "{none}");
        }
    }

    #[test]
    fn a_core_is_left_to_what_answers() {
        for (cores, at_once) in [(0, 1), (1, 1), (2, 1), (3, 2), (64, 2)] {
            assert_eq!(turns(cores), at_once, "{cores} cores");
        }
    }
}
