//! Editions: what becomes of a response whose id is there already.

use bearing_shared::answer::Context;
use bearing_shared::suspicion::{Suspicion, TOKEN_LASTS_MS};

use crate::inbox::Marks;
use crate::responses::{Outcome, StoredResponse};

/// Whether a source is visitors' browsers. Whatever else there is came with a key, or from ourselves.
pub(crate) fn is_visitors(source: &str) -> bool {
    matches!(source, "embed" | "hosted")
}

/// Whether a response of a source is still a browser's to change or to take back at `now`, for as long as answers are taken
/// after their showing; both ms since 1970 UTC. What the site's own server brought never is. Whether it is this browser's is
/// told by its display token.
pub(crate) fn is_open(source: &str, shown_at: i64, now: i64) -> bool {
    is_visitors(source) && now - shown_at <= TOKEN_LASTS_MS
}

/// What becomes of a response whose id is there already, if its display token does not stand in the way.
pub(crate) fn judged(before: &StoredResponse, response: &StoredResponse) -> Outcome {
    if before.survey != response.survey {
        Outcome::Mismatch
    } else if response.seq <= before.seq {
        Outcome::Duplicate
    } else if response.is_from_visitor() && !is_open(&before.source, before.shown_at, response.received_at) {
        Outcome::NotTheirs
    } else {
        Outcome::Updated
    }
}

/// What is said of a first edition: whether it is stored as it was sent.
pub(crate) fn first(stored: &StoredResponse, sent: &StoredResponse) -> Outcome {
    if stored.state == sent.state { Outcome::Stored } else { Outcome::StoredApart }
}

/// What is said of a replacement: whether the state that was sent holds.
pub(crate) fn outcome(after: &StoredResponse, edition: &StoredResponse) -> Outcome {
    if after.state == edition.state { Outcome::Updated } else { Outcome::UpdatedAsJudged }
}

/// The new edition of a response: it keeps when it was shown and received, a member's judgement and marks, and what is
/// known of the customer, the browser and the page where the edition does not say.
pub(crate) fn replaced(before: &StoredResponse, edition: &StoredResponse) -> StoredResponse {
    use bearing_shared::api::responses::ResponseState::{Counted, Excluded, Quarantined, Test};
    let suspicion = edition.suspicion.and(before.suspicion.within(Suspicion::LASTING));
    let is_for_good = !suspicion.within(Suspicion::LASTING).is_none();
    let judged = match before.state {
        // What counts already was taken for a person's: it comes from wherever its first edition came from.
        Counted => edition.state == Quarantined && (before.marks.judged_at.is_some() || !is_for_good),
        // A token that came late clears what was only suspected for want of one. That nobody asks for one any more, since
        // the attack is over, clears nothing.
        Quarantined => before.marks.judged_at.is_some() || is_for_good || edition.suspicion.is_enough(),
        Excluded => true,
        Test => false,
    };
    // Nobody has read what came just now.
    let (said, says) = (before.comment(), edition.comment());
    let is_news = says.is_some() && says != said;
    let (customer, identity) = match (&edition.customer, &before.customer) {
        // Whose response it is stays known: else it could not be erased with the customer's others.
        (None, Some(customer)) => (Some(customer.clone()), before.identity),
        (customer, _) => (customer.clone(), edition.identity),
    };
    StoredResponse {
        shown_at: before.shown_at,
        received_at: before.received_at,
        source: before.source.clone(),
        state: if judged { before.state } else { edition.state },
        suspicion,
        // Once finished, always finished: a late comment does not undo it.
        completed: before.completed || edition.completed,
        customer,
        identity,
        // The hosted form finishes what a card began and does not know the page it stood on.
        visitor: edition.visitor.clone().or_else(|| before.visitor.clone()),
        context: Context {
            url: edition.context.url.clone().or_else(|| before.context.url.clone()),
            referrer: edition.context.referrer.clone().or_else(|| before.context.referrer.clone()),
            locale: edition.context.locale.clone().or_else(|| before.context.locale.clone()),
            device: edition.context.device.clone().or_else(|| before.context.device.clone()),
            title: edition.context.title.clone().or_else(|| before.context.title.clone()),
        },
        marks: Marks { read_at: before.marks.read_at.filter(|_| !is_news), ..before.marks.clone() },
        ..edition.clone()
    }
}

