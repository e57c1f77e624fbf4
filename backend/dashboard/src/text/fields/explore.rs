//! Words of exploring.

use crate::text::Plural;

crate::text::said::words! {
/// Exploring. Places in braces are filled.
#[expect(missing_docs, reason = "each name says which words these are")]
pub struct Explore {
    pub lead: &'static str,
    pub by: &'static str,
    pub device: &'static str,
    pub locale: &'static str,
    pub version: &'static str,
    pub segments: &'static str,
    pub segment: &'static str,
    pub against_rest: &'static str,
    pub better: &'static str,
    pub worse: &'static str,
    pub chance: &'static str,
    pub filter_to: &'static str,
    pub no_segments: &'static str,
    pub without: Plural,
    pub changed: &'static str,
    pub compare_with: &'static str,
    pub period_before: &'static str,
    pub year_before: &'static str,
    pub choose_period: &'static str,
    pub mix: &'static str,
    pub part: &'static str,
    pub before: &'static str,
    pub now: &'static str,
    pub drivers: &'static str,
    pub driver_hint: &'static str,
    pub no_drivers: &'static str,
    pub impact: &'static str,
    pub share: &'static str,
    pub funnel: &'static str,
    pub eligible: &'static str,
    pub shown: &'static str,
    pub started: &'static str,
    pub answered: &'static str,
    pub completed: &'static str,
    pub dismissed: &'static str,
    pub download_table: &'static str,
    pub download_chart: &'static str,
    pub two_segments: &'static str,
    pub the_rest: &'static str,
    pub read_comments: &'static str,
}
}
