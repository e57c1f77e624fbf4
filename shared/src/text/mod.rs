//! Words: texts per locale, the choice of a locale, and the interface languages (a file a language).

mod ar;
mod cs;
mod da;
mod de;
mod el;
mod en;
mod es;
mod fi;
mod fr;
mod he;
mod hi;
mod hu;
mod it;
mod ja;
mod ko;
mod locale;
mod nb;
mod nl;
mod pl;
mod pt;
mod pt_br;
mod ro;
mod sv;
mod tr;
mod uk;
mod zh;
mod zh_hant;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::is_unseen;
use crate::fault::{Code, Fault};
use crate::instrument::Instrument;

pub use locale::{ALIASES, TRADITIONAL, best_locale, direction, is_locale, nearest};

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

    /// The text for a reader of `locale`: the [`nearest`] there is, else that of `fallback`, else the first.
    pub fn get(&self, locale: &str, fallback: &str) -> &str {
        let near = || self.0.get(nearest(locale, self.0.keys().map(String::as_str))?);
        let text = self.0.get(locale).or_else(near).or_else(|| self.0.get(fallback));
        text.or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    /// Checks that there is at least one text and that none is empty, too long or partly unseen; `field` names it in the fault.
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
            if text.contains(is_unseen) {
                let message = format!("The text in `{locale}` holds a control character; take it out.");
                return Err(Fault::at(Code::INVALID_FIELD, field, message));
            }
        }
        Ok(())
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
    /// Said on the hosted page when an answer could not be kept for now.
    #[serde(skip)]
    pub busy: &'static str,
    /// Said on the hosted page of an answer that is longer than is taken.
    #[serde(skip)]
    pub long: &'static str,
    /// Said on the hosted page of an answer that is refused for a reason that its reader can do nothing about.
    #[serde(skip)]
    pub refused: &'static str,
    /// Said in place of the hosted page when it cannot be shown for now.
    #[serde(skip)]
    pub away: &'static str,
    /// The label of the hosted form's field that no person meets: whatever is in it, a program has written.
    #[serde(skip)]
    pub empty: &'static str,
}

impl Ui {
    /// Who reads the answer, the site named. The name is isolated, so that one that is written in the other direction
    /// leaves the order of the sentence as it is.
    pub fn read_by(&self, site: &str) -> String {
        self.reads.replace("{site}", &format!("\u{2068}{site}\u{2069}"))
    }
}

/// One interface language.
pub struct Language {
    /// Its tag.
    pub locale: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    /// The interface texts.
    pub ui: Ui,
    /// The standard questions: NPS, CSAT, CES 1.0, CES 2.0.
    standards: [Standard; 4],
    /// The standard text follow-up.
    pub why: &'static str,
}

impl Language {
    /// Every interface language, by tag.
    pub const ALL: [&'static Self; 26] = [
        &ar::AR,
        &cs::CS,
        &da::DA,
        &de::DE,
        &el::EL,
        &en::EN,
        &es::ES,
        &fi::FI,
        &fr::FR,
        &he::HE,
        &hi::HI,
        &hu::HU,
        &it::IT,
        &ja::JA,
        &ko::KO,
        &nb::NB,
        &nl::NL,
        &pl::PL,
        &pt::PT,
        &pt_br::PT_BR,
        &ro::RO,
        &sv::SV,
        &tr::TR,
        &uk::UK,
        &zh::ZH,
        &zh_hant::ZH_HANT,
    ];

    /// The language of readers for whom there is no other.
    pub const ENGLISH: &'static Self = &en::EN;

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
    fn a_text_falls_back_to_its_language_then_the_default() {
        let text = |texts: &[(&str, &str)]| {
            LocalText(texts.iter().map(|(locale, text)| ((*locale).to_owned(), (*text).to_owned())).collect())
        };
        let site = text(&[("en", "hi"), ("nl", "hoi"), ("pt-BR", "oi"), ("nb", "hei")]);
        for (locale, expected) in [("nl-BE", "hoi"), ("fr", "hi"), ("pt", "oi"), ("PT-br", "oi"), ("nn-NO", "hei")] {
            assert_eq!(site.get(locale, "en"), expected, "{locale}");
        }
        assert_eq!(text(&[("nl", "hoi"), ("de", "hallo")]).get("fr", "en"), "hallo", "the first there is");
        assert_eq!(LocalText::default().get("fr", "en"), "");
    }
}
