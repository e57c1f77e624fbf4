//! Intake: from bytes that a stranger sent to an answer that is on disk.
//!
//! `parse` reads the bytes, `judge` applies the survey's rules, [`batch`] flushes many answers at once: into the store,
//! or into the replicated [`log`] before it. Nothing here answers before one of the two has.

pub mod batch;
mod judge;
pub mod log;
mod parse;
pub(crate) mod parsers;
mod sinks;
mod waiting;

pub(crate) use parse::check_depth;
pub use waiting::Waiting;

use std::sync::Arc;

use bearing_shared::answer::Submission;
use bearing_shared::api::error::ErrorDetail;
use bearing_shared::api::intake::{EventIn, EventKind, IntakeReply, ItemResult, ItemStatus};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::SurveyId;
use bearing_storage::{Arrival, EventCount, Outcome, Result, Store};

use crate::admission::Reason;
use crate::app::App;
use crate::directory::SiteView;
use crate::error::{ApiError, ApiResult};
use crate::live::Hub;
use crate::metrics::{By, Metrics};
use crate::strangers::display::{self, Issued};
use crate::strangers::guard::Guard;
use crate::strangers::{Sender, What};
use batch::{Batcher, Refused, Sink};
use log::Log;
use sinks::{Events, Logged, Responses};

/// The most bytes of one embed request.
pub const REQUEST_LIMIT: usize = 64 * 1024;

/// The way in.
pub struct Intake {
    responses: Batcher<Arrival, Outcome>,
    events: Batcher<EventCount, bool>,
}

/// How a response came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From a tag on somebody's page.
    Embed,
    /// From the hosted form.
    Hosted,
    /// From the site's own server, with a key.
    Server,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Embed => "embed",
            Self::Hosted => "hosted",
            Self::Server => "server",
        }
    }

    /// The most responses or events of one request.
    fn items_limit(self) -> usize {
        match self {
            Self::Embed | Self::Hosted => 50,
            Self::Server => 1_000,
        }
    }

    /// Whether an unknown field is a fault: old pages outlive new servers, a site's server is written today.
    fn is_strict(self) -> bool {
        self == Self::Server
    }
}

/// What came in one request: the items' outcomes, and whether it was one object alone.
pub struct Taken {
    /// One object, not an array.
    pub alone: bool,
    /// An outcome each, in the order sent.
    pub results: Vec<(Option<String>, std::result::Result<Outcome, Fault>)>,
}

impl Intake {
    /// Starts the batchers on the current runtime, and with a log what applies it.
    pub fn start(store: Arc<dyn Store>, metrics: Arc<Metrics>, live: Arc<Hub>, log: Option<&Arc<Log>>) -> Self {
        let Some(log) = log else {
            return Self {
                responses: Batcher::start(Responses(Arc::clone(&store), metrics, live)),
                events: Batcher::start(Events(store)),
            };
        };
        log::apply::start(log, &store, &metrics, &live);
        Self {
            responses: Batcher::start(Logged(Arc::clone(log), Arc::clone(&metrics))),
            events: Batcher::start(Logged(Arc::clone(log), metrics)),
        }
    }

    /// What waits for the store.
    pub fn waiting(&self) -> Arc<Waiting> {
        self.responses.waiting()
    }

    /// Takes a request body of one response or an array of them.
    ///
    /// # Errors
    /// What is wrong with the request as a whole; a fault of one item is in its result.
    pub async fn take(&self, app: &App, view: &Arc<SiteView>, body: &[u8], from: (Source, Sender)) -> ApiResult<Taken> {
        Self::take_by(app, view, body, from, |arrivals| self.responses.put(arrivals)).await
    }

    /// Takes a request body as [`Self::take`] does and shares its flush with no other request: what sharing saves is
    /// measured against it.
    ///
    /// # Errors
    /// What is wrong with the request as a whole; a fault of one item is in its result.
    pub async fn take_unshared(app: &App, view: &Arc<SiteView>, body: &[u8]) -> ApiResult<Taken> {
        let sink = Responses(Arc::clone(&app.store), Arc::clone(&app.metrics), Arc::clone(&app.live));
        let put = |arrivals| async move { sink.flush(arrivals).await.map_err(Refused::Store) };
        Self::take_by(app, view, body, (Source::Embed, Sender::default()), put).await
    }

    async fn take_by<Stored>(
        app: &App,
        view: &Arc<SiteView>,
        body: &[u8],
        (source, sender): (Source, Sender),
        put: impl FnOnce(Vec<Arrival>) -> Stored,
    ) -> ApiResult<Taken>
    where
        Stored: Future<Output = std::result::Result<Vec<Outcome>, Refused>>,
    {
        let parse::Parsed { alone, items } = parse::items::<Submission>(body, source)?;
        // One is taken at the door.
        take_more(app, What::Answers, view, sender, items.len())?;
        let (ids, submissions): (Vec<_>, Vec<_>) = items.into_iter().map(|item| (item.id, item.value)).unzip();
        let outcomes = Self::store_all(app, view, submissions, (source, sender), put).await?;
        Ok(Taken { alone, results: ids.into_iter().zip(outcomes).collect() })
    }

