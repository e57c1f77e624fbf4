//! Randomness from the system: ids, keys and secrets that nobody can guess.

use bearing_shared::id::ResponseId;

/// Random bytes.
///
/// # Panics
/// When the system has no randomness to give: nothing safe can be done without.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the system gives no random bytes: {error}");
    }
    bytes
}

/// An id: the prefix and 16 characters of a–z and 2–7 (80 random bits).
pub fn id(prefix: &str) -> String {
    format!("{prefix}{}", data_encoding::BASE32_NOPAD.encode(&bytes::<10>()).to_lowercase())
}

/// A secret: the prefix and 43 characters (256 random bits).
pub fn secret(prefix: &str) -> String {
    format!("{prefix}{}", data_encoding::BASE64URL_NOPAD.encode(&bytes::<32>()))
}

/// A new response id (UUIDv7) at a time in ms since 1970 UTC.
pub fn response_id(now: i64) -> ResponseId {
    let millis = u64::try_from(now).unwrap_or_default();
    ResponseId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid().into_bytes())
}

/// A whole number from `low` to `high`, both included.
pub fn between(low: u64, high: u64) -> u64 {
    low + u64::from_le_bytes(bytes()) % (high - low + 1)
}
