//! The inbox: what a site's team notes on responses, and changes of their state.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bearing_shared::api::inbox::TAGS_LIMIT;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::Suspicion;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::responses::{ResponseFilter, StoredResponse};

/// What a site's team notes on a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// When it was first read with the comment that it has, ms since 1970 UTC; none: unread.
    pub read_at: Option<i64>,
    /// When a member last changed its state, ms since 1970 UTC.
    pub judged_at: Option<i64>,
    /// The tags, in order, each once; at most [`TAGS_LIMIT`].
    pub tags: Vec<String>,
}

impl Marks {
    /// Whether nothing is noted.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A change of marks and state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkChange {
    /// The state that a member gives; a test stays a test, and nothing becomes one.
    pub state: Option<ResponseState>,
    /// Whether it is read.
    pub read: Option<bool>,
    /// All the tags.
    pub tags: Option<Vec<String>>,
    /// Tags that are put on.
    pub add_tags: Vec<String>,
    /// Tags that are taken off, after that.
    pub remove_tags: Vec<String>,
    /// Signs that the server adds to answers that count and that no member has judged, which are quarantined for them.
    pub set_apart: Option<Suspicion>,
}

impl MarkChange {
    /// A response after the change; `None` where it would have too many tags.
    pub(crate) fn applied(&self, before: &StoredResponse, now: i64) -> Option<StoredResponse> {
        let mut after = before.clone();
        let is_judged = |state: &ResponseState| ![*state, before.state].contains(&ResponseState::Test);
        if let Some(state) = self.state.filter(is_judged).filter(|state| *state != before.state) {
            after.state = state;
            after.marks.judged_at = Some(now);
        }
        if let Some(signs) = self.set_apart
            && before.state == ResponseState::Counted
            && before.marks.judged_at.is_none()
        {
            after.suspicion = before.suspicion.and(signs);
            after.keep_apart_if(true);
        }
        if let Some(read) = self.read {
            after.marks.read_at = read.then(|| before.marks.read_at.unwrap_or(now));
        }
        let tags = self.tags.as_ref().unwrap_or(&before.marks.tags).iter().chain(&self.add_tags);
        let tags: BTreeSet<&String> = tags.filter(|tag| !self.remove_tags.contains(tag)).collect();
        after.marks.tags = tags.into_iter().cloned().collect();
        (after.marks.tags.len() <= TAGS_LIMIT).then_some(after)
    }
}

/// A response before and after a change, which may have changed nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    /// As it was.
    pub before: StoredResponse,
    /// As it is.
    pub after: StoredResponse,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Marking {
    /// For each id in order, the response; none where there is none.
    Done(Vec<Option<Marked>>),
    /// This response would have too many tags; nothing was changed.
    TooManyTags(ResponseId),
}

/// How many responses fit, each number at most the most that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// In all.
    pub count: u32,
    /// The unread among them.
    pub unread: u32,
    /// In each state, in the order of [`ResponseState::ALL`], whichever was asked for.
    pub by_state: [u32; 4],
}

/// Storage of the inbox.
#[async_trait]
pub trait InboxStore: Send + Sync {
    /// Changes the marks and the state of responses, and the cells with them, in one transaction. Nothing is told to
    /// webhooks.
    async fn mark(&self, site: &SiteId, ids: &[ResponseId], change: MarkChange, now: i64) -> Result<Marking>;

    /// Counts responses, each number up to `most`.
    async fn count_responses(&self, site: &SiteId, filter: ResponseFilter, most: u32) -> Result<Counted>;

    /// A site's tags in order, with how many responses have each; the first 1,000.
    async fn tags(&self, site: &SiteId) -> Result<Vec<(String, u64)>>;
}

/// The most tags of a site that are listed.
pub(crate) const TAGS: u32 = 1_000;

/// Tags as they stand in a response's row: none is no text.
pub(crate) fn tags_text(tags: &[String]) -> Result<Option<String>> {
    if tags.is_empty() { Ok(None) } else { crate::json::write(&tags).map(Some) }
}