    /// Takes one response that has been read already.
    ///
    /// # Errors
    /// The fault of the response, or why it could not be stored.
    pub async fn take_one(
        &self,
        app: &App,
        view: &Arc<SiteView>,
        sent: Submission,
        from: (Source, Sender),
    ) -> ApiResult<Outcome> {
        let put = |arrivals| self.responses.put(arrivals);
        let outcome = Self::store_all(app, view, vec![Ok(sent)], from, put).await?.pop();
        outcome.unwrap_or_else(|| Err(unstored())).map_err(ApiError)
    }

    /// Judges submissions and stores what is left of them by `put`; a result each.
    async fn store_all<Stored>(
        app: &App,
        view: &Arc<SiteView>,
        submissions: Vec<std::result::Result<Submission, Fault>>,
        (source, sender): (Source, Sender),
        put: impl FnOnce(Vec<Arrival>) -> Stored,
    ) -> ApiResult<Vec<std::result::Result<Outcome, Fault>>>
    where
        Stored: Future<Output = std::result::Result<Vec<Outcome>, Refused>>,
    {
        let now = app.clock.now();
        let mut results = Vec::with_capacity(submissions.len());
        let mut arrivals = Vec::with_capacity(submissions.len());
        let mut view = Arc::clone(view);
        let mut guard = Guard::new(&view, sender, now);
        for sent in submissions {
            let judged = match sent {
                Ok(sent) => match judge::arrival(&sent, &view, now, source, &sender) {
                    // It may have been published a moment ago by another process.
                    Err(fault) if judge::may_be_stale(&fault) => {
                        let again = match app.directory.newer(&view).await? {
                            Some(newer) => {
                                view = newer;
                                judge::arrival(&sent, &view, now, source, &sender)
                            }
                            None => Err(fault),
                        };
                        match again {
                            Err(fault) => Err(unpublished(app, &view, &sent, fault).await?),
                            judged => judged,
                        }
                    }
                    judged => judged,
                },
                Err(fault) => Err(fault),
            };
            results.push(judged.map(|mut arrival| {
                if let Arrival::Answer(accept) = &mut arrival
                    && source != Source::Server
                {
                    guard.look(app, accept, now);
                }
                arrivals.push(arrival);
            }));
        }
        match source {
            Source::Embed => app.admission.charge(arrivals.len()),
            Source::Hosted if !arrivals.is_empty() && !app.admission.takes_form() => {
                app.metrics.refused(Reason::Rate);
                return Err(refused(Refused::Full));
            }
            Source::Hosted | Source::Server => {}
        }
        let outcomes = match arrivals.is_empty() {
            true => Vec::new(),
            false => put(arrivals).await.map_err(refused)?,
        };
        // The whole request comes again: what is stored counts once.
        if outcomes.contains(&Outcome::Unwritable) {
            return Err(locked());
        }
        guard.finish(app, &view, now).await;
        let mut outcomes = outcomes.into_iter();
        let results = results.into_iter().map(|judged| {
            judged.and_then(|()| match outcomes.next() {
                Some(Outcome::Erased) => Err(Fault::at(Code::ERASED, "id", Code::ERASED.meaning)),
                Some(Outcome::Mismatch) => {
                    let message = "This id belongs to a response to another survey; make a new id for each response.";
                    Err(Fault::at(Code::INVALID_ID, "id", message))
                }
                Some(Outcome::NotTheirs) => Err(Fault::at(Code::NOT_YOURS, "id", Code::NOT_YOURS.meaning)),
                Some(Outcome::Unknown) => {
                    let message = "No response has this id, and it was not made in the last 8 days.";
                    Err(Fault::at(Code::INVALID_ID, "id", message))
                }
                Some(Outcome::Failed) | None => Err(unstored()),
                Some(outcome) => Ok(outcome),
            })
        });
        Ok(results.inspect(|result| count(&app.metrics, result)).collect())
    }

