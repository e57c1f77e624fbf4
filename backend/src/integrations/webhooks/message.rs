//! The message: what a delivery says, made anew of the stored response at each attempt.
//!
//! The outbox keeps no copy of an answer, so that erasing one leaves nothing behind. The price: an attempt after a later
//! edition says what that edition says. Its receiver loses nothing: each edition holds all that the ones before said, and
//! has a message of its own.

use bearing_shared::answer::Context;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::api::webhooks::{self, Message, MessageData, Notice};
use bearing_storage::{Delivery, Result, Store, StoreError, StoredResponse};
use hyper::body::Bytes;

use crate::{reading, time};

/// The most bytes of a message: receivers need not take more (Standard Webhooks 1.0).
const LIMIT: usize = 20_000;
/// The most characters of a text in a message that would be larger.
const SHORT: usize = 1_000;

/// What a delivery's message comes to when it is to be sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// A body.
    Body(Bytes),
    /// Its response was erased.
    Erased,
    /// Its response has been taken out of the score since: set apart as forged, or by a member.
    NotCounted,
}

/// The body of a delivery's message, or why there is none.
///
/// # Errors
/// What the store says.
pub async fn body(store: &dyn Store, delivery: &Delivery) -> Result<Told> {
    let stored = match (delivery.notice, delivery.response) {
        (Notice::Test, _) => None,
        (_, None) => return Ok(Told::Erased),
        (_, Some(id)) => match store.response(&delivery.site, id).await? {
            None => return Ok(Told::Erased),
            Some(stored) if stored.state != ResponseState::Counted => return Ok(Told::NotCounted),
            stored => stored,
        },
    };
    written(delivery, stored).map(Told::Body)
}

fn written(delivery: &Delivery, stored: Option<StoredResponse>) -> Result<Bytes> {
    let mut message = Message {
        notice: delivery.notice,
        timestamp: time::rfc3339(delivery.created_at),
        data: MessageData { site: delivery.site.clone(), webhook: delivery.webhook.clone(), told: stored.map(told) },
    };
    let write = |message: &Message| {
        serde_json::to_vec(message).map_err(|error| StoreError::Driver(format!("a message cannot be written: {error}")))
    };
    let body = write(&message)?;
    match &mut message.data.told {
        Some(told) if body.len() > LIMIT => {
            shorten(told);
            write(&message).map(Bytes::from)
        }
        _ => Ok(body.into()),
    }
}

fn told(stored: StoredResponse) -> webhooks::Told {
    let definition = stored.instrument.definition();
    webhooks::Told {
        metric: definition.metric,
        score: stored.score,
        group: definition.group(stored.score),
        shortened: false,
        response: reading::response(stored),
    }
}

/// Makes what is told small. An edition holds 16 KiB; only with what its earlier ones said of the page can it come to more.
fn shorten(told: &mut webhooks::Told) {
    told.shortened = true;
    told.response.context = Context::default();
    for text in told.response.answers.iter_mut().filter_map(|answer| answer.text.as_mut()) {
        if let Some((end, _)) = text.char_indices().nth(SHORT) {
            text.truncate(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bearing_shared::answer::Answer;
    use bearing_shared::api::responses::Identity;
    use bearing_shared::id::{DeliveryId, ResponseId, SiteId, SurveyId, WebhookId};
    use bearing_shared::instrument::Instrument;
    use serde_json::{Value, json};

    use super::*;

    fn delivery(notice: Notice) -> Delivery {
        let (site, webhook) = (SiteId::from("st_x"), WebhookId::from("wh_x"));
        Delivery { notice, ..Delivery::test(DeliveryId::from("dlv_x"), site, webhook, 1_795_300_000_000) }
    }

    fn response(texts: &[String], page: &str) -> StoredResponse {
        let text =
            |text: &String| Answer { question: "why".into(), value: None, text: Some(text.clone()), choices: None };
        StoredResponse {
            id: ResponseId([7; 16]),
            seq: 1,
            survey: SurveyId::from("sv_x"),
            version: 1,
            instrument: Instrument::Csat,
            touchpoint: "checkout".into(),
            score: 2,
            completed: true,
            state: ResponseState::Counted,
            identity: Identity::Anonymous,
            visitor: None,
            customer: Some("c-1".into()),
            answers: texts.iter().map(text).collect(),
            attributes: BTreeMap::new(),
            context: Context { url: Some(page.into()), ..Context::default() },
            shown_at: 0,
            answered_at: 0,
            received_at: 0,
            source: "embed".into(),
            suspicion: bearing_shared::suspicion::Suspicion::default(),
            marks: bearing_storage::Marks::default(),
        }
    }

    fn read(notice: Notice, stored: Option<StoredResponse>) -> (usize, Value) {
        let body = written(&delivery(notice), stored).expect("can be written");
        (body.len(), serde_json::from_slice(&body).expect("is JSON"))
    }

    #[test]
    fn a_message_says_what_where_and_how_it_scores() {
        let (_, message) = read(Notice::ScoreLow, Some(response(&["slow".into()], "https://shop.example/")));
        assert_eq!((&message["type"], &message["data"]["site"]), (&json!("score.low"), &json!("st_x")));
        assert_eq!(message["timestamp"], "2026-11-21T22:26:40.000Z");
        let data = &message["data"];
        assert_eq!(
            (&data["metric"], &data["score"], &data["group"]),
            (&json!("csat"), &json!(2), &json!("dissatisfied"))
        );
        assert_eq!(data["response"]["answers"][0]["text"], "slow");
        assert_eq!(data["shortened"], Value::Null);
    }

    #[test]
    fn a_test_tells_of_no_response() {
        let (_, message) = read(Notice::Test, None);
        assert_eq!(message["type"], "webhook.test");
        assert_eq!(message["data"], json!({ "site": "st_x", "webhook": "wh_x" }));
    }

    #[test]
    fn a_large_message_is_shortened_and_says_so() {
        let texts = vec!["🚲".repeat(1_300); 3];
        let (bytes, message) = read(Notice::ResponseStored, Some(response(&texts, &"x".repeat(5_000))));
        assert!(bytes <= LIMIT, "{bytes}");
        assert_eq!(message["data"]["shortened"], true);
        let text = message["data"]["response"]["answers"][2]["text"].as_str().expect("a text");
        assert_eq!(text, "🚲".repeat(SHORT));
    }
}
