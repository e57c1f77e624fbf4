//! Ratings in SQLite: the answers of known respondents in a window of days.

use bearing_shared::id::SiteId;
use rusqlite::Connection;

use super::filter::{self, Bound};
use super::scan::bytes;
use crate::Result;
use crate::counts::generation::Counting;
use crate::counts::plan::instrument;
use crate::counts::ratings::Ratings;
use crate::counts::respondents::Respondents;
use crate::reports::{Rating, RatingQuery};

/// The ratings that a query asks for, ordered by respondent.
pub(super) fn read(
    connection: &Connection,
    site: &SiteId,
    query: RatingQuery,
    counting: &Counting,
) -> Result<Vec<Rating>> {
    let mut bound = Bound::default();
    let conditions = filter::of_ratings(&mut bound, site, query, counting);
    let sql = format!(
        "SELECT instrument, touchpoint, score, answered_at, id, customer, visitor
         FROM response INDEXED BY response_shown WHERE {}",
        conditions.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(bound.values())?;
    let (respondents, mut ratings) = (Respondents::new(), Ratings::of(counting, query.both));
    while let Some(row) = found.next()? {
        let Some(respondent) = respondents.of(bytes(row, 5)?, bytes(row, 6)?) else { continue };
        let text = |place: usize| row.get_ref(place).and_then(|value| value.as_str().map_err(Into::into));
        let moment = (row.get(3)?, row.get(4)?);
        ratings.meet(respondent, instrument(text(0)?)?, text(1)?, moment, || Ok(row.get(2)?))?;
    }
    Ok(ratings.finish(query.limit))
}
