//! Sealing: what a site signs with and what webhooks are signed with is kept so that nobody reads it without the key.
//!
//! It happens at the store's edge, where rows become records: above it secrets are plain, below it, in moves and in
//! backups, they are sealed. What is sealed stands in the column of the secret: `sealed1.`, the key's name, and nonce and
//! box in base64. Tied to its place, it opens nowhere else.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::sites::Site;
use crate::webhooks::{Claimed, Webhook};
use crate::{Result, StoreError};

/// What begins everything sealed; no secret of ours begins so.
pub(crate) const MARK: &str = "sealed1.";
/// The note in the store that a key has been given: from then on none is taken in plain.
pub(crate) const NOTE: &str = "sealed";
/// Bytes of a nonce: long enough to be drawn.
const NONCE: usize = 24;

/// Draws the bytes of a nonce.
pub type Draw = fn() -> [u8; NONCE];

/// One key, and the name by which what it sealed tells which key it needs.
struct Key {
    name: String,
    cipher: XChaCha20Poly1305,
}

/// The keys that secrets are sealed with: the first seals, each opens. Without one, secrets are kept plain.
#[derive(Clone)]
pub struct Keyring {
    keys: Arc<[Key]>,
    draw: Draw,
    /// Whether a secret that none of the keys opens is replaced by a new one.
    renews: bool,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.name)).finish()
    }
}

/// Where a secret stands: its table, its site, its own id.
pub(crate) type Place<'a> = [&'a str; 3];

/// What keeps a secret from being read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// It stands there in plain, and nothing may.
    Plain,
    /// None of the keys sealed it.
    NoKey,
    /// The key is there, and the box is not as it was sealed, or not in its place.
    Forged,
}

impl Shut {
    /// As a fault of its row.
    fn fault(self, [table, _, row]: Place<'_>) -> StoreError {
        let why = match self {
            Self::Plain => "it is not sealed",
            Self::NoKey => "none of the keys given has sealed it",
            Self::Forged => "it is not as it was sealed, or was sealed in another place",
        };
        let table = if table == "site" { "site" } else { "webhook" };
        StoreError::Corrupt { table, column: "secret", row: row.to_owned(), why: why.into() }
    }
}

impl Keyring {
    /// No key: secrets are kept plain.
    pub fn none() -> Self {
        Self { keys: Arc::from([]), draw: || [0; NONCE], renews: false }
    }

