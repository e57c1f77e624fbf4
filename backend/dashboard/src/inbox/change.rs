//! What a change does to the responses that a list shows, and how it is undone.

use bearing_shared::api::inbox::{Before, ResponsesChange};
use bearing_shared::api::responses::{ResponseReply, ResponseState};

/// Does to a response what the server does when it is changed.
pub fn apply(change: &ResponsesChange, response: &mut ResponseReply) {
    if let Some(state) = change.state
        && response.state != ResponseState::Test
    {
        response.state = state;
    }
    response.read = change.read.unwrap_or(response.read);
    response.tags.retain(|tag| !change.remove_tags.contains(tag));
    let new = change.add_tags.iter().filter(|tag| !response.tags.contains(tag)).cloned().collect::<Vec<_>>();
    response.tags.extend(new);
    response.tags.sort();
}

/// The changes that put responses back to what they were before `change`.
pub fn undoing(change: &ResponsesChange, before: &[Before]) -> Vec<ResponsesChange> {
    let mut back: Vec<ResponsesChange> = Vec::new();
    let mut of = |ids: Vec<&Before>, rest: ResponsesChange| {
        if !ids.is_empty() {
            back.push(ResponsesChange { ids: ids.into_iter().map(|was| was.id.clone()).collect(), ..rest });
        }
    };
    if let Some(state) = change.state {
        // Nothing becomes a test, so nothing has to be one again.
        for was in [ResponseState::Counted, ResponseState::Quarantined, ResponseState::Excluded] {
            if was != state {
                let ids = before.iter().filter(|before| before.state == was).collect();
                of(ids, ResponsesChange { state: Some(was), ..ResponsesChange::default() });
            }
        }
    }
    if let Some(read) = change.read {
        let ids = before.iter().filter(|before| before.read != read).collect();
        of(ids, ResponsesChange { read: Some(!read), ..ResponsesChange::default() });
    }
    for tag in &change.add_tags {
        let ids = before.iter().filter(|before| !before.tags.contains(tag)).collect();
        of(ids, ResponsesChange { remove_tags: vec![tag.clone()], ..ResponsesChange::default() });
    }
    for tag in &change.remove_tags {
        let ids = before.iter().filter(|before| before.tags.contains(tag)).collect();
        of(ids, ResponsesChange { add_tags: vec![tag.clone()], ..ResponsesChange::default() });
    }
    back
}

/// What a response was, put over what it is.
pub fn put_back(before: &Before, response: &mut ResponseReply) {
    response.state = before.state;
    response.read = before.read;
    response.tags.clone_from(&before.tags);
}

#[cfg(test)]
mod tests {
    use super::super::list::tests::response;
    use super::*;

    fn before(response: &ResponseReply) -> Before {
        let (id, state) = (response.id.clone(), response.state);
        Before { id, state, read: response.read, tags: response.tags.clone() }
    }

    #[test]
    fn what_was_done_to_many_is_undone_on_each() {
        let states = [ResponseState::Counted, ResponseState::Quarantined, ResponseState::Excluded, ResponseState::Test];
        let mut responses: Vec<ResponseReply> = (0..4).map(|place| response(place, states[place])).collect();
        responses[0].read = true;
        responses[1].tags = vec!["late".into()];
        responses[2].tags = vec!["lost".into(), "vip".into()];
        let were = responses.clone();
        let change = ResponsesChange {
            ids: were.iter().map(|response| response.id.clone()).collect(),
            state: Some(ResponseState::Excluded),
            read: Some(true),
            add_tags: vec!["late".into()],
            remove_tags: vec!["vip".into()],
        };
        responses.iter_mut().for_each(|response| apply(&change, response));
        assert_eq!(responses[0].state, ResponseState::Excluded);
        assert_eq!(responses[2].tags, ["late", "lost"]);
        assert_eq!(responses[3].state, ResponseState::Test, "a test stays one");
        for back in undoing(&change, &were.iter().map(before).collect::<Vec<_>>()) {
            for response in responses.iter_mut().filter(|response| back.ids.contains(&response.id)) {
                apply(&back, response);
            }
        }
        assert_eq!(responses, were);
    }

    #[test]
    fn what_did_not_change_is_not_sent_again() {
        let change = ResponsesChange { read: Some(true), ..ResponsesChange::default() };
        let mut read = response(0, ResponseState::Counted);
        read.read = true;
        assert_eq!(undoing(&change, &[before(&read)]), []);
    }
}