    /// Takes a request body of events; the faulty ones are left out, since a count is not worth a refusal. The display token
    /// of the first that was shown.
    ///
    /// # Errors
    /// What is wrong with the request as a whole.
    pub async fn take_events(
        &self,
        app: &App,
        view: &Arc<SiteView>,
        body: &[u8],
        sender: Sender,
    ) -> ApiResult<Option<Issued>> {
        let now = app.clock.now();
        let mut counts = Vec::new();
        let items = parse::items::<EventIn>(body, Source::Embed)?.items;
        take_more(app, What::Events, view, sender, items.len())?;
        for item in items {
            match item.value.and_then(|event| judge::event(event, view, now)) {
                Ok(event) => {
                    let kind = match event.kind {
                        EventKind::Eligible => "eligible",
                        EventKind::Shown => "shown",
                        EventKind::Started => "started",
                        EventKind::Dismissed => "dismissed",
                    };
                    app.metrics.events.get_or_create(&By { kind }).inc();
                    counts.push(event);
                }
                Err(fault) => {
                    app.metrics.events.get_or_create(&By { kind: "refused" }).inc();
                    tracing::debug!(code = fault.code.name, "an event was left out");
                }
            }
        }
        let shown = counts.iter().find(|event| event.kind == EventKind::Shown);
        let issued = shown
            .and_then(|event| display::issue(&view.site, event.survey.as_str(), now, app.strangers.work(view, now)));
        // All are one site's: where one could not be counted none was, and they may come again.
        if !counts.is_empty() && self.events.put(counts).await.map_err(refused)?.contains(&false) {
            return Err(locked());
        }
        Ok(issued)
    }
}

/// Takes what a request brings beside the first of it from what its network and its site may have.
///
/// # Errors
/// `rate_limited`: nothing of it is taken in.
fn take_more(app: &App, what: What, view: &SiteView, sender: Sender, items: usize) -> ApiResult<()> {
    let Some(network) = sender.network else { return Ok(()) };
    app.strangers.rates.take(what, network, view.site.id.as_str(), items.saturating_sub(1)).map_err(|_| {
        app.metrics.refused(Reason::Stranger);
        ApiError(Fault::new(Code::RATE_LIMITED, Code::RATE_LIMITED.meaning))
    })
}

/// Reads a body as [`Intake::take`] does and goes no further; the id of its first item.
///
/// # Errors
/// What is wrong with the body.
pub fn only_read(body: &[u8]) -> std::result::Result<Option<String>, Fault> {
    let first = parse::items::<Submission>(body, Source::Embed)?.items.into_iter().next();
    first.map_or(Ok(None), |item| item.value.map(|_| item.id))
}

/// What was taken, on the wire: an outcome each, or the fault of one object alone.
///
/// # Errors
/// The fault of one object that was sent alone.
pub fn reply(taken: Taken) -> ApiResult<IntakeReply> {
    match taken.results.first() {
        Some((_, Err(fault))) if taken.alone => Err(ApiError(fault.clone())),
        _ => Ok(IntakeReply { results: taken.results.into_iter().map(item_result).collect() }),
    }
}

fn item_result((id, result): (Option<String>, std::result::Result<Outcome, Fault>)) -> ItemResult {
    let (status, error) = match result {
        Ok(Outcome::Stored | Outcome::StoredApart) => (ItemStatus::Stored, None),
        Ok(Outcome::Updated | Outcome::UpdatedAsJudged) => (ItemStatus::Updated, None),
        Ok(Outcome::Withdrawn) => (ItemStatus::Withdrawn, None),
        Ok(_) => (ItemStatus::Duplicate, None),
        Err(fault) => (ItemStatus::Rejected, Some(ErrorDetail::from(fault))),
    };
    ItemResult { id, status, error }
}

/// A survey that the site has and never published is told apart from one that it does not have.
async fn unpublished(app: &App, view: &SiteView, sent: &Submission, fault: Fault) -> Result<Fault> {
    let draft = fault.code == Code::UNKNOWN_SURVEY
        && app.store.survey(&view.site.id, &SurveyId::from(sent.survey.as_str())).await?.is_some();
    Ok(match draft {
        true => Fault::at(Code::UNPUBLISHED_VERSION, "version", Code::UNPUBLISHED_VERSION.meaning),
        false => fault,
    })
}

fn unstored() -> Fault {
    Fault::new(Code::INTERNAL, Code::INTERNAL.meaning)
}

/// The site is locked by somebody for too long.
fn locked() -> ApiError {
    ApiError(Fault::new(Code::STORAGE_UNAVAILABLE, Code::STORAGE_UNAVAILABLE.meaning))
}

fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::Full => ApiError(Fault::new(Code::OVERLOADED, Code::OVERLOADED.meaning)),
        Refused::Closed => ApiError(Fault::new(Code::SHUTTING_DOWN, Code::SHUTTING_DOWN.meaning)),
        Refused::Store(error) => ApiError::from(error),
    }
}

fn count(metrics: &Metrics, result: &std::result::Result<Outcome, Fault>) {
    let kind = match result {
        Ok(Outcome::Stored | Outcome::StoredApart) => "stored",
        Ok(Outcome::Updated | Outcome::UpdatedAsJudged) => "updated",
        Ok(Outcome::Withdrawn) => "withdrawn",
        Ok(_) => "duplicate",
        Err(_) => "rejected",
    };
    metrics.responses.get_or_create(&By { kind }).inc();
}
