//! Display tokens: what says that this server showed a survey, and asked for work while the site was under attack.
//!
//! A token is signed and not kept: every server on the same store reads it. What is kept is which response it came with
//! first (`bearing_storage::AttackStore`). Its key is made of the site's identity secret, by a hash that signs no customer,
//! so that no signature which a site makes of a name is one.

use bearing_shared::suspicion::{TOKEN, TOKEN_LASTS_MS};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The bytes of a token that are chance.
pub const CHANCE: usize = TOKEN - MOMENT;
/// The bytes of a token that say when it was issued.
const MOMENT: usize = 6;
/// The bytes of the signature that a token carries.
const SIGNED: usize = 16;
/// The bytes of a token: what tells it apart, the bits of work that it asks for, and the signature.
const LENGTH: usize = TOKEN + 1 + SIGNED;
/// How far ahead another server's clock may be, ms.
const AHEAD: i64 = 5 * 60_000;
/// The longest number that proves work.
const PROOF: usize = 20;

/// Whose tokens are issued or read.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The site's id.
    pub site: &'a str,
    /// Its identity secret.
    pub secret: &'a str,
    /// The one before, and until when it holds, ms since 1970 UTC.
    pub previous: Option<(&'a str, i64)>,
}

/// A token that was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// The bits of work that it asks for; 0 in peace.
    pub work: u8,
}

/// What a response says of its showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Untold,
    /// Something that this site never issued for the survey, or more than 8 days ago.
    Made,
    /// A token.
    Told {
        /// What tells it from every other.
        token: [u8; TOKEN],
        /// When it was issued, ms since 1970 UTC.
        at: i64,
        /// Whether the work that it asks for was done.
        proved: bool,
    },
}

/// A signature of a token's first bytes, for one survey of one site, by a secret of the site.
fn sign(secret: &str, site: &str, survey: &str, bytes: &[u8]) -> Option<Hmac<Sha256>> {
    let key = Sha256::new().chain_update(b"bearing display token\0").chain_update(secret).finalize();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    for part in [site.as_bytes(), survey.as_bytes()] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.update(bytes);
    Some(mac)
}

/// Issues a token for a showing of a survey at `now`, ms since 1970 UTC, that asks for so many bits of work. `chance` tells
/// it from every other of that moment.
pub fn issue(by: &Signer<'_>, survey: &str, now: i64, work: u8, chance: [u8; CHANCE]) -> Option<Issued> {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.extend_from_slice(&now.max(0).to_be_bytes()[8 - MOMENT..]);
    bytes.extend_from_slice(&chance);
    bytes.push(work);
    let signature = sign(by.secret, by.site, survey, &bytes)?.finalize().into_bytes();
    bytes.extend_from_slice(&signature[..SIGNED]);
    Some(Issued { token: data_encoding::BASE64URL_NOPAD.encode(&bytes), work })
}

/// What a response's `display` says at `now`, ms since 1970 UTC.
pub fn read(by: &Signer<'_>, survey: &str, sent: Option<&str>, now: i64) -> Shown {
    let Some(sent) = sent.filter(|sent| !sent.is_empty()) else { return Shown::Untold };
    told(by, survey, sent, now).unwrap_or(Shown::Made)
}

/// What tells the token that a text names from every other, whoever issued it and whenever: enough to find out whether it is
/// the one that a response has.
pub fn named(sent: &str) -> Option<[u8; TOKEN]> {
    parts(sent)?.0[..TOKEN].try_into().ok()
}

/// The bytes of a token, and the proof behind it.
fn parts(sent: &str) -> Option<([u8; LENGTH], Option<&str>)> {
    let (text, proof) = sent.split_once('~').map_or((sent, None), |(text, proof)| (text, Some(proof)));
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?;
    Some((bytes, proof))
}

fn told(by: &Signer<'_>, survey: &str, sent: &str, now: i64) -> Option<Shown> {
    let (bytes, proof) = parts(sent)?;
    let (signed, signature) = bytes.split_at(TOKEN + 1);
    // A token outlives a rotation as signatures of customers do.
    let previous = by.previous.filter(|(_, until)| now < *until).map(|(secret, _)| secret);
    let is_by = |secret: &str| {
        sign(secret, by.site, survey, signed).is_some_and(|mac| mac.verify_truncated_left(signature).is_ok())
    };
    if !is_by(by.secret) && !previous.is_some_and(is_by) {
        return None;
    }
    let token: [u8; TOKEN] = signed[..TOKEN].try_into().ok()?;
    let at = token[..MOMENT].iter().fold(0, |at, byte| at << 8 | i64::from(*byte));
    let is_current = now - at <= TOKEN_LASTS_MS && at - now <= AHEAD;
    let work = signed[TOKEN];
    let is_number = |proof: &str| (1..=PROOF).contains(&proof.len()) && proof.bytes().all(|byte| byte.is_ascii_digit());
    let proved = work == 0 || proof.is_some_and(is_number) && zero_bits(sent) >= work.into();
    is_current.then_some(Shown::Told { token, at, proved })
}