    /// Keys of 32 bytes in base64, by commas: the first seals, each opens.
    ///
    /// # Errors
    /// A sentence that says what is wrong, without a word of the keys.
    pub fn read(text: &str, draw: Draw) -> std::result::Result<Self, &'static str> {
        let wrong = "A secret key is 32 random bytes in base64, as `openssl rand -base64 32` prints; several are parted by \
                     commas, the one that seals first.";
        let key = |text: &str| -> std::result::Result<Key, &'static str> {
            let bytes = BASE64.decode(text.trim().as_bytes()).map_err(|_| wrong)?;
            let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| wrong)?;
            let named = Sha256::new().chain_update("bearing key ").chain_update(&bytes).finalize();
            Ok(Key { name: HEXLOWER.encode(&named[..4]), cipher })
        };
        let keys = text.split(',').map(key).collect::<std::result::Result<_, _>>()?;
        Ok(Self { keys, draw, renews: false })
    }

    /// The same keys, for a store of which a key was lost: a secret that none of them opens becomes a new one.
    #[must_use]
    pub fn renewing(self) -> Self {
        Self { renews: true, ..self }
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// A secret as it is kept.
    pub(crate) fn seal(&self, place: Place<'_>, secret: &str) -> Result<String> {
        let Some(key) = self.keys.first() else { return Ok(secret.to_owned()) };
        let nonce = (self.draw)();
        let payload = Payload { msg: secret.as_bytes(), aad: &tie(place) };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Driver("a secret cannot be sealed".into()))?;
        Ok(format!("{MARK}{}.{}", key.name, BASE64URL_NOPAD.encode(&[&nonce[..], &sealed].concat())))
    }

    /// A secret from what is kept.
    pub(crate) fn open(&self, place: Place<'_>, kept: &str) -> std::result::Result<String, Shut> {
        if self.is_empty() {
            return Ok(kept.to_owned());
        }
        let (name, text) = kept.strip_prefix(MARK).and_then(|rest| rest.split_once('.')).ok_or(Shut::Plain)?;
        let key = self.keys.iter().find(|key| key.name == name).ok_or(Shut::NoKey)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Shut::Forged)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(Shut::Forged)?;
        let payload = Payload { msg: sealed, aad: &tie(place) };
        let opened = key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Shut::Forged)?;
        String::from_utf8(opened).map_err(|_| Shut::Forged)
    }

    /// What is to be kept in the place of what is, at a start: plain secrets are sealed, and what an older key sealed is
    /// sealed by the first. `None` where all is well, and where the row is damaged: that is told when it is read.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where no key opens it, or none is there: the server must not go on.
    pub(crate) fn kept_anew(&self, place: Place<'_>, kept: &str) -> Result<Option<String>> {
        let Some(first) = self.keys.first() else {
            return if kept.starts_with(MARK) { Err(locked()) } else { Ok(None) };
        };
        match self.open(place, kept) {
            Ok(_) if kept.starts_with(&format!("{MARK}{}.", first.name)) => Ok(None),
            Ok(secret) => self.seal(place, &secret).map(Some),
            Err(Shut::Plain) => self.seal(place, kept).map(Some),
            Err(Shut::NoKey | Shut::Forged) if self.renews => {
                let prefix = if place[0] == WEBHOOK { "whsec_" } else { "" };
                let secret = format!("{prefix}{}", BASE64URL_NOPAD.encode(&(self.draw)()));
                self.seal(place, &secret).map(Some)
            }
            Err(Shut::NoKey) => Err(StoreError::Unusable(
                "The store's secrets are sealed with another key; give that one too, behind the new one and a comma, or \
                 make them anew with --renew-lost-secrets."
                    .into(),
            )),
            Err(Shut::Forged) => {
                tracing::error!(table = place[0], site = place[1], id = place[2], "a sealed secret does not open");
                Ok(None)
            }
        }
    }

    /// A site as it is kept.
    pub(crate) fn seal_site(&self, mut site: Site) -> Result<Site> {
        let id = site.id.clone();
        let place = of_site(id.as_str());
        site.identity_secret = self.seal(place, &site.identity_secret)?;
        if let Some((secret, _)) = &mut site.previous {
            *secret = self.seal(place, secret)?;
        }
        Ok(site)
    }

    /// A site from what is kept.
    pub(crate) fn open_site(&self, mut site: Site) -> Result<Site> {
        let id = site.id.clone();
        let place = of_site(id.as_str());
        let open = |kept: &str| self.open(place, kept).map_err(|shut| shut.fault(place));
        site.identity_secret = open(&site.identity_secret)?;
        if let Some((secret, _)) = &mut site.previous {
            *secret = open(secret)?;
        }
        Ok(site)
    }

    /// The secret of a webhook as it is kept.
    pub(crate) fn seal_for(&self, site: &str, webhook: &str, secret: &str) -> Result<String> {
        self.seal(of_webhook(site, webhook), secret)
    }

    /// A webhook from what is kept.
    pub(crate) fn open_webhook(&self, mut webhook: Webhook) -> Result<Webhook> {
        let (site, id) = (webhook.site.clone(), webhook.id.clone());
        let place = of_webhook(site.as_str(), id.as_str());
        let open = |kept: &str| self.open(place, kept).map_err(|shut| shut.fault(place));
        webhook.secret = open(&webhook.secret)?;
        if let Some((secret, _)) = &mut webhook.previous {
            *secret = open(secret)?;
        }
        Ok(webhook)
    }

    /// What was claimed, from what is kept. A webhook whose secret does not open gets nothing, and keeps nobody else's from
    /// being sent: its deliveries are due again when the claim ends.
    pub(crate) fn open_claimed(&self, claimed: Vec<Claimed>) -> Vec<Claimed> {
        let mut opened = Vec::with_capacity(claimed.len());
        for Claimed { delivery, webhook, number } in claimed {
            match self.open_webhook(webhook) {
                Ok(webhook) => opened.push(Claimed { delivery, webhook, number }),
                Err(error) => tracing::error!(%error, "a message cannot be signed"),
            }
        }
        opened
    }
}

/// Why a store is refused whose secrets are sealed.
pub(crate) fn locked() -> StoreError {
    StoreError::Unusable(
        "The store's secrets are sealed; give the key that sealed them with --secret-key or --secret-key-file.".into(),
    )
}

