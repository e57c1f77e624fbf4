//! The interface languages: what a reviewer who reads none of them can still hold their texts to.

use std::collections::BTreeSet;

use bearing_shared::instrument::Instrument;
use bearing_shared::text::{Language, Ui, is_locale};

/// Texts that are the same word in English.
const SHARED_WITH_ENGLISH: [(&str, &str); 4] = [("da", "send"), ("it", "privacy"), ("nb", "send"), ("nl", "privacy")];

/// The most bytes of a config that its interface texts take, as JSON and before compression.
const UI_LIMIT: usize = 800;

/// The longest sentence, and the longest question, in characters.
const SENTENCE: usize = 100;
const QUESTION: usize = 110;

/// What a text is, and so how long it may be, in characters, and whether it ends like a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A button, a link, a heading, the place among the questions: one line of a phone, 320 px wide.
    Line,
    /// A note beside a question.
    Note,
    /// The end of a scale: it shares its line with the other end.
    End,
    /// A whole sentence, or several.
    Sentence,
    /// A question that is asked.
    Question,
}

impl Role {
    fn limit(self) -> usize {
        match self {
            Self::Line => 30,
            Self::Note => 16,
            Self::End => 31,
            Self::Sentence => SENTENCE,
            Self::Question => QUESTION,
        }
    }
}

/// Every text of a language with its name and role. A new key does not compile until it has a role here.
fn texts(language: &Language) -> Vec<(String, &'static str, Role)> {
    let Ui {
        label,
        close,
        send,
        optional,
        required,
        choose,
        more,
        thanks,
        next,
        back,
        step,
        about,
        reads,
        anonymous,
        identified,
        privacy,
        never,
        withdraw,
        withdrawn,
        declined,
        closed,
        busy,
        long,
        refused,
        away,
        empty,
    } = language.ui;
    let lines = [
        ("label", label),
        ("close", close),
        ("send", send),
        ("more", more),
        ("next", next),
        ("back", back),
        ("step", step),
        ("about", about),
        ("privacy", privacy),
        ("never", never),
        ("withdraw", withdraw),
        ("empty", empty),
    ];
    let sentences = [
        ("required", required),
        ("choose", choose),
        ("thanks", thanks),
        ("reads", reads),
        ("anonymous", anonymous),
        ("identified", identified),
        ("withdrawn", withdrawn),
        ("declined", declined),
        ("closed", closed),
        ("busy", busy),
        ("long", long),
        ("refused", refused),
        ("away", away),
    ];
    let of = |role| move |(key, text): (&str, &'static str)| (key.to_owned(), text, role);
    let mut all: Vec<_> = lines.into_iter().map(of(Role::Line)).collect();
    all.extend(sentences.into_iter().map(of(Role::Sentence)));
    all.extend([("optional", optional)].into_iter().map(of(Role::Note)));
    all.extend([("why", language.why)].into_iter().map(of(Role::Question)));
    for instrument in Instrument::ALL {
        let (name, standard) = (instrument.name(), language.standard(instrument));
        all.push((format!("{name}.text"), standard.text, Role::Question));
        all.push((format!("{name}.low"), standard.low, Role::End));
        all.push((format!("{name}.high"), standard.high, Role::End));
    }
    all
}

/// Asks something of every text of every language but English.
fn each(mut holds: impl FnMut(&'static Language, &str, &'static str, Role)) {
    for language in Language::ALL {
        for (key, text, role) in texts(language) {
            holds(language, &key, text, role);
        }
    }
}

/// The names in braces, in alphabetical order.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    names.sort_unstable();
    names
}

/// The text without its placeholders.
fn words(text: &str) -> String {
    text.split('{').enumerate().fold(String::new(), |words, (place, part)| {
        words + if place == 0 { part } else { part.split_once('}').expect("a brace is closed").1 }
    })
}

