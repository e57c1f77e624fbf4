//! Why a survey is not shown, in English.

use bearing_shared::rule::Reason;

/// What is so, and what to do.
pub(crate) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Consent => {
            "The visitor has not consented: nothing is shown until the page calls bearing('consent', true)."
        }
        Reason::Signal => {
            "The browser sends a signal that the site respects: switch that off under Rest in the settings to ask anyway."
        }
        Reason::Declined => "The visitor chose not to be asked again: only bearing('reset') forgets that.",
        Reason::Schedule => "The moment is outside the survey’s dates: change when it begins or ends.",
        Reason::Touchpoint => {
            "The page is at none of the survey’s touchpoints: name one in the tag, or add the page’s to the survey."
        }
        Reason::Inline => {
            "The survey stands only where the page has a bearing-survey element for it: add one, or choose another position."
        }
        Reason::Url => {
            "The page’s address is left out by a rule, or taken by none: compare it with the rules about pages."
        }
        Reason::Device => "The device is not one of the survey’s: add it to its devices.",
        Reason::Locale => {
            "The page’s language is not one of the survey’s: add it to the languages in which it is shown."
        }
        Reason::Attribute => {
            "An attribute is absent or not as the survey wants it: compare what the page says with the rules about attributes."
        }
        Reason::Trigger => {
            "Nothing that starts the survey has happened on this page view, or its delay is not over: see when it is shown."
        }
        Reason::Cancelled => "The page tracked a name that calls the survey off: it waits for the next page view.",
        Reason::Sample => "The visitor is not in the {percent} that is asked: raise the share, or try another visitor.",
        Reason::Answered => {
            "The visitor has answered the survey: wait until the days before it is asked again are over, or set them."
        }
        Reason::Dismissed => {
            "The visitor has closed the survey: wait until the days before it is asked again are over, or set them."
        }
        Reason::Shows => {
            "The visitor has seen the survey as often as it may be shown: raise that number, or set after how many days it is asked again."
        }
        Reason::RestMetric => {
            "The visitor was asked for this metric too recently: see its days under Rest in the settings."
        }
        Reason::RestSite => {
            "The visitor was asked something too recently: see the days between any two surveys under Rest in the settings."
        }
        Reason::Open => "A card is open, or was on this page view: close it, or wait for the next page view.",
        Reason::NotPublished => "The survey is a draft: publish it.",
        Reason::Paused => "The survey is paused: publish it again.",
        Reason::Silenced => "The site shows no survey for now: switch that off under Tag in the settings.",
        Reason::Full => "The survey has as many answers as it may have: raise that number and publish it.",
    }
}