#[cfg(test)]
mod tests {
    use bearing_shared::answer::Answer;
    use bearing_shared::api::responses::Identity;
    use bearing_shared::api::responses::ResponseState::{self, Counted, Excluded, Quarantined, Test};
    use bearing_shared::id::{ResponseId, SurveyId};
    use bearing_shared::instrument::Instrument;
    use bearing_shared::suspicion::Sign;

    use super::*;

    fn response(seq: u32, state: ResponseState) -> StoredResponse {
        StoredResponse {
            id: ResponseId([1; 16]),
            seq,
            survey: SurveyId::from("sv_a"),
            version: 1,
            instrument: Instrument::Nps,
            touchpoint: "checkout".into(),
            score: 9,
            completed: false,
            state,
            identity: Identity::Anonymous,
            visitor: None,
            customer: None,
            answers: Vec::new(),
            attributes: Default::default(),
            context: Context::default(),
            shown_at: 1_000,
            answered_at: 2_000,
            received_at: 3_000,
            source: "embed".into(),
            suspicion: Suspicion::default(),
            marks: Marks::default(),
        }
    }

    fn said(seq: u32, text: &str) -> StoredResponse {
        let answer = Answer { question: "why".into(), value: None, text: Some(text.into()), choices: None };
        StoredResponse { answers: vec![answer], ..response(seq, Counted) }
    }

    #[test]
    fn only_a_higher_edition_of_the_same_survey_replaces_what_is_there() {
        let before = response(3, Counted);
        let said = |seq: u32| judged(&before, &response(seq, Counted));
        assert_eq!([2, 3, 4].map(said), [Outcome::Duplicate, Outcome::Duplicate, Outcome::Updated]);
        let other = StoredResponse { survey: SurveyId::from("sv_b"), ..response(4, Counted) };
        assert_eq!(judged(&before, &other), Outcome::Mismatch);
    }

    #[test]
    fn a_browser_changes_what_a_browser_brought_within_eight_days() {
        let by = |source: &str, seq| StoredResponse { source: source.into(), ..response(seq, Counted) };
        for (brought, sent, expected) in [
            ("embed", "embed", Outcome::Updated),
            ("embed", "hosted", Outcome::Updated),
            ("hosted", "embed", Outcome::Updated),
            ("embed", "server", Outcome::Updated),
            ("server", "server", Outcome::Updated),
            ("sample", "server", Outcome::Updated),
            ("server", "embed", Outcome::NotTheirs),
            ("server", "hosted", Outcome::NotTheirs),
            ("sample", "embed", Outcome::NotTheirs),
        ] {
            assert_eq!(judged(&by(brought, 0), &by(sent, 1)), expected, "{brought}, then {sent}");
        }
        // Sent again it is the same as ever: that tells nobody anything.
        assert_eq!(judged(&by("server", 1), &by("embed", 1)), Outcome::Duplicate);
        let last = 1_000 + 8 * 86_400_000;
        let at = |source: &str, received_at| {
            judged(&by("embed", 0), &StoredResponse { received_at, shown_at: received_at, ..by(source, 1) })
        };
        assert_eq!((at("embed", last), at("embed", last + 1)), (Outcome::Updated, Outcome::NotTheirs));
        assert_eq!(at("server", last + 1), Outcome::Updated);
    }

    #[test]
    fn it_is_said_whether_the_state_that_was_sent_holds() {
        let (counted, apart) = (response(1, Counted), response(1, Quarantined));
        assert_eq!((first(&counted, &counted), first(&apart, &counted)), (Outcome::Stored, Outcome::StoredApart));
        let said = (outcome(&counted, &counted), outcome(&apart, &counted));
        assert_eq!(said, (Outcome::Updated, Outcome::UpdatedAsJudged));
    }

    #[test]
    fn an_edition_keeps_when_and_how_the_response_came() {
        let before = StoredResponse { completed: true, ..response(0, Counted) };
        let sent = StoredResponse {
            shown_at: 9,
            answered_at: 5_000,
            received_at: 9,
            source: "hosted".into(),
            score: 3,
            ..response(1, Counted)
        };
        let after = replaced(&before, &sent);
        assert_eq!((after.shown_at, after.received_at, after.source.as_str()), (1_000, 3_000, "embed"));
        assert_eq!((after.seq, after.score, after.answered_at), (1, 3, 5_000));
        assert!(after.completed, "a late comment undoes no end");
        let finished = StoredResponse { completed: true, ..response(1, Counted) };
        assert!(replaced(&response(0, Counted), &finished).completed);
        assert!(!replaced(&response(0, Counted), &response(1, Counted)).completed);
    }

