//! Ratings: the last score of each known respondent per instrument and touchpoint.

use std::cmp::Reverse;

use bearing_shared::instrument::Instrument;
use rustc_hash::FxHashMap;

use super::generation::Counting;
use super::respondents::{Last, Moment, Respondent};
use super::sums::Names;
use crate::Result;
use crate::reports::Rating;

/// A rating's key and what it holds.
type Found = ((Respondent, Instrument, u32), (Moment, u8));

/// The last ratings so far.
pub(crate) struct Ratings<'a> {
    counting: &'a Counting,
    both: [Instrument; 2],
    touchpoints: Names,
    last: Last<(Respondent, Instrument, u32), u8>,
}

impl<'a> Ratings<'a> {
    /// None yet, of respondents who rated by `both`.
    pub(crate) fn of(counting: &'a Counting, both: [Instrument; 2]) -> Self {
        Self { counting, both, touchpoints: Names::default(), last: Last::new() }
    }

    /// Meets an answer.
    pub(crate) fn meet(
        &mut self,
        respondent: Respondent,
        instrument: Instrument,
        touchpoint: &str,
        moment: Moment,
        score: impl FnOnce() -> Result<u8>,
    ) -> Result<()> {
        let touchpoint = self.touchpoints.number(self.counting.touchpoint(touchpoint));
        self.last.keep((respondent, instrument, touchpoint), moment, score)
    }

    /// The newest `limit` of them, ordered by respondent.
    pub(crate) fn finish(self, limit: u32) -> Vec<Rating> {
        let Self { both, touchpoints, last, .. } = self;
        let mut newest: Vec<Found> = last.into_kept().collect();
        // Most came once, and rated by one of the two. They are left out before anything is put in order.
        let mut rated: FxHashMap<Respondent, [bool; 2]> = FxHashMap::default();
        for ((respondent, instrument, _), _) in &newest {
            let rated = rated.entry(*respondent).or_default();
            rated.iter_mut().zip(both).for_each(|(rated, by)| *rated |= *instrument == by);
        }
        newest.retain(|((respondent, ..), _)| rated.get(respondent) == Some(&[true; 2]));
        let limit = limit as usize;
        if newest.len() > limit {
            newest.select_nth_unstable_by_key(limit, |found| Reverse(found.1.0));
            newest.truncate(limit);
        }
        newest.sort_unstable_by_key(|found| Reverse(found.1.0));
        let mut numbers: FxHashMap<Respondent, u32> = FxHashMap::default();
        let mut ratings: Vec<Rating> = newest
            .into_iter()
            .map(|((respondent, instrument, touchpoint), (_, score))| {
                let next = numbers.len() as u32;
                let respondent = *numbers.entry(respondent).or_insert(next);
                Rating { respondent, instrument, touchpoint: touchpoints.text(touchpoint).to_owned(), score }
            })
            .collect();
        let key = |rating: &Rating| (rating.respondent, rating.instrument);
        ratings.sort_unstable_by(|left, right| {
            key(left).cmp(&key(right)).then_with(|| left.touchpoint.cmp(&right.touchpoint))
        });
        ratings
    }
}
