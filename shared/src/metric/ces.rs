//! Customer effort in its two instruments: 1.0 asks for effort (lower is better), 2.0 for ease (higher is better).

use super::{Group, Metric};
use crate::instrument::{Band, Definition, Orientation};

/// CES 1.0: "how much effort", 1–5; little effort (1–2) is favourable (Dixon, Freeman and Toman 2010).
pub const CES1: Definition = Definition {
    metric: Metric::Ces,
    min: 1,
    max: 5,
    orientation: Orientation::LowerIsBetter,
    bands: [
        Band { group: Group::Easy, low: 1, high: 2 },
        Band { group: Group::Neutral, low: 3, high: 3 },
        Band { group: Group::Difficult, low: 4, high: 5 },
    ],
};

/// CES 2.0: agreement with "made it easy", 1–7; agreement (5–7) is favourable (CEB 2013).
pub const CES2: Definition = Definition {
    metric: Metric::Ces,
    min: 1,
    max: 7,
    orientation: Orientation::HigherIsBetter,
    bands: [
        Band { group: Group::Easy, low: 5, high: 7 },
        Band { group: Group::Neutral, low: 4, high: 4 },
        Band { group: Group::Difficult, low: 1, high: 3 },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{histogram::Histogram, metric::score};

    #[test]
    fn ease_is_the_share_of_five_to_seven() {
        let histogram = Histogram { counts: [0, 80, 210, 140, 110, 160, 180, 120, 0, 0, 0] };
        assert_eq!(score(&CES2, &histogram), Some(46.0));
        assert_eq!(histogram.mean(), Some(4.08));
    }

    #[test]
    fn little_effort_is_good() {
        let histogram = Histogram { counts: [0, 12, 9, 5, 2, 2, 0, 0, 0, 0, 0] };
        assert_eq!(score(&CES1, &histogram), Some(70.0));
        assert_eq!(CES1.best(), 1);
    }
}
