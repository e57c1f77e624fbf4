//! Words of the overview.

use crate::text::Plural;

crate::text::said::words! {
/// The overview. Places in braces are filled.
#[expect(missing_docs, reason = "each name says which words these are")]
pub struct Overview {
    pub live: &'static str,
    pub not_live: &'static str,
    pub no_survey: &'static str,
    pub no_answers: &'static str,
    pub better: &'static str,
    pub worse: &'static str,
    pub maybe_chance: &'static str,
    pub same: &'static str,
    pub no_previous: &'static str,
    pub against: Plural,
    pub against_before: &'static str,
    pub response_rate: &'static str,
    pub of_shown: &'static str,
    pub rate_unknown: &'static str,
    pub trend: &'static str,
    pub trend_hint: &'static str,
    pub change_better: &'static str,
    pub change_worse: &'static str,
    pub distribution: &'static str,
    pub comments: &'static str,
    pub no_comments: &'static str,
    pub all_responses: &'static str,
    pub attacked: &'static str,
    pub attacked_look: &'static str,
    pub first_steps: &'static str,
    pub first_steps_lead: &'static str,
    pub step_survey: &'static str,
    pub step_tag: &'static str,
    pub step_publish: &'static str,
    pub step_answer: &'static str,
    pub step_done: &'static str,
    pub mixed: &'static str,
    pub choose_survey: &'static str,
    pub mean: &'static str,
}
}
