//! What cells should hold, and how what they hold differs from it.

use std::collections::HashMap;

use bearing_shared::cell;
use bearing_shared::id::SiteId;

use super::change::{Change, Changes, DAY, WEEK};
use crate::upkeep::CheckReport;

/// The most problems that are listed: a broken table has as many as rows.
pub(crate) const PROBLEMS: usize = 20;

/// What cells should hold, by their keys as text (which also name them in a problem): site, generation, grain, dimension,
/// value, period, instrument, survey and touchpoint, parted by ` | `.
#[derive(Default)]
pub(crate) struct Expected(HashMap<String, Change>);

impl Expected {
    /// Adds what a site's answers say.
    pub(crate) fn add(&mut self, site: &SiteId, changes: Changes) {
        for (key, change) in changes.into_cells() {
            for (grain, period) in [(DAY, key.day), (WEEK, cell::week_of(key.day))] {
                let name = format!(
                    "{site} | {} | {grain} | {} | {} | {period} | {} | {} | {}",
                    key.generation, key.dimension, key.value, key.instrument, key.survey, key.touchpoint
                );
                self.0.entry(name).or_default().add_answers(&change);
            }
        }
    }

    /// Compares a cell with what it should hold.
    pub(crate) fn compare(&mut self, name: &str, held: &Change, report: &mut CheckReport) {
        report.cells += 1;
        let wanted = self.0.remove(name).unwrap_or_default();
        if wanted != *held && report.problems.len() < PROBLEMS {
            report.problems.push(format!("cell {name} holds {} and should hold {}", said(held), said(&wanted)));
        }
    }

    /// Reports the cells that should be there and have not been compared.
    pub(crate) fn finish(self, report: &mut CheckReport) {
        let missing = self.0.into_iter().filter(|(_, change)| *change != Change::default());
        let room = PROBLEMS.saturating_sub(report.problems.len());
        report
            .problems
            .extend(missing.take(room).map(|(name, change)| format!("cell {name} is missing {}", said(&change))));
    }
}

fn said(change: &Change) -> String {
    format!("{:?} with {} completed", change.scores, change.completed)
}
