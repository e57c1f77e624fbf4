//! The live stream: server-sent events of one site, for as long as its caller may read them.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::stream::{Event, SCORE_CHANGED, ScoreChanged};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::metric::Metric;
use bytes::Bytes;
use futures_util::stream;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::params::Params;
use crate::app::Shared;
use crate::auth::Caller;
use crate::auth::share::Hold;
use crate::chance;
use crate::error::{ApiError, ApiResult};
use crate::live::{By, Listener, Refused};

/// How often something is said to who hears nothing: proxies cut what is silent.
const BEAT: Duration = Duration::from_secs(15);
/// After how many beats it is asked whether the caller may still read: 30 seconds.
const ASKED: u32 = 2;
/// After how many beats a stream ends: 30 minutes. Its client comes again, perhaps to another server.
const LAST: u32 = 120;
/// How long a client waits before it comes again, ms, jittered: those of a server that stops do not come all at once.
const AGAIN_MS: [u64; 2] = [1_000, 4_000];

/// All that a shared link is told: read again.
const BARE: &[u8] = b"event: score.changed\ndata: {}\n\n";

/// Whether the caller may still read.
type StillAllowed = Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send>;

/// A stream that is being read.
struct Reading {
    listener: Listener,
    /// What a shared link hears of; `None`: everything.
    held: Option<Hold>,
    still_allowed: StillAllowed,
    beats: Interval,
    beat: u32,
    /// What is said before anything else.
    greeting: Option<Bytes>,
}

impl Reading {
    /// What is sent next; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        tokio::select! {
            biased;
            // First, so that a site where much happens keeps nobody from being asked.
            _ = self.beats.tick() => {}
            frame = next_of(&mut self.listener, self.held.as_ref()) => return frame,
        }
        self.beat += 1;
        if self.beat >= LAST || (self.beat.is_multiple_of(ASKED) && !(self.still_allowed)().await) {
            return None;
        }
        Some(Bytes::from_static(b":\n\n"))
    }
}

/// The next frame that is for this reader. A shared link's own counts may have changed, or not: of whose answer, and what it
/// was, it is told nothing.
async fn next_of(listener: &mut Listener, held: Option<&Hold>) -> Option<Bytes> {
    loop {
        let frame = listener.next().await?;
        match held {
            None => return Some(frame),
            Some(hold) if concerns(hold, &frame) => return Some(Bytes::from_static(BARE)),
            Some(_) => {}
        }
    }
}

/// Whether a frame says that counts within the filter of a shared link may have changed.
fn concerns(hold: &Hold, frame: &[u8]) -> bool {
    let data = std::str::from_utf8(frame).ok().and_then(|frame| {
        let (name, data) = frame.strip_prefix("event: ")?.split_once("\ndata: ")?;
        (name == SCORE_CHANGED).then_some(data.trim_end())
    });
    let Some(changed) = data.and_then(|data| serde_json::from_str::<ScoreChanged>(data).ok()) else { return false };
    let is = |name: &str, value: Option<&str>| match (hold.filter.get(name), value) {
        (Some(held), Some(value)) => held == value,
        _ => true,
    };
    // Which touchpoints are no survey's own is not known here.
    let is_other = hold.filter.get("touchpoint").is_some_and(|held| held == "(other)");
    is("metric", changed.metric.map(Metric::name))
        && is("survey", changed.survey.as_ref().map(SurveyId::as_str))
        && (is_other || is("touchpoint", changed.touchpoint.as_deref()))
}

/// Asks again what was asked at the beginning, as the request itself asked it.
fn still_allowed(app: Shared, parts: Parts, site: SiteId) -> StillAllowed {
    Box::new(move || {
        let (app, mut parts, site) = (app.clone(), parts.clone(), site.clone());
        Box::pin(async move {
            let asked = Caller::from_request_parts(&mut parts, &app).await;
            match asked.and_then(|caller| caller.may_see(Some(site.as_str())).map(|_| ())) {
                Ok(()) => true,
                // A store that is away takes nobody's right.
                Err(ApiError(fault)) => fault.code.status >= 500,
            }
        })
    })
}

/// What happens at a site as it happens: `response.stored` and `score.changed` as server-sent events. What was missed is
/// not sent again: who connects reads what it shows, and an empty `score.changed` asks for the same.
#[utoipa::path(get, path = "/v1/stream", tag = "management", params(("site" = Option<String>, Query)),
    responses((status = 200, body = Event, content_type = "text/event-stream",
            description = "Events `response.stored` (ResponseStored) and `score.changed` (ScoreChanged), each as described"),
        (status = 401, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn stream(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
    parts: Parts,
) -> ApiResult<Response> {
    let mut params = Params::read(query);
    let site = caller.may_see(params.take("site").as_deref())?.clone();
    params.end()?;
    let by = if caller.share().is_some() { By::Link } else { By::Team };
    let listener = app.live.listen(&site, by).map_err(refused)?;
    let mut beats = interval_at(tokio::time::Instant::now() + BEAT, BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let [least, most] = AGAIN_MS;
    let greeting = format!("retry: {}\n: connected\n\n", chance::between(least, most));
    let reading = Reading {
        listener,
        held: caller.share().map(|shown| shown.hold.clone()),
        still_allowed: still_allowed(app.clone(), parts, site),
        beats,
        beat: 0,
        greeting: Some(greeting.into()),
    };
    let body = stream::unfold(reading, |mut reading| async move {
        let frame = reading.next().await?;
        Some((Ok::<_, Infallible>(frame), reading))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would gather the events before it passes them on.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

fn refused(refused: Refused) -> ApiError {
    let code = match refused {
        Refused::All => Code::OVERLOADED,
        Refused::OfSite => Code::TOO_MANY_STREAMS,
        Refused::Closing => Code::SHUTTING_DOWN,
    };
    ApiError(Fault::new(code, code.meaning))
}
