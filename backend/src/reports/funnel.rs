//! The funnel: from being asked to being done, with the denominator of each rate named.

use bearing_shared::api::reports::{FunnelRates, FunnelReport, Source};
use bearing_shared::fault::{Code, Fault};
use bearing_storage::{Base, Store};

use super::Question;
use crate::error::ApiResult;

/// The funnel report.
///
/// # Errors
/// `invalid_parameter` for a filter that has no cells, and for respondents: denominators are counted, not kept, so they
/// cannot be looked up afterwards. Or what the store says.
pub async fn report(store: &dyn Store, question: &Question) -> ApiResult<FunnelReport> {
    if question.base == Base::Respondents {
        let message = "Showings are counted and not kept one by one; the funnel knows base=responses only.";
        return Err(Fault::at(Code::INVALID_PARAMETER, "base", message).into());
    }
    let Some(counts) = store.funnel(&question.site, question.filter.clone()).await? else {
        let message = "The funnel knows touchpoints that a survey names, and one of device, locale, version or a \
                       declared attribute with a value that is told apart.";
        let field = question.filter.values.first().map_or("touchpoint", |(name, _)| name);
        return Err(Fault::at(Code::INVALID_PARAMETER, field, message).into());
    };
    // Answers that were brought, and history that a new segment took along, were never shown to this count.
    let rate = |part: u64, whole: u64| (whole > 0 && part <= whole).then(|| 100.0 * part as f64 / whole as f64);
    Ok(FunnelReport {
        eligible: counts.eligible,
        shown: counts.shown,
        started: counts.started,
        answered: counts.answered,
        completed: counts.completed,
        dismissed: counts.dismissed,
        n: counts.answered,
        rates: FunnelRates {
            shown_of_eligible: rate(counts.shown, counts.eligible),
            started_of_shown: rate(counts.started, counts.shown),
            answered_of_shown: rate(counts.answered, counts.shown),
            completed_of_started: rate(counts.completed, counts.started),
            completed_of_answered: rate(counts.completed, counts.answered),
            dismissed_of_shown: rate(counts.dismissed, counts.shown),
        },
        method: "pooled_counts".into(),
        rule: "Numerators and denominators are summed before they are divided, and an answer counts on the day it was \
               shown. Showings are not re-dated or re-sorted when a segment, a touchpoint or the time zone is new, and \
               answers that a server brought have none; where that leaves more answers than showings, there is no rate."
            .into(),
        source: Source::Cells,
        explain: "/docs/scoring#denominators".into(),
    })
}
