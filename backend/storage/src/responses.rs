//! Responses: accepted in batches, counted in the same transaction, read back one by one.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::intake::EventKind;
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::id::{ResponseId, SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::suspicion::{Suspicion, TOKEN};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::attacks::Display;
use crate::counts::edition;
use crate::inbox::Marks;

/// A response that has passed every rule and waits to be stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accept {
    /// The site.
    pub site: SiteId,
    /// The response.
    pub response: StoredResponse,
    /// The display token that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<Display>,
}

/// By what right somebody takes a response back that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Right {
    /// With a key of the site's: it may at any time.
    Site,
    /// As the browser that gave it, which shows the display token that the response has, if it has one.
    Visitor {
        /// The token that it names, good or not.
        token: Option<[u8; TOKEN]>,
    },
}

/// A respondent's wish that a response be erased, whether it has arrived or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The site.
    pub site: SiteId,
    /// The response.
    pub id: ResponseId,
    /// By what right.
    pub right: Right,
    /// Whether an id that nothing is stored under is kept from ever being stored; otherwise it is not even remembered.
    pub keeps_out: bool,
    /// When it was withdrawn, ms since 1970 UTC.
    pub at: i64,
}

/// One thing that visitors' browsers bring, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every arrival is an answer; a box each would cost more than it saves"
)]
pub enum Arrival {
    /// An answer, or a later edition of one.
    Answer(Accept),
    /// The end of one.
    Withdrawal(Withdrawal),
}

impl Arrival {
    /// The site that it is for.
    pub fn site(&self) -> &SiteId {
        match self {
            Self::Answer(accept) => &accept.site,
            Self::Withdrawal(withdrawal) => &withdrawal.site,
        }
    }

    /// The response that it is about.
    pub fn id(&self) -> ResponseId {
        match self {
            Self::Answer(accept) => accept.response.id,
            Self::Withdrawal(withdrawal) => withdrawal.id,
        }
    }
}

impl From<Accept> for Arrival {
    fn from(accept: Accept) -> Self {
        Self::Answer(accept)
    }
}

/// A response as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// Its id, unique within the site.
    pub id: ResponseId,
    /// Its edition.
    pub seq: u32,
    /// The survey.
    pub survey: SurveyId,
    /// The version that was answered.
    pub version: u32,
    /// The instrument it was scored on.
    pub instrument: Instrument,
    /// The touchpoint as sent; empty without one.
    pub touchpoint: String,
    /// The score.
    pub score: u8,
    /// Whether the respondent finished.
    pub completed: bool,
    /// Whether it is in the score.
    pub state: ResponseState,
    /// How sure the customer is.
    pub identity: Identity,
    /// The browser's random id.
    pub visitor: Option<String>,
    /// The site's id of its customer.
    pub customer: Option<String>,
    /// The answers.
    pub answers: Vec<Answer>,
    /// The attributes when it was given.
    pub attributes: BTreeMap<String, String>,
    /// Where it was given.
    pub context: Context,
    /// When the survey was shown, ms since 1970 UTC: the day and week that it counts in follow from it.
    pub shown_at: i64,
    /// When it was answered, ms since 1970 UTC.
    pub answered_at: i64,
    /// When the server first had it, ms since 1970 UTC; never before `shown_at`, which lists rely on.
    pub received_at: i64,
    /// How it came: `embed`, `hosted`, `server` or `sample`.
    pub source: String,
    /// What makes it suspicious.
    #[serde(default, skip_serializing_if = "Suspicion::is_none")]
    pub suspicion: Suspicion,
    /// What the site's team notes on it; none of it comes with an answer.
    #[serde(default, skip_serializing_if = "Marks::is_none")]
    pub marks: Marks,
}

impl StoredResponse {
    /// Keeps it outside the score, where that is asked for, it counts, and there are signs enough.
    pub fn keep_apart_if(&mut self, guarded: bool) {
        if guarded && self.state == ResponseState::Counted && self.suspicion.is_enough() {
            self.state = ResponseState::Quarantined;
        }
    }

    /// Whether a visitor's browser sent it, which may be anybody's.
    pub(crate) fn is_from_visitor(&self) -> bool {
        edition::is_visitors(&self.source)
    }