/// The zero bits with which the SHA-256 of a text begins.
fn zero_bits(text: &str) -> u32 {
    let hash = Sha256::digest(text);
    let whole = hash.iter().take_while(|byte| **byte == 0).count();
    whole as u32 * 8 + hash.get(whole).map_or(0, |byte| byte.leading_zeros())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;
    const DAY: i64 = 86_400_000;
    /// Less than in the product, so that a test has it done at once.
    const WORK: u8 = 12;
    const FIVE_MINUTES: i64 = 300_000;

    fn site<'a>(site: &'a str, secret: &'a str) -> Signer<'a> {
        Signer { site, secret, previous: None }
    }

    fn issued_with(work: u8, chance: u8) -> String {
        issue(&site("st_a", "secret"), "sv_a", NOW, work, [chance; CHANCE]).expect("is issued").token
    }

    fn issued(work: u8) -> String {
        issued_with(work, 0)
    }

    fn shown(sent: &str, now: i64) -> Shown {
        read(&site("st_a", "secret"), "sv_a", Some(sent), now)
    }

    #[test]
    fn a_token_says_when_it_was_issued_and_lasts_eight_days() {
        let token = issued(0);
        for now in [NOW, NOW + 8 * DAY, NOW - FIVE_MINUTES] {
            assert!(matches!(shown(&token, now), Shown::Told { at: NOW, proved: true, .. }), "{now}");
        }
        assert_eq!(
            (shown(&token, NOW + 8 * DAY + 1), shown(&token, NOW - FIVE_MINUTES - 1)),
            (Shown::Made, Shown::Made)
        );
        assert_eq!(read(&site("st_a", "secret"), "sv_a", None, NOW), Shown::Untold);
        assert_eq!(shown("", NOW), Shown::Untold);
    }

    #[test]
    fn a_token_is_one_sites_and_one_surveys() {
        let token = issued(0);
        assert_eq!(read(&site("st_b", "secret"), "sv_a", Some(&token), NOW), Shown::Made);
        assert_eq!(read(&site("st_a", "other"), "sv_a", Some(&token), NOW), Shown::Made);
        assert_eq!(read(&site("st_a", "secret"), "sv_b", Some(&token), NOW), Shown::Made);
        let mut rotated = Signer { previous: Some(("secret", NOW + 1)), ..site("st_a", "next") };
        assert!(matches!(read(&rotated, "sv_a", Some(&token), NOW), Shown::Told { .. }), "a rotation ends none");
        rotated.previous = Some(("secret", NOW));
        assert_eq!(read(&rotated, "sv_a", Some(&token), NOW), Shown::Made, "until the secret before ends");
        // What stands on either side of the border between two names is not the same.
        assert_eq!(read(&site("st_as", "secret"), "v_a", Some(&token), NOW), Shown::Made);
        assert_ne!(token, issued_with(0, 1), "each showing has its own");
    }

    #[test]
    fn a_token_that_was_changed_anywhere_is_none() {
        let token = issued(0);
        for place in 0..token.len() {
            for letter in ['A', 'B', '_', '~', '=', ' '] {
                let mut changed: Vec<char> = token.chars().collect();
                changed[place] = letter;
                let changed: String = changed.into_iter().collect();
                if changed != token {
                    assert_eq!(shown(&changed, NOW), Shown::Made, "{letter:?} at {place}");
                }
            }
        }
        assert_eq!(shown(&token[..token.len() - 1], NOW), Shown::Made);
    }

    #[test]
    fn a_token_is_named_by_whoever_has_it_however_old_and_proved_or_not() {
        let (token, other) = (issued(0), issued_with(0, 1));
        let Shown::Told { token: told, .. } = shown(&token, NOW) else { panic!("it is told") };
        assert_eq!((named(&token), named(&format!("{token}~17"))), (Some(told), Some(told)));
        assert_ne!(named(&other), Some(told));
        for text in ["", "~", "~17", "made up", &token[1..], &format!("{token}A")] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn the_work_that_was_asked_for_is_looked_at() {
        let token = issued(WORK);
        let is_proved = |sent: &str| matches!(shown(sent, NOW), Shown::Told { proved: true, .. });
        let proof = (0..200_000).find(|number| zero_bits(&format!("{token}~{number}")) >= WORK.into());
        let proof = proof.expect("there is one");
        assert!(is_proved(&format!("{token}~{proof}")));
        for sent in [token.clone(), format!("{token}~"), format!("{token}~{}", proof + 1), format!("{token}~ {proof}")]
        {
            assert!(matches!(shown(&sent, NOW), Shown::Told { proved: false, .. }), "{sent}");
        }
        assert!(is_proved(&issued(0)), "in peace none is asked for");
    }

    #[test]
    fn zero_bits_are_counted_from_the_front() {
        // SHA-256 by another program (Python's hashlib).
        let texts = ["2", "0", "178", "671", "21098"];
        assert_eq!(texts.map(zero_bits), [0, 1, 7, 8, 13]);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,120}") {
            let is_told = matches!(shown(&text, NOW), Shown::Told { .. });
            prop_assert!(!is_told);
        }
    }
}
