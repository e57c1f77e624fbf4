//! Net Promoter Score: 0–10 likelihood to recommend; promoters 9–10, passives 7–8, detractors 0–6 (Reichheld 2003).

use super::{Group, Metric};
use crate::instrument::{Band, Definition, Orientation};

/// The NPS instrument.
pub const NPS: Definition = Definition {
    metric: Metric::Nps,
    min: 0,
    max: 10,
    orientation: Orientation::HigherIsBetter,
    bands: [
        Band { group: Group::Promoters, low: 9, high: 10 },
        Band { group: Group::Passives, low: 7, high: 8 },
        Band { group: Group::Detractors, low: 0, high: 6 },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{histogram::Histogram, metric::score};

    #[test]
    fn worked_examples() {
        for (promoters, passives, detractors, expected) in
            [(0, 7, 1, -12.5), (1, 7, 0, 12.5), (29, 0, 171, -71.0), (0, 0, 1, -100.0), (1, 0, 0, 100.0)]
        {
            let mut histogram = Histogram::default();
            histogram.counts[10] = promoters;
            histogram.counts[8] = passives;
            histogram.counts[0] = detractors;
            assert_eq!(score(&NPS, &histogram), Some(expected));
        }
        assert_eq!(score(&NPS, &Histogram::default()), None);
    }
}