/// The letters that a language is written with, besides a to z in those that have them; ranges are written `a-z`.
fn alphabet(locale: &str) -> (bool, &'static str) {
    match locale {
        "ar" => (false, "ء-ْ"),
        "cs" => (true, "áčďéěíňóřšťúůýž"),
        "da" | "nb" => (true, "æøå"),
        "de" => (true, "äöüß"),
        "el" => (false, "α-ωάέήίόύώϊϋΐΰ"),
        "en" => (true, ""),
        "es" => (true, "áéíñóúü"),
        "fi" => (true, "äö"),
        "fr" => (true, "àâæçéèêëîïôœùûüÿ"),
        "he" => (false, "א-ת"),
        "hi" => (false, "ऀ-ॣ"),
        "hu" => (true, "áéíóöőúüű"),
        "it" => (true, "àèéìòù"),
        "ja" => (false, "ぁ-ゖァ-ー々一-龯"),
        "ko" => (false, "가-힣"),
        "nl" => (true, "éëï"),
        "pl" => (true, "ąćęłńóśźż"),
        "pt" | "pt-BR" => (true, "áâãàçéêíóôõú"),
        "ro" => (true, "ăâîșț"),
        "sv" => (true, "åäö"),
        // The capital I with its dot becomes two characters in lower case.
        "tr" => (true, "çğıiöşü\u{307}"),
        "uk" => (false, "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
        "zh" | "zh-Hant" => (false, "一-龯"),
        other => panic!("say which letters `{other}` is written with"),
    }
}

fn is_of(alphabet: (bool, &str), letter: char) -> bool {
    let letters: Vec<char> = alphabet.1.chars().collect();
    let in_range = letters.windows(3).any(|part| part[1] == '-' && (part[0]..=part[2]).contains(&letter));
    in_range || letters.contains(&letter) || (alphabet.0 && letter.is_ascii_lowercase())
}

#[test]
fn languages_are_listed_once_by_tag_and_named() {
    let tags: Vec<&str> = Language::ALL.iter().map(|language| language.locale).collect();
    let sorted: BTreeSet<&str> = tags.iter().copied().collect();
    assert_eq!(tags, sorted.into_iter().collect::<Vec<_>>(), "sorted, and none twice");
    assert!(tags.len() >= 24, "{}", tags.len());
    assert!(tags.iter().all(|tag| is_locale(tag)));
    let names: BTreeSet<&str> = Language::ALL.iter().flat_map(|language| [language.english, language.name]).collect();
    // English is called by the same name twice.
    assert_eq!(names.len(), 2 * tags.len() - 1);
    assert_eq!(Language::ENGLISH.locale, "en");
}

#[test]
fn every_text_is_there_and_fits_where_it_is_shown() {
    each(|language, key, text, role| {
        let (locale, length) = (language.locale, text.chars().count());
        assert!(words(text).chars().any(char::is_alphabetic), "{locale} {key} says nothing");
        assert_eq!(text, text.trim(), "{locale} {key}");
        assert!(length <= role.limit(), "{locale} {key} has {length} of at most {} characters: {text}", role.limit());
    });
}

#[test]
fn placeholders_stand_where_english_has_them_and_nowhere_else() {
    let english = texts(Language::ENGLISH);
    for language in Language::ALL {
        for ((key, text, _), (_, model, _)) in texts(language).into_iter().zip(&english) {
            assert_eq!(placeholders(text), placeholders(model), "{} {key}: {text}", language.locale);
            assert_eq!(text.matches(['{', '}']).count(), 2 * placeholders(text).len(), "{} {key}", language.locale);
        }
    }
    let with = |name| {
        english.iter().filter(|(_, text, _)| text.contains(name)).map(|(key, ..)| key.as_str()).collect::<Vec<_>>()
    };
    // A number beside a noun would need plural rules; these number the question, and no noun depends on them.
    assert_eq!((with("{n}"), with("{total}"), with("{site}")), (vec!["step"], vec!["step"], vec!["reads"]));
}

#[test]
fn no_english_is_left_in_another_language() {
    let english = texts(Language::ENGLISH);
    let mut same = Vec::new();
    for language in Language::ALL.into_iter().filter(|language| language.locale != "en") {
        for ((key, text, _), (_, model, _)) in texts(language).into_iter().zip(&english) {
            if words(text).to_lowercase() == words(model).to_lowercase() {
                same.push((language.locale, key));
            }
        }
    }
    assert_eq!(
        same,
        SHARED_WITH_ENGLISH.map(|(locale, key)| (locale, key.to_owned())),
        "the list names all and no more"
    );
}

#[test]
fn every_letter_is_of_the_languages_own_alphabet() {
    each(|language, key, text, _| {
        for letter in words(text).to_lowercase().chars().filter(|letter| letter.is_alphabetic()) {
            assert!(is_of(alphabet(language.locale), letter), "{} {key}: {letter:?} in {text}", language.locale);
        }
    });
    for (locale, foreign) in
        [("de", 'é'), ("ro", 'ş'), ("uk", 'i'), ("el", 'o'), ("zh", 'の'), ("en", 'ä'), ("he", 'a')]
    {
        assert!(!is_of(alphabet(locale), foreign), "{foreign} is not {locale}");
    }
}

#[test]
fn marks_are_those_of_the_language() {
    each(|language, key, text, role| {
        let locale = language.locale;
        let at = format!("{locale} {key}: {text}");
        let plain = words(text);
        for typewriter in ["'", "\"", "...", "  ", " ,", " .", "\u{a0}\u{a0}"] {
            assert!(!text.contains(typewriter), "{at} has {typewriter:?}");
        }
        let ends: &[char] = match locale {
            "ar" => &['.', '!', '؟'],
            "el" => &['.', '!', ';'],
            "hi" => &['।', '!', '?'],
            "ja" | "zh" | "zh-Hant" => &['。', '！', '？'],
            _ => &['.', '!', '?'],
        };
        let is_sentence = matches!(role, Role::Sentence | Role::Question);
        assert_eq!(text.ends_with(ends), is_sentence, "{at}");
        for foreign in ['.', '!', '?', ';', '؟', '。', '！', '？', '।'].into_iter().filter(|mark| !ends.contains(mark))
        {
            // Hungarian numbers with a full stop; no other sentence has one that it does not end with.
            assert!(!plain.contains(foreign), "{at} has {foreign}");
        }
        match locale {
            "fr" => {
                let glued =
                    |mark: char| plain.matches(mark).count() == plain.matches(&format!("\u{202f}{mark}")).count();
                assert!(['?', '!'].into_iter().all(glued), "{at}: a narrow no-break space goes before the mark");
            }
            "es" => {
                assert_eq!(plain.matches('¿').count(), plain.matches('?').count(), "{at}");
                assert_eq!(plain.matches('¡').count(), plain.matches('!').count(), "{at}");
            }
            "ar" => assert!(!plain.contains(','), "{at}"),
            "ja" | "zh" | "zh-Hant" => assert!(!plain.contains([',', '(', ')', ':']), "{at}"),
            _ => {}
        }
    });
}

#[test]
fn what_can_be_pressed_or_picked_can_be_told_apart() {
    for language in Language::ALL {
        let Ui { close, send, more, next, back, never, withdraw, privacy, .. } = language.ui;
        let buttons = BTreeSet::from([close, send, more, next, back, never, withdraw, privacy]);
        assert_eq!(buttons.len(), 8, "{}: {buttons:?}", language.locale);
        for instrument in Instrument::ALL {
            let standard = language.standard(instrument);
            assert_ne!(standard.low, standard.high, "{}", language.locale);
        }
        let questions: BTreeSet<&str> = Instrument::ALL.iter().map(|each| language.standard(*each).text).collect();
        assert_eq!(questions.len(), Instrument::ALL.len(), "{}", language.locale);
    }
}

#[test]
fn a_config_carries_the_texts_that_the_card_needs_and_no_more() {
    for language in Language::ALL {
        let sent = serde_json::to_value(language.ui).expect("texts serialise");
        let keys: Vec<&str> = sent.as_object().expect("an object").keys().map(String::as_str).collect();
        let expected = [
            "back",
            "choose",
            "close",
            "declined",
            "label",
            "more",
            "next",
            "optional",
            "required",
            "send",
            "step",
            "thanks",
            "withdrawn",
        ];
        assert_eq!(keys, expected);
        let bytes = sent.to_string().len();
        assert!(bytes <= UI_LIMIT, "{}: {bytes} bytes", language.locale);
    }
}

#[test]
fn a_sites_name_keeps_its_place_in_a_sentence_of_either_direction() {
    for language in Language::ALL {
        let sentence = language.ui.read_by("Lumen & Söhne (GmbH)");
        assert!(sentence.contains("\u{2068}Lumen & Söhne (GmbH)\u{2069}"), "{sentence}");
        assert!(!sentence.contains(['{', '}']), "{sentence}");
    }
}