    /// The free texts of the answers, one a line; `None` when there is none.
    pub fn comment(&self) -> Option<String> {
        let texts: Vec<&str> = self.answers.iter().filter_map(|answer| answer.text.as_deref()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }
}

/// What became of one accepted response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// New.
    Stored,
    /// New, and not in the state that was sent: its display token had come with another response.
    StoredApart,
    /// A higher `seq` replaced what was there; the time of showing stays as it was.
    Updated,
    /// The same, but the response keeps the state that a member gave it, unlike what was sent.
    UpdatedAsJudged,
    /// This `seq` or a higher one was there; nothing changed.
    Duplicate,
    /// The id was erased and cannot come back; nothing changed.
    Erased,
    /// The response is gone, from the counts too, and cannot come back; said again each time it is withdrawn.
    Withdrawn,
    /// Nothing is stored under the id that was withdrawn, and it is not kept out; nothing changed.
    Unknown,
    /// The id belongs to a response to another survey; nothing changed.
    Mismatch,
    /// The response is there, and whoever sent this has no right to change it or to take it back; nothing changed.
    NotTheirs,
    /// The site is not there (any more), or the engine refused this row alone; nothing changed. The log says why.
    Failed,
    /// The site is locked by somebody for too long; nothing changed, and a later try may succeed.
    Unwritable,
}

/// Events of one kind to add to the denominators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCount {
    /// The site.
    pub site: SiteId,
    /// What happened.
    pub kind: EventKind,
    /// The survey.
    pub survey: SurveyId,
    /// Its version.
    pub version: u32,
    /// Its instrument.
    pub instrument: Instrument,
    /// The touchpoint as sent; empty without one.
    pub touchpoint: String,
    /// When it happened, ms since 1970 UTC; it is added to the day of the time zone that is counted in when it comes.
    pub at: i64,
    /// The device as sent.
    pub device: Option<String>,
    /// The locale as sent.
    pub locale: Option<String>,
    /// The attributes as sent.
    pub attributes: BTreeMap<String, String>,
    /// How often it happened.
    pub count: u32,
}

/// Where a page of a list goes on: behind this response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the last one was received, ms since 1970 UTC.
    pub received_at: i64,
    /// Its id.
    pub id: ResponseId,
}

/// Which responses to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseFilter {
    /// Only this survey.
    pub survey: Option<SurveyId>,
    /// Only this touchpoint; `(other)` is every one that no survey names.
    pub touchpoint: Option<String>,
    /// Shown from this day on, days since 1970-01-01 in the time zone that is counted in now.
    pub from_day: Option<i32>,
    /// Shown up to and including this day.
    pub to_day: Option<i32>,
    /// From this score on.
    pub score_min: Option<u8>,
    /// Up to and including this score.
    pub score_max: Option<u8>,
    /// Only with, or only without, a comment.
    pub has_comment: Option<bool>,
    /// Only with this text in a comment, whatever the case of the letters.
    pub text: Option<String>,
    /// Only with these attribute values; `(other)` is every value that the attribute's dimension does not tell apart.
    pub attributes: Vec<(String, String)>,
    /// Only in these states.
    pub state: States,
    /// Only of this customer.
    pub customer: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only what the team has read, or has not.
    pub read: Option<bool>,
}

/// States that a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum States {
    /// This one.
    Only(ResponseState),
    /// Whatever the state.
    All,
}

impl States {
    /// The name of the one state; `None` for all.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Only(state) => Some(state.name()),
            Self::All => None,
        }
    }
}

impl Default for States {
    fn default() -> Self {
        Self::Only(ResponseState::default())
    }
}

/// Storage of responses and denominators.
#[async_trait]
pub trait ResponseStore: Send + Sync {
    /// Stores and erases responses with their cells in one transaction and one flush; an outcome each, in order. When it
    /// returns `Ok`, what is `Stored`, `Updated` or `Withdrawn` survives a crash.
    ///
    /// Counted responses of source `server` and those of verified customers teach the site's dimensions values that
    /// they do not list, up to [`bearing_shared::cell::VALUES_LIMIT`] values a dimension.
    async fn take_in(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>>;

    /// Stores responses as [`Self::take_in`] does.
    async fn accept(&self, batch: Vec<Accept>) -> Result<Vec<Outcome>> {
        self.take_in(batch.into_iter().map(Arrival::from).collect()).await
    }

    /// Adds events to the denominators; those of a site that is not there are dropped. Whether each was counted, or
    /// dropped: what is not, for its site is locked by somebody for too long, may be counted later.
    async fn count_events(&self, batch: Vec<EventCount>) -> Result<Vec<bool>>;

    /// One response of a site.
    async fn response(&self, site: &SiteId, id: ResponseId) -> Result<Option<StoredResponse>>;

    /// Responses of a site, newest first.
    async fn responses(
        &self,
        site: &SiteId,
        filter: ResponseFilter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<StoredResponse>>;

    /// Removes a response, uncounts it and keeps it from coming back. False when there is no such response.
    async fn delete_response(&self, site: &SiteId, id: ResponseId, now: i64) -> Result<bool>;

    /// Removes every response of a customer as [`Self::delete_response`] does, some hundreds in a transaction; how many
    /// there were. After a fault some may be gone already; a second call removes the rest.
    async fn erase_customer(&self, site: &SiteId, customer: &str, now: i64) -> Result<u64>;
}
