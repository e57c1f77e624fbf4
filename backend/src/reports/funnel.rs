//! The funnel: from being asked to being done, with the denominator of each rate named.

use bearing_shared::api::reports::{FunnelRates, FunnelReport, Source};
use bearing_shared::fault::{Code, Fault};
use bearing_storage::Store;

use super::Question;
use crate::error::ApiResult;

/// The funnel report.
///
/// # Errors
/// `invalid_parameter` for an attribute value or a touchpoint that has no cells: denominators are counted, not kept, so
/// they cannot be looked up afterwards. Or what the store says.
pub async fn report(store: &dyn Store, question: &Question) -> ApiResult<FunnelReport> {
    if !store.has_cells(&question.site, &question.filter).await? {
        let message =
            "The funnel knows one declared attribute with a listed value, and touchpoints that a survey names.";
        let field =
            question.filter.attributes.first().map_or("touchpoint".to_owned(), |(name, _)| format!("attr.{name}"));
        return Err(Fault::at(Code::INVALID_PARAMETER, field, message).into());
    }
    let counts = store.funnel(&question.site, question.filter.clone()).await?;
    let rate = |part: u64, whole: u64| (whole > 0).then(|| 100.0 * part as f64 / whole as f64);
    Ok(FunnelReport {
        eligible: counts.eligible,
        shown: counts.shown,
        started: counts.started,
        answered: counts.answered,
        completed: counts.completed,
        dismissed: counts.dismissed,
        rates: FunnelRates {
            shown_of_eligible: rate(counts.shown, counts.eligible),
            answered_of_shown: rate(counts.answered, counts.shown),
            completed_of_answered: rate(counts.completed, counts.answered),
            dismissed_of_shown: rate(counts.dismissed, counts.shown),
        },
        source: Source::Cells,
    })
}
