//! The self-check of an effort scale: do the same people's answers say that it is read the wrong way round?

use crate::instrument::{Definition, Orientation};
use crate::stats::rank;

/// The fewest respondents that are judged on.
const RESPONDENTS: usize = 50;
/// The p-value below which a correlation is no accident.
const ALPHA: f64 = 0.01;

/// Whether an instrument's answers correlate with another score of the same respondents in the direction that its
/// orientation forbids: pairs of a raw score and the other one, of which higher is better (NPS or CSAT). Spearman's rank
/// correlation, p below 0.01 and 50 respondents at least (research note §1, rule 4); false while they are fewer.
///
/// A survey whose labels were swapped looks like this, and so does one that was set up as CES 1.0 but asks for ease.
pub fn is_reversed(definition: &Definition, own: &[(u8, f64)]) -> bool {
    if own.len() < RESPONDENTS {
        return false;
    }
    let pairs: Vec<(f64, f64)> = own.iter().map(|(score, other)| (f64::from(*score), *other)).collect();
    let forbidden = match definition.orientation {
        Orientation::HigherIsBetter => -1.0,
        Orientation::LowerIsBetter => 1.0,
    };
    rank::spearman(&pairs).is_some_and(|found| found.p_value < ALPHA && found.rho * forbidden > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::ces::{CES1, CES2};

    #[test]
    fn answers_that_contradict_their_scale_are_noticed() {
        let pairs: Vec<(u8, f64)> = (0..60).map(|place| (1 + place % 5, f64::from(place % 5))).collect();
        assert!(is_reversed(&CES1, &pairs) && !is_reversed(&CES2, &pairs));
        let backwards: Vec<(u8, f64)> = pairs.iter().map(|(score, other)| (*score, -other)).collect();
        assert!(!is_reversed(&CES1, &backwards) && is_reversed(&CES2, &backwards));
        assert!(!is_reversed(&CES1, &pairs[..49]));
        let unrelated: Vec<(u8, f64)> = (0..60).map(|place| (1 + place % 5, f64::from(place / 5))).collect();
        assert!(!is_reversed(&CES1, &unrelated) && !is_reversed(&CES2, &unrelated));
    }
}
