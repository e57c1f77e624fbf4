//! What keeps forged answers out of the score: display tokens that were used, suspicious answers, and attacks.

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::{Sign, Suspicion, TOKEN};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Result;
use crate::responses::{States, StoredResponse};

/// The display token that an answer names, and what becomes of the answer where another had it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Display {
    /// What tells the token from every other.
    pub token: [u8; TOKEN],
    /// Whether it is one of the site's for the survey, and not too old: only such a token becomes a response's. Any other
    /// says no more than whether it is the one that the response has.
    pub is_good: bool,
    /// Whether suspicious answers are kept outside the score.
    pub guarded: bool,
}

impl Display {
    /// The answer as it is stored where another response came with the token before.
    pub(crate) fn reused(self, response: &StoredResponse) -> StoredResponse {
        let mut response = response.clone();
        response.suspicion = response.suspicion.with(Sign::ReusedToken);
        response.keep_apart_if(self.guarded);
        response
    }
}

/// What is known of the display token that an answer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is good and was nobody's: it becomes the response's if the answer is taken.
    New,
    /// The response has it.
    Own,
    /// Another response has it.
    Anothers,
    /// There is none, or it is no good and nobody has it.
    Nobodys,
}

/// Whose a token is: a hash, so that nothing here names a response that may be erased.
pub(crate) fn holder(id: ResponseId) -> [u8; 16] {
    let mut holder = [0; 16];
    holder.copy_from_slice(&Sha256::digest(id.0)[..16]);
    holder
}

/// The lowest token that was issued at a time or later, ms since 1970 UTC.
pub(crate) fn first_of(at: i64) -> [u8; TOKEN] {
    let mut token = [0; TOKEN];
    token[..6].copy_from_slice(&at.max(0).to_be_bytes()[2..]);
    token
}

/// An attack on a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attack {
    /// When it began, ms since 1970 UTC.
    pub began_at: i64,
    /// When it is over unless it goes on, ms since 1970 UTC.
    pub until: i64,
}

/// What noting an attack came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// There is no such site.
    Nowhere,
    /// It began with this, and with no other note of it on any server.
    Began {
        /// The one before it, which is over and was not taken from [`AttackStore::ended_attacks`]: nor will it be.
        after: Option<Attack>,
    },
    /// It was under way.
    GoesOn,
}

impl Noted {
    /// What it comes to where this was known of the site before.
    pub(crate) fn after(known: Option<Attack>, now: i64) -> Self {
        match known {
            Some(known) if known.until > now => Self::GoesOn,
            after => Self::Began { after },
        }
    }
}

/// Storage of what keeps forged answers out.
#[async_trait]
pub trait AttackStore: Send + Sync {
    /// The last attack on a site, over or not, until it is taken from [`Self::ended_attacks`].
    async fn attack(&self, site: &SiteId) -> Result<Option<Attack>>;

    /// Notes that a site is under attack from `now` until a time, both ms since 1970 UTC. One that has not ended goes on, and
    /// never ends earlier for it. Nothing where there is no such site.
    async fn note_attack(&self, site: &SiteId, now: i64, until: i64) -> Result<Noted>;

    /// Takes the attacks that are over at a time, ms since 1970 UTC, of every site: whoever asks first has them, and nobody
    /// else.
    async fn ended_attacks(&self, now: i64) -> Result<Vec<(SiteId, Attack)>>;

    /// The answers of a site with enough signs to be kept apart ([`Suspicion::ENOUGH`]) that were received from one time up
    /// to and including another, ms since 1970 UTC, and are in these states; the latest first, at most `most`.
    async fn suspicious(
        &self,
        site: &SiteId,
        (from, to): (i64, i64),
        states: States,
        most: u32,
    ) -> Result<Vec<ResponseId>>;

    /// Forgets the display tokens that were issued before a time, ms since 1970 UTC; how many, at most `most`.
    async fn forget_displays(&self, before: i64, most: u32) -> Result<u64>;
}

/// The signs of which one is enough, as the database compares them.
pub(crate) fn enough() -> i64 {
    // The column may hold bits of a newer version, never more than 16.
    i64::from(Suspicion::ENOUGH.bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stand_in_the_order_of_their_times() {
        let times = [0, 1, 255, 256, 1_800_000_000_000, 1_800_000_000_001];
        assert!(times.windows(2).all(|pair| first_of(pair[0]) < first_of(pair[1])));
        assert_eq!(first_of(0x0193_2f6e_7a51)[..6], [0x01, 0x93, 0x2f, 0x6e, 0x7a, 0x51]);
    }
}
