//! A stored response as the API, the exports and the messages to webhooks read it.

use bearing_shared::answer::Respondent;
use bearing_shared::api::responses::{ResponseReply, ResponseState};
use bearing_storage::StoredResponse;

use crate::time;

/// The response on the wire.
pub fn response(stored: StoredResponse) -> ResponseReply {
    ResponseReply {
        id: stored.id.to_string(),
        seq: stored.seq,
        survey: stored.survey,
        version: stored.version,
        touchpoint: stored.touchpoint,
        completed: stored.completed,
        test: stored.state == ResponseState::Test,
        answers: stored.answers,
        respondent: Respondent { visitor: stored.visitor, customer: stored.customer, signature: None },
        attributes: stored.attributes,
        context: stored.context,
        shown_at: time::rfc3339(stored.shown_at),
        answered_at: time::rfc3339(stored.answered_at),
        received_at: time::rfc3339(stored.received_at),
        state: stored.state,
        suspicion: stored.suspicion.signs(),
        identity: stored.identity,
        source: stored.source,
        read: stored.marks.read_at.is_some(),
        tags: stored.marks.tags,
    }
}
