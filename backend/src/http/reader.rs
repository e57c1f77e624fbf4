//! The reader of a hosted page or of the script: the languages that they ask for, best first, and which of ours they get.

use axum::http::{HeaderMap, header};
use bearing_shared::text::{self, Language};
use bearing_storage::PublishedVersion;

/// The most languages of a browser that are looked at.
const LANGUAGES: usize = 10;

/// The locales that a reader asks for, best first.
pub struct Languages(Vec<String>);

impl Languages {
    /// A reader whose address or form names a locale (`""`: none), and whose browser sends these headers.
    pub(super) fn new(asked: &str, headers: &HeaderMap) -> Self {
        let sent = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut weighted: Vec<(f32, &str)> =
            sent.split(',').take(LANGUAGES).map(weighted).filter(|(weight, _)| *weight > 0.0).collect();
        // Stable: languages of the same weight stay in the browser's order.
        weighted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let browser = weighted.into_iter().map(|(_, tag)| tag);
        Self([asked].into_iter().chain(browser).filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
    }

    /// The locale of a survey's texts for this reader: its default where it is written in none that they ask for.
    pub(super) fn locale(&self, version: &PublishedVersion) -> String {
        self.nearest(version.survey.locales()).unwrap_or(&version.survey.default_locale).to_owned()
    }

    /// The one of the `available` locales that suits this reader best, if any does.
    pub(super) fn nearest<'a>(&self, available: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
        self.0.iter().find_map(|tag| text::nearest(tag, available.clone()))
    }

    /// The interface language for this reader where no survey's texts stand beside it.
    pub(super) fn language(&self) -> &'static Language {
        self.0.iter().find_map(|tag| Language::find(tag)).unwrap_or(Language::ENGLISH)
    }
}

/// One part of `accept-language`, `de-AT;q=0.8`: its weight, 0 to 1, and its tag.
fn weighted(part: &str) -> (f32, &str) {
    let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
    let weight = rest.trim().strip_prefix("q=").map(|weight| weight.trim().parse().unwrap_or(0.0));
    (weight.unwrap_or(1.0), tag.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn reader(asked: &str, sent: &'static str) -> Languages {
        Languages::new(asked, &HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(sent))]))
    }

    #[test]
    fn the_languages_of_a_browser_are_tried_by_weight() {
        for (sent, expected) in [
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("en;q=0.3, hr, fr;q=0.9", "fr"),
            ("hr;q=1.0,sr;q=0.9", "en"),
            ("nl;q=0, de;q=0.1", "de"),
            ("ja, nl", "ja"),
            ("sr ; q=0.5, zh-HK; q=0.4", "zh-Hant"),
            ("*", "en"),
            (";q=x,,=", "en"),
            ("de;q=nonsense, fr;q=0.1", "fr"),
            ("", "en"),
        ] {
            assert_eq!(reader("", sent).language().locale, expected, "{sent}");
        }
    }

    #[test]
    fn what_the_address_asks_for_goes_first_and_what_we_lack_leaves_it_to_the_browser() {
        for (asked, expected) in [("nl-BE", "nl"), ("hr", "de"), ("no", "nb"), ("<script>", "de")] {
            assert_eq!(reader(asked, "de,fr").language().locale, expected, "{asked}");
        }
    }

    #[test]
    fn no_more_languages_are_read_than_a_person_speaks() {
        assert_eq!(reader("", "aa,ab,ac,ad,ae,af,ag,ah,ai,aj,de").language().locale, "en");
        assert_eq!(reader("", "aa,ab,ac,ad,ae,af,ag,ah,ai,de").language().locale, "de");
    }
}
