//! Generations of counts: what the counts of a site tell apart, and which responses each generation holds.
//!
//! At every commit the cells of a generation are the sum over the responses that [`Progress::has_counted`] names (all of
//! them, once it is complete): that rule alone keeps a build exact beside any number of writers.

use std::collections::BTreeMap;

use bearing_shared::api::sites::SiteSettings;
use bearing_shared::cell::{self, Dimension, VALUES_LIMIT};
use bearing_shared::id::SiteId;
use bearing_shared::privacy::Retention;
use bearing_shared::question::is_name;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::change::Changes;
use super::days;
use crate::responses::StoredResponse;
use crate::retention::Cutoffs;
use crate::sites::{Building, CountingStatus};
use crate::webhooks::Webhook;
use crate::{Result, StoreError};

/// The learned values of a site by dimension, the first learned first.
pub(crate) type Learned = BTreeMap<String, Vec<String>>;

/// What the cells of a generation tell apart, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Config {
    /// The IANA time zone of its days.
    pub(crate) zone: String,
    /// Attributes with their values, the listed ones before the learned ones.
    pub(crate) dimensions: Vec<Dimension>,
    /// The touchpoints that surveys name.
    pub(crate) touchpoints: Vec<String>,
}

/// Cells that hold what is not told apart: (dimension, value, touchpoint if one is meant).
pub(crate) type Remainder = (String, &'static str, Option<&'static str>);

impl Config {
    /// What a site's settings, learned values and surveys ask for.
    ///
    /// # Errors
    /// The settings name no time zone that is known.
    pub(crate) fn wanted(
        site: &SiteId,
        settings: &SiteSettings,
        learned: &Learned,
        touchpoints: Vec<String>,
    ) -> Result<Self> {
        zone(&settings.time_zone, "site", "settings", site.to_string())?;
        let dimensions = declared(&settings.dimensions, learned);
        Ok(Self { zone: settings.time_zone.clone(), dimensions, touchpoints })
    }

    /// The values told apart of the dimension with this cell name (`attr.plan`); `None` when it is not declared.
    pub(crate) fn values(&self, dimension: &str) -> Option<&[String]> {
        let name = dimension.strip_prefix(cell::ATTRIBUTE)?;
        self.dimensions.iter().find(|dimension| dimension.name == name).map(|dimension| dimension.values.as_slice())
    }

    /// Tells a value of an attribute apart no longer; whether it did.
    pub(crate) fn forget(&mut self, name: &str, value: &str) -> bool {
        let Some(dimension) = self.dimensions.iter_mut().find(|dimension| dimension.name == name) else { return false };
        let before = dimension.values.len();
        dimension.values.retain(|known| known != value);
        dimension.values.len() < before
    }

    /// Where there are responses: the remainders that must be empty for the cells of this config to be already what they
    /// would be under another; `None` when no cell can tell.
    pub(crate) fn remainders(&self, wanted: &Self) -> Option<Vec<Remainder>> {
        let same_names = self.dimensions.len() == wanted.dimensions.len()
            && self.dimensions.iter().all(|known| wanted.dimensions.iter().any(|next| next.name == known.name));
        if self.zone != wanted.zone || !same_names || !is_within(&self.touchpoints, &wanted.touchpoints) {
            return None;
        }
        let mut remainders = Vec::new();
        // A name that is new tells apart what the remainder holds: nothing, or else nobody knows how much of it.
        if self.touchpoints.len() < wanted.touchpoints.len() {
            remainders.push((cell::ALL.to_owned(), "", Some(cell::OTHER)));
        }
        for next in &wanted.dimensions {
            let name = cell::attribute(&next.name);
            let values = self.values(&name).unwrap_or_default();
            if !is_within(values, &next.values) {
                return None;
            }
            if values.len() < next.values.len() {
                remainders.push((name, cell::OTHER, None));
            }
        }
        Some(remainders)
    }
}

fn is_within(part: &[String], whole: &[String]) -> bool {
    part.iter().all(|text| whole.contains(text))
}

