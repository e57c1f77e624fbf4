//! What makes an answer suspicious, and which of it is enough to keep it outside the score.
//!
//! No sign proves anything: a person behind a strict network may send none of what a browser usually sends. So a sign never
//! refuses an answer. What the score says is no sign either: angry customers answer alike.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The bits of work that are asked for while a site is under attack: about 260,000 hashes, a moment for one browser and a
/// bill for ten thousand forgeries.
pub const WORK_BITS: u8 = 18;
/// The bytes of a display token that tell it from every other; they begin with when it was issued, ms since 1970 UTC in six
/// bytes, the highest first.
pub const TOKEN: usize = 14;
/// How long a display token holds, ms: as far back as an answer may lie, which waits 7 days in the browser.
pub const TOKEN_LASTS_MS: i64 = 8 * 24 * 3_600_000;
/// The shortest time in which a person reads a question and answers it, ms.
pub const HUMAN_MS: i64 = 700;

/// One sign that an answer may be forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// It carries no display token: nobody was shown the survey, or the event of showing was lost.
    NoToken,
    /// Its display token is made up, too old, or another survey's.
    BadToken,
    /// Its display token came with another response before.
    ReusedToken,
    /// Its display token asked for work that was not done.
    NoProof,
    /// It names no page that sent it, as every browser does.
    NoOrigin,
    /// It was answered faster than a person reads.
    TooFast,
    /// A field was filled that people do not see.
    Trap,
    /// More answers came from its network than people there would give.
    Crowd,
}

impl Sign {
    /// Every sign.
    pub const ALL: [Self; 8] = [
        Self::NoToken,
        Self::BadToken,
        Self::ReusedToken,
        Self::NoProof,
        Self::NoOrigin,
        Self::TooFast,
        Self::Trap,
        Self::Crowd,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::BadToken => "bad_token",
            Self::ReusedToken => "reused_token",
            Self::NoProof => "no_proof",
            Self::NoOrigin => "no_origin",
            Self::TooFast => "too_fast",
            Self::Trap => "trap",
            Self::Crowd => "crowd",
        }
    }

    /// Its bit in the database, which never changes.
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The signs of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Suspicion(u16);

impl Suspicion {
    /// Signs of which one is enough. A missing origin alone is not: some tools for privacy take it away.
    pub const ENOUGH: Self = Self(!Sign::NoOrigin.bit());
    /// Signs that a later edition of the same answer does not take back.
    pub const LASTING: Self = Self(Sign::Trap.bit() | Sign::Crowd.bit());

    /// The same and this sign.
    #[must_use]
    pub fn with(self, sign: Sign) -> Self {
        Self(self.0 | sign.bit())
    }

    /// The same and this sign, where it holds.
    #[must_use]
    pub fn with_if(self, holds: bool, sign: Sign) -> Self {
        if holds { self.with(sign) } else { self }
    }

    /// All signs of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The signs that are in both.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is no sign.
    pub fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Whether there is enough to keep the answer apart, where the site asks for that or is under attack.
    pub fn is_enough(self) -> bool {
        !self.within(Self::ENOUGH).is_none()
    }

    /// Its signs, in their order.
    pub fn signs(self) -> Vec<Sign> {
        Sign::ALL.into_iter().filter(|sign| self.0 & sign.bit() != 0).collect()
    }

    /// As it stands in the database.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// From the database; a bit that a newer version wrote stays.
    pub fn of_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl Serialize for Suspicion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}

impl<'de> Deserialize<'de> for Suspicion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u16::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stay_what_they_are_in_stored_answers() {
        let bits: Vec<u16> = Sign::ALL.into_iter().map(|sign| Suspicion::default().with(sign).bits()).collect();
        assert_eq!(bits, [1, 2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(Suspicion::of_bits(0b1001_0001).signs(), [Sign::NoToken, Sign::NoOrigin, Sign::Crowd]);
    }

    #[test]
    fn every_sign_but_a_missing_origin_is_enough() {
        for sign in Sign::ALL {
            assert_eq!(Suspicion::default().with(sign).is_enough(), sign != Sign::NoOrigin, "{sign:?}");
        }
        assert!(!Suspicion::default().is_enough());
        assert!(Suspicion::default().with(Sign::NoOrigin).with(Sign::TooFast).is_enough());
    }

    #[test]
    fn signs_add_up_and_are_told_apart() {
        let one = Suspicion::default().with(Sign::NoToken).with_if(false, Sign::Trap);
        let both = one.and(Suspicion::default().with(Sign::Crowd));
        assert_eq!(both.signs(), [Sign::NoToken, Sign::Crowd]);
        assert_eq!(both.within(Suspicion::LASTING).signs(), [Sign::Crowd]);
        assert!(one.within(Suspicion::LASTING).is_none() && !both.is_none());
        assert_eq!((both.with(Sign::Crowd), both.and(one)), (both, both), "a sign that is there already stays");
    }
}
