//! Customer satisfaction: 1–5; the headline is the share of satisfied answers (4–5), the mean stands beside it.

use super::{Group, Metric};
use crate::instrument::{Band, Definition, Orientation};

/// The CSAT instrument.
pub const CSAT: Definition = Definition {
    metric: Metric::Csat,
    min: 1,
    max: 5,
    orientation: Orientation::HigherIsBetter,
    bands: [
        Band { group: Group::Satisfied, low: 4, high: 5 },
        Band { group: Group::Neutral, low: 3, high: 3 },
        Band { group: Group::Dissatisfied, low: 1, high: 2 },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{histogram::Histogram, metric::score};

    #[test]
    fn the_satisfied_share_of_published_counts() {
        let histogram = Histogram { counts: [0, 1, 2, 3, 4, 9, 0, 0, 0, 0, 0] };
        assert_eq!(score(&CSAT, &histogram), Some(100.0 * 13.0 / 19.0));
        assert_eq!(histogram.mean(), Some(75.0 / 19.0));
    }
}
