//! Is a survey due? Rules as data, the one function that decides by them, and the words for why not.

mod address;
mod check;
mod decide;
mod moment;
mod reason;
mod rules;

pub use decide::{Asking, Candidate, Happening, Memory, Page, Seen, decide, place};
pub use moment::moment;
pub use reason::Reason;
pub use rules::{AttributeRule, Device, On, Percent, Rest, Rules, Signal, Trigger, UrlMatch, UrlRule};

use crate::survey::Survey;

/// Whether a survey is shown at a page's touchpoint (empty: a page without one).
///
/// A survey that names touchpoints is shown only there; one that names none is shown on any page.
pub fn is_shown_at(survey: &Survey, touchpoint: &str) -> bool {
    survey.touchpoints.is_empty() || survey.touchpoints.iter().any(|name| name == touchpoint)
}

/// The order in which due surveys go: the lower priority number first, then the older survey.
pub fn precedence(survey: &Survey, created_at_ms: i64) -> (i32, i64) {
    (survey.priority, created_at_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Instrument;

    #[test]
    fn a_survey_without_touchpoints_is_shown_anywhere() {
        let mut survey = Survey::standard("x", Instrument::Nps);
        assert!(is_shown_at(&survey, "") && is_shown_at(&survey, "checkout"));
        survey.touchpoints = vec!["checkout".into()];
        assert!(is_shown_at(&survey, "checkout"));
        assert!(!is_shown_at(&survey, "") && !is_shown_at(&survey, "delivery"));
    }

    #[test]
    fn browsers_are_not_told_how_many_answers_a_survey_may_have() {
        let rules = Rules { answers: Some(500), shows: Some(3), ..Rules::default() };
        let told = rules.for_browsers();
        assert_eq!((told.answers, told.shows), (None, Some(3)));
    }

    #[test]
    fn lower_priority_numbers_go_first_then_older_surveys() {
        let mut first = Survey::standard("x", Instrument::Nps);
        first.priority = -1;
        let second = Survey::standard("y", Instrument::Nps);
        assert!(precedence(&first, 9) < precedence(&second, 1));
        assert!(precedence(&second, 1) < precedence(&second, 2));
    }
}
