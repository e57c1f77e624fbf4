//! Instruments: a metric together with the scale it was asked on; nothing is pooled across two of them.

use serde::{Deserialize, Serialize};

use crate::metric::{self, Group, Metric};

/// Which way a raw score improves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// A larger raw score is the better one.
    HigherIsBetter,
    /// A smaller raw score is the better one (effort, CES 1.0).
    LowerIsBetter,
}

/// The scores of one group, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The group's name.
    pub group: Group,
    /// The lowest raw score in it.
    pub low: u8,
    /// The highest raw score in it.
    pub high: u8,
}

/// What makes an instrument: its scale, its direction and its cut points.
#[derive(Debug)]
pub struct Definition {
    /// The metric this instrument measures.
    pub metric: Metric,
    /// The lowest score that can be given.
    pub min: u8,
    /// The highest score that can be given.
    pub max: u8,
    /// Which end of the scale is the good one.
    pub orientation: Orientation,
    /// Favourable, neutral, unfavourable: in this order, covering the scale without a gap.
    pub bands: [Band; 3],
}

impl Definition {
    /// The group that a score belongs to; `None` outside the scale.
    pub fn group(&self, score: u8) -> Option<Group> {
        self.bands.iter().find(|band| (band.low..=band.high).contains(&score)).map(|band| band.group)
    }

    /// The best score that can be given: the `top box`.
    pub fn best(&self) -> u8 {
        match self.orientation {
            Orientation::HigherIsBetter => self.max,
            Orientation::LowerIsBetter => self.min,
        }
    }
}

/// The named instruments. A stored survey names one, and so does every counted answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// Net Promoter Score, 0 to 10.
    Nps,
    /// Customer satisfaction, 1 to 5.
    Csat,
    /// Customer Effort Score 1.0: effort, 1 to 5, lower is better.
    Ces1,
    /// Customer Effort Score 2.0: "made it easy", 1 to 7, higher is better.
    Ces2,
}

impl Instrument {
    /// Every instrument.
    pub const ALL: [Self; 4] = [Self::Nps, Self::Csat, Self::Ces1, Self::Ces2];

    /// The instrument's scale, direction and cut points.
    pub fn definition(self) -> &'static Definition {
        match self {
            Self::Nps => &metric::nps::NPS,
            Self::Csat => &metric::csat::CSAT,
            Self::Ces1 => &metric::ces::CES1,
            Self::Ces2 => &metric::ces::CES2,
        }
    }

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Csat => "csat",
            Self::Ces1 => "ces1",
            Self::Ces2 => "ces2",
        }
    }

    /// The instrument of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|instrument| instrument.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_every_scale_once() {
        for instrument in Instrument::ALL {
            let definition = instrument.definition();
            for score in 0..=12 {
                let holders = definition.bands.iter().filter(|band| (band.low..=band.high).contains(&score)).count();
                let expected = usize::from((definition.min..=definition.max).contains(&score));
                assert_eq!(holders, expected, "{} {score}", instrument.name());
            }
            assert_eq!(definition.group(definition.best()), Some(definition.bands[0].group));
            assert_eq!(Instrument::named(instrument.name()), Some(instrument));
        }
    }
}
