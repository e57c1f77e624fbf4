//! Signatures by Standard Webhooks 1.0: HMAC-SHA256 over id, time and body, by each secret that is valid.

use bearing_storage::Webhook;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::chance;

/// What every secret starts with.
const PREFIX: &str = "whsec_";

/// A new secret: 32 random bytes.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", BASE64.encode(&chance::bytes::<32>()))
}

/// The header `webhook-signature` of a message at a time (ms since 1970 UTC): one signature a secret, the newest first.
/// A secret that cannot be read signs nothing.
pub fn header(webhook: &Webhook, id: &str, now: i64, body: &[u8]) -> String {
    let previous = webhook.previous.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret.as_str());
    let signatures = std::iter::once(webhook.secret.as_str()).chain(previous);
    let signatures: Vec<String> = signatures.filter_map(|secret| signed(secret, id, now, body)).collect();
    signatures.join(" ")
}

/// The time of a message, in the header `webhook-timestamp`: seconds since 1970 UTC.
pub fn seconds(now: i64) -> i64 {
    now.div_euclid(1_000)
}

fn signed(secret: &str, id: &str, now: i64, body: &[u8]) -> Option<String> {
    let key = BASE64.decode(secret.strip_prefix(PREFIX)?.as_bytes()).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{}.", seconds(now)).as_bytes());
    mac.update(body);
    Some(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_reference_libraries_sign_it() {
        // The vector of the libraries' own tests (standard-webhooks, all languages).
        let found = signed(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330_999,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(found.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn secrets_are_32_random_bytes() {
        let (one, other) = (new_secret(), new_secret());
        assert_ne!(one, other);
        let bytes = BASE64.decode(one.strip_prefix("whsec_").expect("the prefix").as_bytes()).expect("is base64");
        assert_eq!(bytes.len(), 32);
    }
}
