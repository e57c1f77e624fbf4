//! How far a number can be read, from the number of answers it rests on.

use serde::{Deserialize, Serialize};

/// From how many answers on a number is shown, told by its interval, and read plainly: a site's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Below this many answers a segment's number is hidden.
    pub hidden: u64,
    /// Below this many answers it is wide: the interval comes first, without colour or rank.
    pub wide: u64,
    /// Below this many answers it is an indication.
    pub indicative: u64,
}

impl Default for Thresholds {
    /// 5, 30 and 100: source design/scoring.md, research/science.md §2.
    fn default() -> Self {
        Self { hidden: 5, wide: 30, indicative: 100 }
    }
}

/// How far a number can be read, from its n alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Fewer than 5 answers: hidden in segments, shared links and on screens.
    Hidden,
    /// 5 to 29 answers: read the interval first.
    Wide,
    /// 30 to 99 answers: an indication.
    Indicative,
    /// 100 answers and more.
    Plain,
}

impl State {
    /// The state of a number that rests on `n` answers. The numbers beside the variants are the default thresholds.
    pub fn of(n: u64, thresholds: &Thresholds) -> Self {
        if n < thresholds.hidden {
            Self::Hidden
        } else if n < thresholds.wide {
            Self::Wide
        } else if n < thresholds.indicative {
            Self::Indicative
        } else {
            Self::Plain
        }
    }

    /// Why the state is what it is, in one sentence.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Hidden => "So few answers could give away who said what.",
            Self::Wide => "Few answers: read the interval before the number.",
            Self::Indicative => "An indication: more answers would narrow the interval.",
            Self::Plain => "Enough answers to read the number as it stands, with its interval.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_threshold_opens_the_next_state() {
        let states = [4, 5, 29, 30, 99, 100].map(|n| State::of(n, &Thresholds::default()));
        use State::{Hidden, Indicative, Plain, Wide};
        assert_eq!(states, [Hidden, Wide, Wide, Indicative, Indicative, Plain]);
        // Out of order, the first that is not reached decides.
        assert_eq!(State::of(7, &Thresholds { hidden: 10, wide: 5, indicative: 0 }), Hidden);
    }
}
