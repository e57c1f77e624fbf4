//! Retention: what has been kept long enough goes, and what an engine still holds of erased rows is overwritten.

use async_trait::async_trait;
use bearing_shared::answer::Context;
use bearing_shared::api::responses::Identity;
use bearing_shared::id::SiteId;
use bearing_shared::privacy::Retention;

use crate::Result;
use crate::responses::StoredResponse;

/// Ms of a day.
const DAY: i64 = 24 * 3_600_000;

/// How long the id of a response that went with its age is kept from coming back, in ms: 30 days. A browser brings an
/// answer for 8 days; what was erased by somebody's wish is kept out as long as the site is there.
pub const KEPT_OUT: i64 = 30 * DAY;

/// The moments before which what was received is kept no longer, ms since 1970 UTC; none: it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cutoffs {
    /// Whole answers.
    pub answers: Option<i64>,
    /// What respondents wrote.
    pub comments: Option<i64>,
    /// Who answered.
    pub identity: Option<i64>,
}

impl Cutoffs {
    /// What a site's periods say at `now`, ms since 1970 UTC.
    pub fn of(retention: &Retention, now: i64) -> Self {
        let cutoff = |days: Option<u32>| days.map(|days| now - i64::from(days) * DAY);
        Self {
            answers: cutoff(retention.answers_days),
            comments: cutoff(retention.comments_days),
            identity: cutoff(retention.identity_days),
        }
    }

    /// Whether everything is kept.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// A response without what is kept no longer of it. Whether all of it is too old is not asked.
    pub(crate) fn applied(&self, mut response: StoredResponse) -> StoredResponse {
        let is_over = |cutoff: Option<i64>| cutoff.is_some_and(|cutoff| response.received_at < cutoff);
        let (comments, identity) = (is_over(self.comments), is_over(self.identity));
        if comments {
            response.answers.retain(|answer| answer.text.is_none());
        }
        if identity {
            (response.visitor, response.customer, response.identity) = (None, None, Identity::Anonymous);
            let Context { locale, device, .. } = response.context;
            response.context = Context { locale, device, ..Context::default() };
        }
        response
    }
}

/// Whether a response, as an edition that came at `at` (ms since 1970 UTC) left it, says who gave it behind a moment up to
/// which identities may have been looked for: with a period that has been made longer since.
pub(crate) fn is_named_late(response: &StoredResponse, at: i64) -> bool {
    let Context { url, referrer, title, .. } = &response.context;
    // No period is shorter than a day, and nearly every edition comes within minutes.
    at - response.received_at >= DAY
        && [&response.visitor, &response.customer, url, referrer, title].into_iter().any(Option::is_some)
}

/// Of how many responses something went, or would go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// All of it.
    pub answers: u64,
    /// The comment.
    pub comments: u64,
    /// Who gave it.
    pub identities: u64,
}

/// A step of a site's retention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpiryStep {
    /// What went.
    pub expired: Expired,
    /// Whether more is to go, or may be.
    pub has_more: bool,
}

/// What is left in place of a response that is erased.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Burial {
    /// When it was erased, ms since 1970 UTC.
    pub(crate) at: i64,
    /// Until when its id is kept from coming back; none: as long as the site is there.
    pub(crate) until: Option<i64>,
}

impl Burial {
    /// By somebody's wish.
    pub(crate) fn wished(at: i64) -> Self {
        Self { at, until: None }
    }

    /// By its age.
    pub(crate) fn aged(at: i64) -> Self {
        Self { at, until: Some(at + KEPT_OUT) }
    }
}

/// Storage that forgets.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// Takes one step of what is to go from a site: at most `limit` responses are erased as
    /// [`crate::ResponseStore::delete_response`] does, else at most `limit` comments go, else at most `limit` responses are
    /// looked at for who gave them. A later edition brings nothing of that back. Several processes may step at once.
    async fn expire(&self, site: &SiteId, cutoffs: Cutoffs, limit: u32, now: i64) -> Result<ExpiryStep>;

    /// Of how many responses of a site something would go with these cutoffs, each number up to `most`; for identities it is
    /// the number of responses that old and not looked at yet.
    async fn count_expired(&self, site: &SiteId, cutoffs: Cutoffs, most: u32) -> Result<Expired>;

    /// Lets ids come again that were kept out until a moment before `now`, at most `limit`; how many.
    async fn forget_tombstones(&self, now: i64, limit: u32) -> Result<u32>;

    /// Overwrites what the engine's own log holds of rows that were erased; false while somebody still reads from it, and a
    /// later try may succeed. Where the engine looks after its log by itself, there is nothing to do.
    async fn scrub(&self) -> Result<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_so_many_days_after_an_answer_came() {
        let retention = Retention { comments_days: Some(2), ..Retention::default() };
        let cutoffs = Cutoffs::of(&retention, 5 * DAY);
        assert_eq!(cutoffs, Cutoffs { comments: Some(3 * DAY), ..Cutoffs::default() });
        assert!(Cutoffs::of(&Retention::default(), 5 * DAY).is_none() && !cutoffs.is_none());
    }
}
