//! The list of metrics, and the score of a histogram: one formula for all, since each metric is cut points and a unit.

pub mod ces;
pub mod csat;
#[cfg(feature = "stats")]
mod estimate;
pub mod nps;
#[cfg(feature = "stats")]
mod reversal;
mod state;

use serde::{Deserialize, Serialize};

use crate::histogram::Histogram;
use crate::instrument::{Definition, Instrument};

#[cfg(feature = "stats")]
pub use estimate::*;
#[cfg(feature = "stats")]
pub use reversal::is_reversed;
pub use state::{State, Thresholds};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Net Promoter Score: loyalty.
    Nps,
    /// Customer satisfaction with one interaction.
    Csat,
    /// Customer effort.
    Ces,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 3] = [Self::Nps, Self::Csat, Self::Ces];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Csat => "csat",
            Self::Ces => "ces",
        }
    }

    /// The metric of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// The instrument a new survey of this metric uses unless it says otherwise.
    pub fn default_instrument(self) -> Instrument {
        match self {
            Self::Nps => Instrument::Nps,
            Self::Csat => Instrument::Csat,
            Self::Ces => Instrument::Ces2,
        }
    }

    /// The unit of the headline score.
    pub fn unit(self) -> Unit {
        match self {
            Self::Nps => Unit::Points,
            Self::Csat | Self::Ces => Unit::Percent,
        }
    }
}

/// The unit of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Net points, −100 to 100.
    Points,
    /// A share in percent, 0 to 100.
    Percent,
}

/// A group of answers that the metric's cut points make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// NPS 9 to 10.
    Promoters,
    /// NPS 7 to 8.
    Passives,
    /// NPS 0 to 6.
    Detractors,
    /// CSAT 4 to 5.
    Satisfied,
    /// The middle of CSAT and CES.
    Neutral,
    /// CSAT 1 to 2.
    Dissatisfied,
    /// CES: little effort.
    Easy,
    /// CES: much effort.
    Difficult,
}

impl Group {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Promoters => "promoters",
            Self::Passives => "passives",
            Self::Detractors => "detractors",
            Self::Satisfied => "satisfied",
            Self::Neutral => "neutral",
            Self::Dissatisfied => "dissatisfied",
            Self::Easy => "easy",
            Self::Difficult => "difficult",
        }
    }
}

/// The headline score of a histogram, unrounded; `None` without answers, never 0.
///
/// NPS: `100·(promoters − detractors)/n` in points (−100 to 100). CSAT and CES: `100·favourable/n` in percent
/// (0 to 100), so a higher score is always the better one. Source: design/scoring.md, research/science.md §1.
pub fn score(definition: &Definition, histogram: &Histogram) -> Option<f64> {
    let n = histogram.n();
    let [favourable, _, unfavourable] = definition.bands.map(|band| histogram.between(band.low, band.high));
    let net = match definition.metric.unit() {
        Unit::Points => favourable as f64 - unfavourable as f64,
        Unit::Percent => favourable as f64,
    };
    (n > 0).then(|| 100.0 * net / n as f64)
}

/// The share of answers that gave the best score, in percent (0 to 100); `None` without answers.
pub fn top_box(definition: &Definition, histogram: &Histogram) -> Option<f64> {
    let n = histogram.n();
    (n > 0).then(|| 100.0 * histogram.between(definition.best(), definition.best()) as f64 / n as f64)
}

/// A score as it is printed: a whole number, rounded once and half away from zero, and never `-0`.
pub fn printed(score: f64) -> String {
    // Adding zero turns −0.0 into 0.0.
    format!("{}", score.round() + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn metrics_are_found_by_their_names() {
        assert_eq!(Metric::ALL.map(Metric::name), ["nps", "csat", "ces"]);
        assert!(Metric::ALL.into_iter().all(|metric| Metric::named(metric.name()) == Some(metric)));
        assert_eq!(Metric::named("stars"), None);
    }

    #[test]
    fn halves_round_away_from_zero_and_minus_zero_is_never_shown() {
        for (score, text) in [(-12.5, "-13"), (12.5, "13"), (-14.285, "-14"), (-0.4, "0"), (0.0, "0"), (100.0, "100")] {
            assert_eq!(printed(score), text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn scores_stay_in_range_and_ignore_order(
            which in 0usize..4, mut raw in prop::collection::vec(0u8..=10, 1..200)
        ) {
            let definition = Instrument::ALL[which].definition();
            raw.retain(|score| (definition.min..=definition.max).contains(score));
            let forward = score(definition, &Histogram::of(raw.clone()));
            raw.reverse();
            prop_assert_eq!(forward, score(definition, &Histogram::of(raw.clone())));
            match forward {
                None => prop_assert!(raw.is_empty()),
                Some(value) => {
                    let low = if definition.metric.unit() == Unit::Points { -100.0 } else { 0.0 };
                    prop_assert!((low..=100.0).contains(&value));
                }
            }
        }

        #[test]
        fn one_better_answer_never_lowers_a_score(which in 0usize..4, raw in prop::collection::vec(1u8..=5, 1..60)) {
            let definition = Instrument::ALL[which].definition();
            let before = score(definition, &Histogram::of(raw.clone()));
            let after = score(definition, &Histogram::of(raw.into_iter().chain([definition.best()])));
            prop_assert!(after >= before);
        }
    }
}
