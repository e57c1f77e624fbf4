//! Why a survey is not shown: one code and one sentence that says what to do each, for the loader and for the server.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($variant:ident $code:literal $text:literal;)+) => {
        /// Why a survey is not shown. Those that [`super::decide`] gives come first, in its order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Reason { $(#[doc = $text] $variant,)+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// One English sentence for whoever set the survey up: what is so, and what to do.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

reasons! {
    Consent "consent" "The visitor has not consented: nothing is shown until the page calls bearing('consent', true).";
    Signal "signal" "The browser sends a signal that the site respects: take it out of the site's respect_signals to ask anyway.";
    Declined "declined" "The visitor chose not to be asked again: only bearing('reset') forgets that.";
    Schedule "schedule" "The moment is outside the survey's dates: change from or until.";
    Touchpoint "touchpoint" "The page is at none of the survey's touchpoints: name one in the tag, or add the page's to touchpoints.";
    Inline "inline" "The survey stands only where the page has a bearing-survey element for it: add one, or choose another position.";
    Url "url" "The page's address is left out by a rule, or taken by none: compare it with urls.";
    Device "device" "The device is not one of the survey's: add it to devices.";
    Locale "locale" "The page's locale is not one of the survey's: add it to locales.";
    Attribute "attribute" "An attribute is absent or not as the survey wants it: compare what the page says with attributes.";
    Trigger "trigger" "Nothing that starts the survey has happened on this page view, or its delay is not over: see triggers.";
    Cancelled "cancelled" "The page tracked a name that calls the survey off: it waits for the next page view, see cancel.";
    Sample "sample" "The visitor is not in the sample: raise sample_percent, or try another visitor.";
    Answered "answered" "The visitor has answered the survey: wait until again_after_days are over, or set them.";
    Dismissed "dismissed" "The visitor has closed the survey: wait until again_after_days are over, or set them.";
    Shows "shows" "The visitor has seen the survey as often as shows allows: raise it, or let it rest again_after_days.";
    RestMetric "rest_metric" "The visitor was asked for this metric too recently: see the metric's days in the site's rest.";
    RestSite "rest_site" "The visitor was asked something too recently: see site_days in the site's rest.";
    Open "open" "A card is open, or was on this page view: close it and call show, or wait for the next page view.";
    NotPublished "not_published" "The survey is a draft: publish it.";
    Paused "paused" "The survey is paused: publish it again.";
    Silenced "silenced" "The site shows no survey for now: switch that off in its settings.";
    Full "full" "The survey has as many answers as it may have: raise answers and publish it.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_the_code_is_the_word_on_the_wire() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("serialises"), reason.code());
            assert!(reason.text().ends_with('.') && reason.text().contains(':'), "{}", reason.code());
        }
    }
}
