//! Ratings: the last score of each known respondent per instrument and touchpoint.

use std::cmp::Reverse;

use bearing_shared::id::SiteId;
use bearing_shared::instrument::Instrument;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::cells::instrument;
use super::filter::{self, Bound};
use super::generations::Counting;
use super::respondents::{Last, Moment, Respondent, Respondents};
use super::sums::Names;
use crate::Result;
use crate::reports::Rating;

/// A rating's key and what it holds.
type Found = ((Respondent, Instrument, u32), (Moment, u8));

/// The ratings of a window of days, the newest `limit` of them, ordered by respondent.
pub(super) fn read(
    connection: &Connection,
    site: &SiteId,
    days: (Option<i32>, Option<i32>),
    limit: u32,
    counting: &Counting,
) -> Result<Vec<Rating>> {
    let mut bound = Bound::default();
    let mut conditions = filter::of_days(&mut bound, site, days, counting);
    conditions.push("(customer IS NOT NULL OR visitor IS NOT NULL)".into());
    let sql = format!(
        "SELECT instrument, touchpoint, score, answered_at, id, customer, visitor
         FROM response INDEXED BY response_shown WHERE {}",
        conditions.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(bound.values())?;
    let (respondents, mut touchpoints, mut last) = (Respondents::new(), Names::default(), Last::new());
    while let Some(row) = found.next()? {
        let Some(respondent) = respondents.of(row.get_ref(5)?, row.get_ref(6)?) else { continue };
        let text = |place: usize| row.get_ref(place).and_then(|value| value.as_str().map_err(Into::into));
        let key = (respondent, instrument(text(0)?)?, touchpoints.number(counting.touchpoint(text(1)?)));
        last.keep(key, (row.get(3)?, row.get(4)?), || Ok(row.get(2)?))?;
    }
    let mut newest: Vec<Found> = last.into_kept().collect();
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
    Ok(ratings)
}
