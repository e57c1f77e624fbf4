//! The dashboard's words: a folder a language, a file a screen; what is missing in a language does not compile.

#[cfg(not(feature = "csr"))]
mod ar;
#[cfg(not(feature = "csr"))]
mod de;
#[cfg(not(feature = "csr"))]
mod en;
#[cfg(not(feature = "csr"))]
mod es;
mod fields;
#[cfg(not(feature = "csr"))]
mod fr;
#[cfg(not(feature = "csr"))]
mod nl;
mod said;

#[cfg(not(feature = "csr"))]
use bearing_shared::rule::Reason;

pub use fields::*;
pub use said::{listed, unlisted};

/// A language of the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its tag.
    pub tag: &'static str,
    /// Its own name.
    pub name: &'static str,
}

/// Every language, as a list to choose from shows them.
pub const LANGUAGES: [Language; 6] = [
    Language { tag: "en", name: "English" },
    Language { tag: "nl", name: "Nederlands" },
    Language { tag: "de", name: "Deutsch" },
    Language { tag: "fr", name: "Français" },
    Language { tag: "es", name: "Español" },
    Language { tag: "ar", name: "العربية" },
];

/// The words of every language, in the order of [`LANGUAGES`]; a browser reads the one that its reader understands.
#[cfg(not(feature = "csr"))]
pub const TEXTS: [&Text; 6] = [&en::TEXT, &nl::TEXT, &de::TEXT, &fr::TEXT, &es::TEXT, &ar::TEXT];

/// Why a survey is not shown, in every language, in the order of [`LANGUAGES`]. Only who asks reads it, from a file of its
/// own: it is no part of [`Text`].
#[cfg(not(feature = "csr"))]
pub const REASONS: [fn(Reason) -> &'static str; 6] = [
    en::reasons::reason,
    nl::reasons::reason,
    de::reasons::reason,
    fr::reasons::reason,
    es::reasons::reason,
    ar::reasons::reason,
];

impl Language {
    /// The language for a reader who understands these, the best first; English for all others.
    pub fn best<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        let known = |tag: &str| {
            let first = tag.split(['-', '_']).next().unwrap_or_default();
            LANGUAGES.into_iter().find(|language| language.tag.eq_ignore_ascii_case(first))
        };
        wanted.into_iter().find_map(known).unwrap_or(LANGUAGES[0])
    }

    /// `rtl` or `ltr`.
    pub fn direction(self) -> &'static str {
        if self.tag == "ar" { "rtl" } else { "ltr" }
    }
}

/// A text that depends on a number, by the plural categories of Unicode; an empty one reads as `other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plural {
    /// None.
    pub zero: &'static str,
    /// One.
    pub one: &'static str,
    /// Two.
    pub two: &'static str,
    /// A few.
    pub few: &'static str,
    /// Many.
    pub many: &'static str,
    /// Every other number.
    pub other: &'static str,
}

impl Plural {
    /// A text of a language that tells one from all other numbers.
    pub const fn of(one: &'static str, other: &'static str) -> Self {
        Self { zero: "", one, two: "", few: "", many: "", other }
    }

    /// A text of a language with six forms.
    pub const fn six([zero, one, two, few, many, other]: [&'static str; 6]) -> Self {
        Self { zero, one, two, few, many, other }
    }

    /// The form of a category, as `Intl.PluralRules` names it.
    pub fn form(&self, category: &str) -> &'static str {
        let form = match category {
            "zero" => self.zero,
            "one" => self.one,
            "two" => self.two,
            "few" => self.few,
            "many" => self.many,
            _ => self.other,
        };
        if form.is_empty() { self.other } else { form }
    }
}

/// A text with its places, such as `{n}`, filled.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_the_first_language_that_there_is() {
        assert_eq!(Language::best(["pt-BR", "nl-BE", "en"]).tag, "nl");
        assert_eq!(Language::best(["AR"]).direction(), "rtl");
        assert_eq!(Language::best([]).tag, "en");
    }

    #[test]
    fn words_survive_as_a_list_and_another_list_is_refused() {
        let strings = |text: &Text| listed(text).into_iter().map(str::to_owned).collect::<Vec<_>>();
        for text in TEXTS {
            assert_eq!(unlisted(strings(text)), Some(text));
        }
        let mut other = strings(TEXTS[0]);
        other.pop();
        assert_eq!(unlisted(other.clone()), None);
        other.extend(["one".to_owned(), "more".to_owned()]);
        assert_eq!(unlisted(other), None);
    }

    #[test]
    fn every_reason_has_words_of_its_own_that_say_what_to_do() {
        for (language, said) in LANGUAGES.iter().zip(REASONS) {
            let texts: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| said(*reason)).collect();
            assert_eq!(texts.len(), Reason::ALL.len(), "{}", language.tag);
            for reason in Reason::ALL {
                let text = said(*reason);
                assert!(text.ends_with('.') && text.contains([':', '؛']), "{} {}", language.tag, reason.code());
                let filled = *reason == Reason::Sample;
                assert_eq!(text.contains("{percent}"), filled, "{} {}", language.tag, reason.code());
                assert_eq!(text.contains('{'), filled, "{} {}", language.tag, reason.code());
            }
        }
    }

    #[test]
    fn places_are_filled_and_forms_fall_back() {
        assert_eq!(fill("{n} of {all}", &[("n", "3"), ("all", "9")]), "3 of 9");
        assert_eq!(Plural::of("one", "{n}").form("few"), "{n}");
        assert_eq!(Plural::six(["0", "1", "2", "f", "m", "o"]).form("zero"), "0");
    }

    #[test]
    fn every_language_fills_the_same_places_in_the_texts_that_have_some() {
        let places = |text: &str| {
            let mut names: Vec<String> =
                text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0.to_owned())).collect();
            names.sort();
            names
        };
        // A field a line; of a plural the form that every number may have.
        let lines = |text: &Text| -> Vec<String> {
            let forms = ["zero: ", "one: ", "two: ", "few: ", "many: "];
            // Debug writes a mark that joins a letter as its number.
            let printed = format!("{text:#?}").replace("\\u{", "");
            let kept = printed.lines().filter(|line| !forms.iter().any(|form| line.trim_start().starts_with(form)));
            kept.map(str::to_owned).collect()
        };
        let english = lines(TEXTS[0]);
        assert!(english.len() > 100, "every field has its line");
        for (language, text) in LANGUAGES.iter().zip(TEXTS) {
            for (line, english) in lines(text).iter().zip(&english) {
                assert_eq!(places(line), places(english), "{}: {line}", language.tag);
            }
        }
    }
}