const WEBHOOK: &str = "webhook";

/// The place of a site's secrets.
pub(crate) fn of_site(id: &str) -> Place<'_> {
    ["site", id, id]
}

/// The place of a webhook's secrets.
pub(crate) fn of_webhook<'a>(site: &'a str, id: &'a str) -> Place<'a> {
    [WEBHOOK, site, id]
}

/// A place as the box is tied to it: no id holds what parts them.
fn tie(place: Place<'_>) -> Vec<u8> {
    place.join("|").into_bytes()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    static DRAWN: AtomicU8 = AtomicU8::new(0);

    fn draw() -> [u8; NONCE] {
        [DRAWN.fetch_add(1, Ordering::Relaxed); NONCE]
    }

    fn key(byte: u8) -> String {
        BASE64.encode(&[byte; 32])
    }

    fn ring(text: &str) -> Keyring {
        Keyring::read(text, draw).expect("a key")
    }

    const HERE: Place<'_> = ["webhook", "st_home", "wh_1"];

    #[test]
    fn what_is_sealed_opens_in_its_place_with_its_key_alone() {
        let ring = ring(&key(1));
        let sealed = ring.seal(HERE, "whsec_1").expect("it is sealed");
        assert!(sealed.starts_with(MARK) && !sealed.contains("whsec"), "{sealed}");
        assert_eq!(ring.open(HERE, &sealed).as_deref(), Ok("whsec_1"));
        assert_ne!(ring.seal(HERE, "whsec_1").expect("it is sealed"), sealed, "each has a nonce of its own");
        for elsewhere in [["webhook", "st_other", "wh_1"], ["webhook", "st_home", "wh_2"], ["site", "st_home", "wh_1"]]
        {
            assert_eq!(ring.open(elsewhere, &sealed), Err(Shut::Forged), "{elsewhere:?}");
        }
        assert_eq!(self::ring(&key(2)).open(HERE, &sealed), Err(Shut::NoKey));
        assert_eq!(ring.open(HERE, "whsec_1"), Err(Shut::Plain), "nobody puts one of his own there");
    }

    #[test]
    fn no_letter_of_it_can_be_changed() {
        let ring = ring(&key(1));
        let sealed = ring.seal(HERE, "whsec_1").expect("it is sealed");
        for place in MARK.len()..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("letters");
            assert!(ring.open(HERE, &changed).is_err(), "{place}");
        }
        for end in MARK.len()..sealed.len() {
            assert!(ring.open(HERE, &sealed[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn the_first_key_seals_and_every_key_opens() {
        let (old, both) = (ring(&key(1)), ring(&format!("{}, {}", key(2), key(1))));
        let sealed = old.seal(HERE, "x").expect("it is sealed");
        assert_eq!(both.open(HERE, &sealed).as_deref(), Ok("x"));
        let anew = both.kept_anew(HERE, &sealed).expect("it opens").expect("the first key seals it");
        assert_eq!(ring(&key(2)).open(HERE, &anew).as_deref(), Ok("x"));
        assert_eq!(both.kept_anew(HERE, &anew).expect("it opens"), None);
        assert!(matches!(ring(&key(2)).kept_anew(HERE, &sealed), Err(StoreError::Unusable(_))));
        assert!(matches!(Keyring::none().kept_anew(HERE, &sealed), Err(StoreError::Unusable(_))));
        assert_eq!(Keyring::none().kept_anew(HERE, "plain").expect("without a key"), None);
        assert!(both.kept_anew(HERE, "plain").expect("it is sealed").is_some());
        let renewed = ring(&key(3)).renewing().kept_anew(HERE, &sealed).expect("it is given up").expect("a new one");
        assert!(
            ring(&key(3)).open(HERE, &renewed).is_ok_and(|secret| secret.starts_with("whsec_") && secret.len() > 30)
        );
    }

    #[test]
    fn what_is_no_key_is_refused_without_a_word_of_it() {
        for wrong in ["", "c2hvcnQ=", "not base64", &format!("{},", key(1)), &BASE64.encode(&[7; 33])] {
            let sentence = Keyring::read(wrong, draw).expect_err("no key");
            assert!(sentence.contains("32 random bytes"), "{sentence}");
        }
        assert!(!format!("{:?}", ring(&key(1))).contains("AQEB"));
    }
}
