//! A list of responses while one reads it: what has come since, where a span begins and ends, and what a page is called.

use bearing_shared::api::responses::ResponseReply;

/// How many of the responses that were read now are newer than all that a list shows, by the list's ids and its newest
/// time. A list is never moved under its reader's eyes: these wait until they are asked for.
pub fn taken(shown: &[String], newest: &str, read: &[ResponseReply]) -> usize {
    // Times of one form (RFC 3339, UTC) sort as texts.
    read.iter().filter(|response| !shown.contains(&response.id) && response.received_at.as_str() >= newest).count()
}

/// The ids from one to another, both included, whichever is first; the second alone where the first is gone.
pub fn span<'a>(ids: &'a [String], from: &str, to: &'a String) -> &'a [String] {
    let place = |wanted: &str| ids.iter().position(|id| id == wanted);
    match (place(from), place(to)) {
        (Some(from), Some(to)) => &ids[from.min(to)..=from.max(to)],
        _ => std::slice::from_ref(to),
    }
}

/// What a page is called: its title, else the path of its address.
pub fn page_of(response: &ResponseReply) -> Option<&str> {
    let title = response.context.title.as_deref().filter(|title| !title.trim().is_empty());
    title.or_else(|| {
        let url = response.context.url.as_deref()?;
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        Some(rest.find('/').map_or("/", |place| &rest[place..]))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use bearing_shared::answer::{Context, Respondent};
    use bearing_shared::api::responses::{Identity, ResponseState};
    use bearing_shared::id::SurveyId;

    use super::*;

    /// A response that came in minute `place`.
    pub(in crate::inbox) fn response(place: usize, state: ResponseState) -> ResponseReply {
        let moment = format!("2026-11-21T10:{place:02}:00Z");
        ResponseReply {
            id: format!("r{place}"),
            seq: 0,
            survey: SurveyId("sv_1".into()),
            version: 1,
            touchpoint: "checkout".into(),
            completed: true,
            test: false,
            answers: Vec::new(),
            respondent: Respondent::default(),
            attributes: BTreeMap::new(),
            context: Context::default(),
            shown_at: moment.clone(),
            answered_at: moment.clone(),
            received_at: moment,
            state,
            identity: Identity::Anonymous,
            suspicion: Vec::new(),
            source: "embed".into(),
            read: false,
            tags: Vec::new(),
        }
    }

    #[test]
    fn only_what_is_newer_than_the_list_is_new() {
        let shown = ["r5".to_owned(), "r3".to_owned()];
        let read: Vec<_> = [7, 6, 5, 4, 3].map(|place| response(place, ResponseState::Counted)).into();
        assert_eq!(taken(&shown, &read[2].received_at, &read), 2);
        assert_eq!(taken(&shown, &read[2].received_at, &read[2..]), 0);
    }

    #[test]
    fn a_span_goes_both_ways() {
        let ids = ["a", "b", "c", "d"].map(String::from);
        assert_eq!(span(&ids, "b", &ids[3]), &ids[1..]);
        assert_eq!(span(&ids, "c", &ids[0]), &ids[..3]);
        let alone = "c".to_owned();
        assert_eq!(span(&ids, "gone", &alone), ["c"]);
    }

    #[test]
    fn a_page_without_a_title_is_called_by_its_path() {
        let mut response = response(0, ResponseState::Counted);
        assert_eq!(page_of(&response), None);
        response.context.url = Some("https://shop.example/cart/pay".into());
        assert_eq!(page_of(&response), Some("/cart/pay"));
        response.context.url = Some("https://shop.example".into());
        assert_eq!(page_of(&response), Some("/"));
        response.context.title = Some("Pay".into());
        assert_eq!(page_of(&response), Some("Pay"));
    }
}
