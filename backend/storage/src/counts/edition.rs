//! Editions: what becomes of a response whose id is there already.

use bearing_shared::answer::Context;
use bearing_shared::suspicion::Suspicion;

use crate::inbox::Marks;
use crate::responses::{Outcome, StoredResponse};

/// What becomes of a response whose id is there already.
pub(crate) fn judged(before: &StoredResponse, response: &StoredResponse) -> Outcome {
    if before.survey != response.survey {
        Outcome::Mismatch
    } else if response.seq <= before.seq {
        Outcome::Duplicate
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
        // A token that came late clears what was only suspected for want of one.
        Quarantined => before.marks.judged_at.is_some() || is_for_good,
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