    #[test]
    fn a_members_judgement_and_lasting_signs_outlive_an_edition() {
        let (none, late, trap) = (None, Some(Sign::NoToken), Some(Sign::Trap));
        // Before, by a member or not, with which sign; the edition's state and sign; what is stored.
        for (state, by_member, had, sent, has, stored) in [
            (Counted, false, none, Counted, none, Counted),
            (Counted, false, none, Quarantined, late, Counted),
            (Counted, false, none, Quarantined, trap, Quarantined),
            (Counted, true, none, Quarantined, trap, Counted),
            (Counted, true, none, Quarantined, late, Counted),
            (Counted, true, none, Test, none, Test),
            (Quarantined, false, late, Counted, none, Counted),
            (Quarantined, false, late, Quarantined, late, Quarantined),
            (Quarantined, false, late, Counted, late, Quarantined),
            (Quarantined, false, late, Test, late, Quarantined),
            (Quarantined, false, late, Test, none, Test),
            (Quarantined, false, trap, Counted, none, Quarantined),
            (Quarantined, true, late, Counted, none, Quarantined),
            (Quarantined, true, trap, Counted, none, Quarantined),
            (Excluded, true, none, Counted, none, Excluded),
            (Excluded, false, none, Counted, none, Excluded),
            (Test, false, none, Counted, none, Counted),
        ] {
            let signs =
                |sign: Option<Sign>| sign.map_or_else(Suspicion::default, |sign| Suspicion::default().with(sign));
            let marks = Marks { judged_at: by_member.then_some(4_000), ..Marks::default() };
            let before = StoredResponse { suspicion: signs(had), marks, ..response(0, state) };
            let edition = StoredResponse { suspicion: signs(has), ..response(1, sent) };
            let after = replaced(&before, &edition);
            assert_eq!(after.state, stored, "{state:?} {by_member} {had:?}, then {sent:?} {has:?}");
            assert_eq!(after.marks.judged_at, before.marks.judged_at);
            let lasting = had.filter(|sign| *sign == Sign::Trap);
            assert_eq!(after.suspicion, signs(has).and(signs(lasting)));
        }
    }

    #[test]
    fn a_comment_that_is_new_is_unread_and_tags_stay() {
        let marks = Marks { read_at: Some(4_000), judged_at: None, tags: vec!["late".into()] };
        let read_at = |before: StoredResponse, edition: &StoredResponse| {
            let after = replaced(&StoredResponse { marks: marks.clone(), ..before }, edition);
            assert_eq!(after.marks.tags, marks.tags);
            after.marks.read_at
        };
        assert_eq!(read_at(said(0, "slow"), &said(1, "slow")), Some(4_000), "nothing new");
        assert_eq!(read_at(said(0, "slow"), &said(1, "very slow")), None);
        assert_eq!(read_at(response(0, Counted), &said(1, "slow")), None);
        assert_eq!(read_at(said(0, "slow"), &response(1, Counted)), Some(4_000), "nothing to read");
    }

    #[test]
    fn what_an_edition_does_not_say_stays_known() {
        let text = |text: &str| Some(text.to_owned());
        let context = Context {
            url: text("https://shop.example/a"),
            referrer: text("https://shop.example/b"),
            locale: text("en"),
            device: text("mobile"),
            title: text("Thanks"),
        };
        let before = StoredResponse {
            customer: text("c_1"),
            identity: Identity::Verified,
            visitor: text("v_1"),
            context: context.clone(),
            ..response(0, Counted)
        };
        let after = replaced(&before, &response(1, Counted));
        assert_eq!((after.customer, after.identity, after.visitor), (text("c_1"), Identity::Verified, text("v_1")));
        assert_eq!(after.context, context);
        let other = Context { url: text("https://shop.example/c"), locale: text("nl"), ..Context::default() };
        let named = StoredResponse {
            customer: text("c_2"),
            identity: Identity::Unverified,
            visitor: text("v_2"),
            context: other,
            ..response(1, Counted)
        };
        let after = replaced(&before, &named);
        assert_eq!((after.customer, after.identity, after.visitor), (text("c_2"), Identity::Unverified, text("v_2")));
        assert_eq!((after.context.url, after.context.locale), (text("https://shop.example/c"), text("nl")));
        assert_eq!(after.context.title, context.title);
        let nobody = replaced(&response(0, Counted), &response(1, Counted));
        assert_eq!((nobody.customer, nobody.identity), (None, Identity::Anonymous));
    }
}