/// The time zone of this name. Never a silent UTC: every day's count would be wrong, and nobody would see it.
fn zone(name: &str, table: &'static str, column: &'static str, row: String) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|error| StoreError::Corrupt { table, column, row, why: error.to_string() })
}

/// The declared dimensions with their listed and learned values, each dimension and each value once.
pub(crate) fn declared(listed: &[Dimension], learned: &Learned) -> Vec<Dimension> {
    let mut declared: Vec<Dimension> = Vec::with_capacity(listed.len());
    for dimension in listed {
        // No response has an attribute of another name.
        if !is_name(&dimension.name) || declared.iter().any(|earlier| earlier.name == dimension.name) {
            continue;
        }
        let mut values: Vec<String> = Vec::new();
        for value in dimension.values.iter().chain(learned.get(&dimension.name).into_iter().flatten()) {
            if values.len() < VALUES_LIMIT && !values.contains(value) {
                values.push(value.clone());
            }
        }
        declared.push(Dimension { name: dimension.name.clone(), values });
    }
    declared
}

/// How one generation counts.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    /// Its number, from 1; 0 stands for having no cells yet.
    pub(crate) number: u32,
    /// What it tells apart.
    pub(crate) config: Config,
    /// The time zone that the config names.
    pub(crate) zone: TimeZone,
}

impl Counting {
    fn new(number: u32, config: Config, site: &SiteId) -> Result<Self> {
        let zone = zone(&config.zone, "generation", "config", format!("{site} {number}"))?;
        Ok(Self { number, config, zone })
    }

    /// The touchpoint of a cell.
    pub(crate) fn touchpoint<'a>(&'a self, sent: &'a str) -> &'a str {
        cell::touchpoint(sent, self.config.touchpoints.iter().map(String::as_str))
    }

    /// The day of a moment, days since 1970-01-01.
    pub(crate) fn day_of(&self, ms: i64) -> i32 {
        days::day_of(ms, &self.zone)
    }

    /// How a site's answers are counted now; `building` is how far the next generation is, beside the answers that the
    /// cells of this one hold.
    pub(crate) fn into_status(self, building: Option<(Progress, u64)>) -> CountingStatus {
        let building = building.map(|(progress, answers)| {
            let done = u64::try_from(progress.done).unwrap_or(0);
            Building { done, total: answers.max(done) }
        });
        let Config { zone, dimensions, touchpoints } = self.config;
        CountingStatus { generation: self.number, zone, dimensions, touchpoints, building }
    }
}

/// How far a generation in the making is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// (`shown_at`, place) of the last response that a step has counted.
    pub(crate) at: (i64, i64),
    /// The last place when it began: responses behind it count as they arrive.
    pub(crate) last: i64,
    /// The responses that steps have counted.
    pub(crate) done: i64,
}

impl Progress {
    /// Whether a response is in the cells already: only then does changing or removing it change them.
    pub(crate) fn has_counted(&self, shown_at: i64, place: i64) -> bool {
        place > self.last || (shown_at, place) <= self.at
    }
}

/// The generations of a site that answers are counted in.
#[derive(Debug, Default)]
pub(crate) struct Generations {
    /// The one that reports read.
    pub(crate) current: Option<Counting>,
    /// The next one, while it is being built.
    pub(crate) building: Option<(Counting, Progress)>,
}

impl Generations {
    /// Adds a generation as it is stored.
    ///
    /// # Errors
    /// No version of Bearing writes it like this, or after those that are there.
    pub(crate) fn add(
        &mut self,
        site: &SiteId,
        number: u32,
        config: &str,
        state: &str,
        progress: Progress,
    ) -> Result<()> {
        let name = format!("{site} {number}");
        let config = crate::json::read(config, "generation", "config", &name)?;
        let counting = Counting::new(number, config, site)?;
        match state {
            "current" if self.current.is_none() => self.current = Some(counting),
            "building" if self.building.is_none() => self.building = Some((counting, progress)),
            state => {
                let why = format!("`{state}` is no state, or stands there twice");
                return Err(StoreError::Corrupt { table: "generation", column: "state", row: name, why });
            }
        }
        Ok(())
    }

