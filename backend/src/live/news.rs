//! News of a site: what listeners are told, and the frames of bytes in which they read it.

use bearing_shared::api::stream::{RESPONSE_STORED, ResponseStored, SCORE_CHANGED, ScoreChanged};
use bearing_storage::{Arrival, StoredResponse};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::time;

/// What has happened to a site's answers or counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// A response was stored, or changed; where it counts, its counts have changed too.
    Stored(ResponseStored),
    /// Counts have changed.
    Changed(ScoreChanged),
}

impl News {
    /// Anything of the site may have changed.
    pub const ANYTHING: Self = Self::Changed(ScoreChanged::ANYTHING);

    /// What tells of an arrival once it is stored.
    pub(super) fn of(arrival: &Arrival) -> Self {
        match arrival {
            Arrival::Answer(accept) => Self::Stored(stored_response(&accept.response)),
            // What it counted in is known to nobody here, and is gone in a moment.
            Arrival::Withdrawal(_) => Self::ANYTHING,
        }
    }
}

/// A response as listeners read it.
pub(super) fn stored_response(response: &StoredResponse) -> ResponseStored {
    ResponseStored {
        id: response.id.to_string(),
        seq: response.seq,
        survey: response.survey.clone(),
        metric: response.instrument.definition().metric,
        touchpoint: response.touchpoint.clone(),
        score: response.score,
        state: response.state,
        has_comment: response.answers.iter().any(|answer| answer.text.is_some()),
        received_at: time::rfc3339(response.received_at),
    }
}

/// The frame of a stored response.
pub(super) fn stored(response: &ResponseStored) -> Bytes {
    frame(RESPONSE_STORED, response)
}

/// The frame of changed counts.
pub(super) fn changed(changed: &ScoreChanged) -> Bytes {
    frame(SCORE_CHANGED, changed)
}

/// A frame of server-sent events: a name, and one line of JSON, in which no line break stands.
fn frame(name: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".into());
    format!("event: {name}\ndata: {data}\n\n").into()
}
