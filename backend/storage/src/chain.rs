//! The chain of the audit log: what ties an entry to the one before it, and whether a chain holds.

use bearing_shared::id::SiteId;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::audit::{AuditEntry, AuditStore, Recorded};
use crate::{Result, StoreError};

/// Entries that are read at once: a chain is looked at in little memory, however long it is.
const PAGE: u32 = 1_000;

/// What is hashed begins with this: should ever something else be hashed, no hash of one fits the other.
const KIND: &str = "bearing audit 1";

/// The hash of an entry with its number, which follows the one with the hash `before`; `None` before the first. SHA-256 in
/// hexadecimal, over netstrings (`5:hello,`): the kind, the hash before or nothing, number, moment in ms, site or nothing,
/// kind of actor, its id, its name, action, object, and for each detail its name and its text.
///
/// It vouches for what it follows, not for who wrote it: whoever may change the database can make a whole chain anew. That
/// is told by a head that somebody kept elsewhere ([`look_through`]).
pub fn link(before: Option<&str>, number: i64, entry: &AuditEntry) -> String {
    let (number, at) = (number.to_string(), entry.at.to_string());
    let site = entry.site.as_ref().map_or("", SiteId::as_str);
    let actor = &entry.actor;
    let fields = [
        KIND,
        before.unwrap_or_default(),
        &number,
        &at,
        site,
        actor.kind.name(),
        &actor.id,
        &actor.name,
        &entry.action,
        &entry.object,
    ];
    let details = entry.detail.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]);
    let mut hasher = Sha256::new();
    for field in fields.into_iter().chain(details) {
        // PostgreSQL's texts hold no NUL: an entry has one hash in every engine.
        let field = field.replace('\0', "\u{1a}");
        hasher.update(format!("{}:{field},", field.len()));
    }
    HEXLOWER.encode(&hasher.finalize())
}

/// What is found wrong with a chain first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The number of the first entry that does not fit: it was changed, or what stood before it was.
    pub number: i64,
    /// Why, in one sentence.
    pub why: String,
}

/// What a chain was found to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Its entries.
    pub entries: u64,
    /// The hash of its last entry; `None` without one. Kept elsewhere, it tells a chain that lost its end from one that did
    /// not.
    pub head: Option<String>,
    /// The first entry that does not fit; `None` when all do.
    pub broken: Option<Broken>,
    /// Whether the head that was asked for is the hash of an entry that fits.
    pub holds_head: bool,
}

/// Looks through a chain from its first entry, and for a head that was kept elsewhere.
///
/// # Errors
/// What reading the store may meet. An entry that cannot be read does not fit, and is no error.
pub async fn look_through<S: AuditStore + ?Sized>(
    store: &S,
    site: Option<&SiteId>,
    kept: Option<&str>,
) -> Result<Chain> {
    let (mut chain, mut after) = (Chain::default(), i64::MIN);
    loop {
        let page = match store.audit_chain(site, after, PAGE).await {
            Err(StoreError::Corrupt { row, column, why, .. }) => {
                let number = row.parse().unwrap_or(after);
                let why = format!("its {column} cannot be read: {why}");
                chain.broken.get_or_insert(Broken { number, why });
                return Ok(chain);
            }
            page => page?,
        };
        let is_last = page.len() < PAGE as usize;
        for found in page {
            after = found.number;
            step(&mut chain, &found, kept);
        }
        if is_last {
            return Ok(chain);
        }
    }
}

fn step(chain: &mut Chain, found: &Recorded, kept: Option<&str>) {
    let expected = link(chain.head.as_deref(), found.number, &found.entry);
    let fits = found.hash.as_ref() == Some(&expected);
    if !fits {
        let why = match found.hash {
            None => "it has no hash",
            Some(_) => "its hash fits neither it nor what stands before it",
        };
        chain.broken.get_or_insert_with(|| Broken { number: found.number, why: why.into() });
    }
    chain.holds_head |= fits && chain.broken.is_none() && kept == Some(expected.as_str());
    chain.entries += 1;
    // From here on it is what stands there that counts: one fault is told once.
    chain.head = found.hash.clone().or(Some(expected));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Actor, ActorKind};

    fn entry() -> AuditEntry {
        AuditEntry {
            at: 1_795_000_000_000,
            site: Some("st_home".into()),
            actor: Actor { kind: ActorKind::Member, id: "mb_1".into(), name: "Ann é".into() },
            action: "key.created".into(),
            object: "ky_1".into(),
            detail: [("scope".to_owned(), "read".to_owned())].into(),
        }
    }

    #[test]
    fn the_hash_is_the_one_that_the_documentation_says() {
        let said = "15:bearing audit 1,2:ab,1:7,13:1795000000000,7:st_home,6:member,4:mb_1,6:Ann é,11:key.created,4:ky_1,\
                    5:scope,4:read,";
        let expected = HEXLOWER.encode(&Sha256::digest(said.as_bytes()));
        assert_eq!(link(Some("ab"), 7, &entry()), expected);
    }

    #[test]
    fn no_two_entries_look_alike_to_the_hash() {
        let (mut one, mut other) = (entry(), entry());
        (one.action, one.object) = ("ab".into(), "c".into());
        (other.action, other.object) = ("a".into(), "bc".into());
        assert_ne!(link(None, 1, &one), link(None, 1, &other));
        one.detail = [("a".to_owned(), "b,1:c,1:d".to_owned())].into();
        other.detail = [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d".to_owned())].into();
        (one.action, one.object) = (other.action.clone(), other.object.clone());
        assert_ne!(link(None, 1, &one), link(None, 1, &other));
    }
}
