//! What a message of the log holds: arrivals or events, as JSON that an older server knows it cannot read.

use async_nats::jetstream::message::StreamMessage;
use bearing_storage::{Arrival, EventCount, LogEntries};
use serde::{Deserialize, Serialize};

/// The form of messages. A server that finds a higher one leaves it to a newer server.
const FORM: u32 = 1;

/// The most items of a message.
const ITEMS: usize = 200;
/// How many bytes of items a message is closed at: with the item that comes last it stays below NATS' usual 1 MiB.
const BYTES: usize = 512 * 1024;

/// Why a message cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// A newer server wrote it.
    #[error("it has form {0}, which only a newer version of Bearing reads")]
    Newer(u32),
    /// No version of Bearing did.
    #[error("it is no message of Bearing's: {0}")]
    Foreign(String),
}

/// What kind of items a message holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Answers and withdrawals.
    Arrivals,
    /// Events.
    Events,
}

#[derive(Deserialize)]
struct Form {
    form: u32,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    arrivals: Vec<Arrival>,
    #[serde(default)]
    events: Vec<EventCount>,
}

/// Writes items into as few messages as hold them, in order.
pub(super) fn write<T: Serialize>(kind: Kind, items: &[T]) -> serde_json::Result<Vec<Vec<u8>>> {
    let name = match kind {
        Kind::Arrivals => "arrivals",
        Kind::Events => "events",
    };
    let open = || format!("{{\"form\":{FORM},\"{name}\":[").into_bytes();
    let (mut messages, mut message, mut count) = (Vec::new(), open(), 0);
    for item in items {
        if count == ITEMS || message.len() >= BYTES {
            message.extend_from_slice(b"]}");
            messages.push(std::mem::replace(&mut message, open()));
            count = 0;
        }
        if count > 0 {
            message.push(b',');
        }
        serde_json::to_writer(&mut message, item)?;
        count += 1;
    }
    if count > 0 {
        message.extend_from_slice(b"]}");
        messages.push(message);
    }
    Ok(messages)
}

/// Adds what a message holds to `entries`.
pub(super) fn read(payload: &[u8], entries: &mut LogEntries) -> Result<(), Unreadable> {
    let foreign = |error: serde_json::Error| Unreadable::Foreign(error.to_string());
    let Form { form } = serde_json::from_slice(payload).map_err(foreign)?;
    if form > FORM {
        return Err(Unreadable::Newer(form));
    }
    let Message { arrivals, events } = serde_json::from_slice(payload).map_err(foreign)?;
    entries.arrivals.extend(arrivals);
    entries.events.extend(events);
    Ok(())
}

/// When a message came into the log, ms since 1970 UTC by the clock of NATS.
pub(super) fn came_at(message: &StreamMessage) -> i64 {
    (message.time.unix_timestamp_nanos() / 1_000_000) as i64
}

#[cfg(test)]
mod tests {
    use bearing_shared::answer::{Answer, Context};
    use bearing_shared::api::intake::EventKind;
    use bearing_shared::api::responses::{Identity, ResponseState};
    use bearing_shared::id::{ResponseId, SiteId, SurveyId};
    use bearing_shared::instrument::Instrument;
    use bearing_storage::{Accept, Right, StoredResponse, Withdrawal};

    use super::*;

    fn answer(number: u8, text: &str) -> Arrival {
        let response = StoredResponse {
            id: ResponseId([number; 16]),
            seq: 3,
            survey: SurveyId::from("sv_a"),
            version: 2,
            instrument: Instrument::Ces1,
            touchpoint: "checkout «1»".into(),
            score: 5,
            completed: true,
            state: ResponseState::Test,
            identity: Identity::Verified,
            visitor: None,
            customer: Some("c-1".into()),
            answers: vec![
                Answer { question: "score".into(), value: Some(5), text: None, choices: None },
                Answer { question: "why".into(), value: None, text: Some(text.into()), choices: None },
                Answer { question: "what".into(), value: None, text: None, choices: Some(vec!["a".into()]) },
            ],
            attributes: [("plan".to_owned(), "pro".to_owned())].into(),
            context: Context { url: Some("https://shop.example/".into()), ..Context::default() },
            shown_at: -5,
            answered_at: 1_700_000_000_000,
            received_at: 1_700_000_000_001,
            source: "embed".into(),
            suspicion: bearing_shared::suspicion::Suspicion::default(),
            marks: bearing_storage::Marks::default(),
        };
        Accept { site: SiteId::from("st_a"), response, display: None }.into()
    }

    fn read_all(messages: &[Vec<u8>]) -> LogEntries {
        let mut entries = LogEntries::default();
        messages.iter().for_each(|message| read(message, &mut entries).expect("can be read"));
        entries
    }

    #[test]
    fn what_is_written_is_read_again() {
        let gone = Withdrawal {
            site: SiteId::from("st_a"),
            id: ResponseId([9; 16]),
            right: Right::Visitor { token: Some([3; 14]) },
            keeps_out: true,
            at: 4,
        };
        let arrivals = vec![answer(1, "été 🚲 \" \0 \u{2028}"), Arrival::Withdrawal(gone), answer(2, "")];
        let events = vec![EventCount {
            site: SiteId::from("st_a"),
            kind: EventKind::Shown,
            survey: SurveyId::from("sv_a"),
            version: 2,
            instrument: Instrument::Nps,
            touchpoint: String::new(),
            at: 5,
            device: Some("mobile".into()),
            locale: None,
            attributes: Default::default(),
            count: 4,
        }];
        let mut messages = write(Kind::Arrivals, &arrivals).expect("can be written");
        messages.extend(write(Kind::Events, &events).expect("can be written"));
        assert_eq!(messages.len(), 2);
        assert_eq!(read_all(&messages), LogEntries { arrivals, events });
        assert_eq!(write::<Arrival>(Kind::Arrivals, &[]).expect("nothing"), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_message_is_neither_too_long_nor_too_many() {
        let many: Vec<_> = (0..450).map(|number| answer((number % 250) as u8, "x")).collect();
        let messages = write(Kind::Arrivals, &many).expect("can be written");
        assert_eq!(
            messages.iter().map(|message| read_all(std::slice::from_ref(message)).arrivals.len()).collect::<Vec<_>>(),
            [200, 200, 50]
        );
        assert_eq!(read_all(&messages).arrivals, many, "in their order");
        let long = "é".repeat(40_000);
        let large: Vec<_> = (0..30).map(|number| answer(number, &long)).collect();
        let messages = write(Kind::Arrivals, &large).expect("can be written");
        assert!(messages.len() > 4 && messages.iter().all(|message| message.len() < 1_000_000));
        assert_eq!(read_all(&messages).arrivals, large);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let mut entries = LogEntries::default();
        let newer = br#"{"form":2,"arrivals":{"packed":"x"}}"#.as_slice();
        assert_eq!(read(newer, &mut entries), Err(Unreadable::Newer(2)));
        for foreign in [b"hello".as_slice(), b"{}", br#"{"form":1,"arrivals":[{}]}"#] {
            assert!(matches!(read(foreign, &mut entries), Err(Unreadable::Foreign(_))));
        }
        // A field that a later version adds is left out by this one.
        read(br#"{"form":1,"more":1}"#, &mut entries).expect("can be read");
        assert_eq!(entries, LogEntries::default());
    }
}
