//! Ratings in PostgreSQL: the answers of known respondents in a window of days.

use bearing_shared::id::SiteId;

use super::filter::{self, Bound};
use super::rows;
use super::scan::bytes;
use super::session::Session;
use crate::Result;
use crate::counts::generation::Counting;
use crate::counts::plan::instrument;
use crate::counts::ratings::Ratings;
use crate::counts::respondents::Respondents;
use crate::reports::{Rating, RatingQuery};

/// The ratings that a query asks for, ordered by respondent.
pub(super) async fn read(
    session: &Session,
    site: &SiteId,
    query: RatingQuery,
    counting: &Counting,
) -> Result<Vec<Rating>> {
    let mut bound = Bound::default();
    let conditions = filter::of_ratings(&mut bound, site, query, counting);
    let sql = format!(
        "SELECT id, instrument, touchpoint, score, answered_at, customer, visitor FROM response WHERE {}",
        conditions.join(" AND ")
    );
    let mut found = session.stream(&sql, bound.values()).await?;
    let (respondents, mut ratings) = (Respondents::new(), Ratings::of(counting, query.both));
    while let Some(row) = found.next().await? {
        let Some(respondent) = respondents.of(bytes(&row, 5)?, bytes(&row, 6)?) else { continue };
        let moment = (row.try_get(4)?, rows::response_id(&row)?.0);
        let score = || rows::small(row.try_get::<_, i16>(3)?.into(), "response", "score", site.as_str());
        ratings.meet(respondent, instrument(row.try_get(1)?)?, row.try_get(2)?, moment, score)?;
    }
    Ok(ratings.finish(query.limit))
}