    /// How the answers of a site are read now: as the current generation counts them; without one, in the time zone of
    /// the settings and with no attribute told apart. `None` when these are needed and the site is not there.
    ///
    /// # Errors
    /// The settings name no time zone that is known.
    pub(crate) fn into_current(
        self,
        site: &SiteId,
        settings: impl FnOnce() -> Result<Option<SiteSettings>>,
    ) -> Result<Option<Counting>> {
        if self.current.is_some() {
            return Ok(self.current);
        }
        let Some(settings) = settings()? else { return Ok(None) };
        let touchpoints = self.building.map(|(counting, _)| counting.config.touchpoints).unwrap_or_default();
        let config = Config { zone: settings.time_zone, dimensions: Vec::new(), touchpoints };
        Counting::new(0, config, site).map(Some)
    }

    /// How a learned value stands, before it is forgotten.
    pub(crate) fn standing(&self, settings: &SiteSettings, dimension: &str, value: &str) -> LearnedStanding {
        let declared = settings.dimensions.iter().find(|declared| declared.name == dimension);
        if declared.is_some_and(|declared| declared.values.iter().any(|listed| listed == value)) {
            return LearnedStanding::Listed;
        }
        let tells = |counting: &Counting| counting.config.values(&cell::attribute(dimension)).map(<[_]>::to_vec);
        match (self.current.as_ref().map(|current| (current.number, tells(current))), &self.building) {
            (Some((number, Some(values))), _) if values.iter().any(|told| told == value) => {
                LearnedStanding::Told(number)
            }
            (Some((_, None)), None) if declared.is_none() => LearnedStanding::Idle,
            _ => LearnedStanding::Unknown,
        }
    }

    /// The one that denominators are added to: events are counted once, in whatever time zone is counted in.
    pub(crate) fn of_events(&self) -> Option<&Counting> {
        self.current.as_ref().or(self.building.as_ref().map(|(counting, _)| counting))
    }

    /// The generations whose cells hold a response.
    pub(crate) fn that_counted(&self, shown_at: i64, place: i64) -> impl Iterator<Item = &Counting> {
        let building = self.building.as_ref().filter(|(_, progress)| progress.has_counted(shown_at, place));
        self.current.iter().chain(building.map(|(counting, _)| counting))
    }

    /// Adds a response at its place to the cells that hold it, or takes it away (`sign` −1).
    pub(crate) fn count(&self, changes: &mut Changes, site: &SiteId, response: &StoredResponse, place: i64, sign: i64) {
        for counting in self.that_counted(response.shown_at, place) {
            changes.response(site, response, counting, sign);
        }
    }
}

/// How a value that answers taught stands with what is counted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LearnedStanding {
    /// This generation tells it apart: its cells say whether any answer gives it.
    Told(u32),
    /// The owner lists it too, and so it stays told apart.
    Listed,
    /// Its dimension is not declared (any more), and nothing is counted by it.
    Idle,
    /// A generation that is still being built will tell it apart: nobody knows yet whether an answer gives it.
    Unknown,
}

/// How one site counts.
#[derive(Debug)]
pub(crate) struct SiteCounting {
    /// The generations that answers are counted in.
    pub(crate) generations: Generations,
    /// The declared dimensions as the next answer may add to them.
    pub(crate) declared: Vec<Dimension>,
    /// The webhooks that are told of its answers.
    pub(crate) webhooks: Vec<Webhook>,
    /// How long its answers are kept.
    pub(crate) retention: Retention,
}

impl SiteCounting {
    /// A later edition of a response without what the site keeps no longer of it: it brings nothing back.
    pub(crate) fn kept(&self, edition: StoredResponse, now: i64) -> StoredResponse {
        Cutoffs::of(&self.retention, now).applied(edition)
    }
}
