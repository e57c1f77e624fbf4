//! Words: texts per locale, the choice of a locale, and the interface languages (a file a language).

mod ar;
mod de;
mod en;
mod nl;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Fault};
use crate::instrument::Instrument;

/// The most characters that a survey's own text may have.
pub const SURVEY_TEXT_LIMIT: usize = 500;

/// One text in several locales, by BCP 47 tag (`en`, `nl`, `pt-BR`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct LocalText(pub BTreeMap<String, String>);

impl LocalText {
    /// A text in one locale.
    pub fn one(locale: &str, text: &str) -> Self {
        Self(BTreeMap::from([(locale.to_owned(), text.to_owned())]))
    }

    /// Whether there is no text in any locale.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text for a reader of `locale`: that locale, else its language, else `fallback`, else the first there is.
    pub fn get(&self, locale: &str, fallback: &str) -> &str {
        let language = locale.split('-').next().unwrap_or(locale);
        [locale, language, fallback]
            .iter()
            .find_map(|tag| self.0.get(*tag))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// Checks that there is at least one text and that none is empty or too long; `field` names it in the fault.
    pub fn check(&self, field: &str) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Err(Fault::at(Code::MISSING_FIELD, field, "Give the text in at least one locale."));
        }
        for (locale, text) in &self.0 {
            if !is_locale(locale) {
                let message = format!("`{locale}` is not a locale such as en or pt-BR.");
                return Err(Fault::at(Code::INVALID_FIELD, field, message));
            }
            let length = text.trim().chars().count();
            if !(1..=SURVEY_TEXT_LIMIT).contains(&length) {
                let message = format!("The text in `{locale}` needs 1 to {SURVEY_TEXT_LIMIT} characters.");
                return Err(Fault::at(Code::INVALID_FIELD, field, message));
            }
        }
        Ok(())
    }
}

/// Whether a text looks like a BCP 47 tag: letters and digits in parts of 1 to 8, the first part 2 or 3 letters.
pub fn is_locale(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The best of the `available` locales for a reader who `wanted` one: itself, its language, another of its language,
/// else `fallback`.
pub fn best_locale<'a>(wanted: &str, available: impl Iterator<Item = &'a str> + Clone, fallback: &'a str) -> &'a str {
    let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let wanted_language = language(wanted);
    available
        .clone()
        .find(|tag| tag.eq_ignore_ascii_case(wanted))
        .or_else(|| available.clone().find(|tag| tag.eq_ignore_ascii_case(&wanted_language)))
        .or_else(|| available.clone().find(|tag| language(tag) == wanted_language))
        .unwrap_or(fallback)
}

/// The direction of writing: `rtl` or `ltr`.
pub fn direction(locale: &str) -> &'static str {
    match locale.split('-').next().unwrap_or_default() {
        "ar" | "arc" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi" => "rtl",
        _ => "ltr",
    }
}

/// The standard wording of a scored question.
#[derive(Clone, Copy, Debug)]
pub struct Standard {
    /// The question.
    pub text: &'static str,
    /// The label at the low end.
    pub low: &'static str,
    /// The label at the high end.
    pub high: &'static str,
}

/// The interface texts of one language: all that the widget says that the survey's owner did not write.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ui {
    /// The card's name for a screen reader.
    pub label: &'static str,
    /// The button that closes the card.
    pub close: &'static str,
    /// The button that sends the follow-ups.
    pub send: &'static str,
    /// Said beside a question that may stay empty.
    pub optional: &'static str,
    /// Said when a required follow-up is empty.
    pub required: &'static str,
    /// Said when the form is sent without a score.
    pub choose: &'static str,
    /// The link to the rest of the survey where it cannot be drawn in place.
    pub more: &'static str,
    /// The thanks, unless the survey has its own.
    pub thanks: &'static str,
    /// The button that leads to the next follow-up.
    pub next: &'static str,
    /// The button that leads back.
    pub back: &'static str,
    /// Where one is, for a screen reader; `{n}` and `{total}` are numbers.
    pub step: &'static str,
    /// The heading over who reads the answer.
    #[serde(skip)]
    pub about: &'static str,
    /// Who reads the answer; `{site}` is the site's name.
    #[serde(skip)]
    pub reads: &'static str,
    /// Said where nobody knows who answers.
    #[serde(skip)]
    pub anonymous: &'static str,
    /// Said where the site says who answers.
    #[serde(skip)]
    pub identified: &'static str,
    /// The link to the site's privacy page.
    #[serde(skip)]
    pub privacy: &'static str,
    /// The button that ends all asking.
    #[serde(skip)]
    pub never: &'static str,
    /// The button that takes an answer back.
    #[serde(skip)]
    pub withdraw: &'static str,
    /// Said when an answer was taken back.
    pub withdrawn: &'static str,
    /// Said when all asking was ended.
    pub declined: &'static str,
    /// Said of a survey that is not shown.
    #[serde(skip)]
    pub closed: &'static str,
}

/// One interface language.
pub struct Language {
    /// Its tag.
    pub locale: &'static str,
    /// The interface texts.
    pub ui: Ui,
    /// The standard questions: NPS, CSAT, CES 1.0, CES 2.0.
    standards: [Standard; 4],
    /// The standard text follow-up.
    pub why: &'static str,
}

impl Language {
    /// Every interface language.
    pub const ALL: [&'static Self; 4] = [&en::EN, &nl::NL, &de::DE, &ar::AR];

    /// The interface language for a locale; English where there is none.
    pub fn of(locale: &str) -> &'static Self {
        let tag = best_locale(locale, Self::ALL.iter().map(|language| language.locale), "en");
        Self::ALL.iter().find(|language| language.locale == tag).unwrap_or(&Self::ALL[0])
    }

    /// The standard wording for an instrument.
    pub fn standard(&self, instrument: Instrument) -> Standard {
        match instrument {
            Instrument::Nps => self.standards[0],
            Instrument::Csat => self.standards[1],
            Instrument::Ces1 => self.standards[2],
            Instrument::Ces2 => self.standards[3],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_locale_is_taken() {
        let site = ["en", "nl", "pt-BR"];
        for (wanted, expected) in [("nl-NL", "nl"), ("pt", "pt-BR"), ("PT-br", "pt-BR"), ("xx", "en"), ("", "en")] {
            assert_eq!(best_locale(wanted, site.into_iter(), "en"), expected, "{wanted}");
        }
    }

    #[test]
    fn a_text_falls_back_to_its_language_then_the_default() {
        let text = LocalText(BTreeMap::from([("en".into(), "hi".into()), ("nl".into(), "hoi".into())]));
        assert_eq!(text.get("nl-BE", "en"), "hoi");
        assert_eq!(text.get("fr", "en"), "hi");
        assert_eq!(LocalText::default().get("fr", "en"), "");
    }

    #[test]
    fn odd_tags_are_refused() {
        for tag in ["", "e", "en_US", "1n", "en-", "../x", "a".repeat(40).as_str()] {
            assert!(!is_locale(tag), "{tag}");
        }
        assert!(is_locale("zh-Hant-TW"));
    }
}
