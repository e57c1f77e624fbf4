//! Locales: what a tag looks like, which of the available ones a reader gets, and which way a language is written.

use super::Language;

/// Tags that name a language in another way than its texts do: withdrawn tags, and those of a language whose readers
/// are given its written standard.
pub const ALIASES: &[(&str, &str)] = &[
    ("cmn", "zh"),
    ("in", "id"),
    ("iw", "he"),
    ("ji", "yi"),
    ("mo", "ro"),
    ("nn", "nb"),
    ("no", "nb"),
    ("tl", "fil"),
    ("yue", "zh"),
];

/// The regions where Chinese is written in traditional characters.
pub const TRADITIONAL: &[&str] = &["hk", "mo", "tw"];

/// Scripts that run from right to left.
const RTL_SCRIPTS: &[&str] = &[
    "adlm", "arab", "aran", "armi", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "syre", "syrj", "syrn", "thaa",
    "yezi",
];

/// Languages whose usual script runs from right to left (Unicode CLDR 48, likely subtags).
const RTL_LANGUAGES: &[&str] = &[
    "acm", "acw", "aeb", "afb", "aii", "ajp", "apc", "apd", "ar", "arc", "arq", "ars", "ary", "arz", "azb", "bal",
    "bej", "bgn", "bqi", "brh", "ckb", "dv", "fa", "glk", "haz", "he", "iw", "ji", "khw", "ks", "lad", "lah", "lki",
    "lrc", "luz", "mzn", "nqo", "ota", "pbt", "pnb", "prs", "ps", "rhg", "sd", "sdh", "skr", "sqt", "syr", "ug", "ur",
    "yi",
];

/// Languages that are written in the other direction than usual in some regions (the same source).
const ELSEWHERE: &[(&str, &[&str])] = &[
    ("az", &["iq", "ir"]),
    ("ha", &["cm", "sd"]),
    ("kk", &["af", "cn", "ir", "mn"]),
    ("ku", &["iq", "ir", "lb"]),
    ("ky", &["cn"]),
    ("ms", &["cc"]),
    ("pa", &["pk"]),
    ("sd", &["in"]),
    ("tg", &["pk"]),
    ("ug", &["kz", "mn"]),
    ("uz", &["af"]),
];

/// Whether a text looks like a BCP 47 tag: letters and digits in parts of 1 to 8, the first part 2 or 3 letters.
pub fn is_locale(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A tag's language, and its script and region where it names them. All in lower case, as the tag must be.
fn subtags(tag: &str) -> (&str, Option<&str>, Option<&str>) {
    // A single letter begins an extension, which may hold parts that look like regions.
    let mut parts = tag.split('-').take_while(|part| part.len() > 1);
    let language = parts.next().unwrap_or_default();
    let (mut script, mut region) = (None, None);
    for part in parts {
        let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match part.len() {
            4 if letters && region.is_none() => script = script.or(Some(part)),
            2 if letters => region = region.or(Some(part)),
            3 if part.bytes().all(|byte| byte.is_ascii_digit()) => region = region.or(Some(part)),
            _ => {}
        }
    }
    (language, script, region)
}

/// A tag in lower case with `-` between its parts, Chinese with its script; `related`: by the language that it is an
/// alias of.
fn canonical(tag: &str, related: bool) -> String {
    let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
    let (first, rest) = tag.split_at(tag.find('-').unwrap_or(tag.len()));
    let alias = ALIASES.iter().find(|(from, _)| related && *from == first);
    let language = alias.map_or(first, |(_, to)| to);
    let (_, script, region) = subtags(&tag);
    let script = match region {
        _ if language != "zh" || script.is_some() => "",
        Some(region) if TRADITIONAL.contains(&region) => "-hant",
        _ => "-hans",
    };
    format!("{language}{script}{rest}")
}

/// The one of the `available` locales that a reader who `wanted` one can read: itself, the same with fewer details,
/// another of its language, else one of a language that it is an alias of ([`ALIASES`]). `None` where there is none, and
/// for what is no locale.
pub fn nearest<'a>(wanted: &str, available: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    [false, true].into_iter().find_map(|related| {
        let wanted = canonical(wanted, related);
        if !is_locale(&wanted) {
            return None;
        }
        let tags: Vec<(String, &str)> = available.clone().map(|tag| (canonical(tag, related), tag)).collect();
        let found = |fits: &dyn Fn(&str) -> bool| tags.iter().find(|(tag, _)| fits(tag)).map(|(_, written)| *written);
        let mut shorter = Some(wanted.as_str());
        while let Some(tag) = shorter {
            let more = |other: &str| other.strip_prefix(tag).is_some_and(|rest| rest.starts_with('-'));
            if let Some(written) = found(&|other| other == tag).or_else(|| found(&more)) {
                return Some(written);
            }
            shorter = tag.rsplit_once('-').map(|(head, _)| head);
        }
        None
    })
}

/// The [`nearest`] of the `available` locales for a reader who `wanted` one, else `fallback`.
pub fn best_locale<'a>(wanted: &str, available: impl Iterator<Item = &'a str> + Clone, fallback: &'a str) -> &'a str {
    nearest(wanted, available).unwrap_or(fallback)
}

/// The direction of writing, `rtl` or `ltr`: by the script where the tag names one, else by language and region.
pub fn direction(locale: &str) -> &'static str {
    let tag = locale.to_ascii_lowercase();
    let (language, script, region) = subtags(&tag);
    let elsewhere = || {
        let regions = ELSEWHERE.iter().find(|(other, _)| *other == language).map_or(&[][..], |(_, regions)| regions);
        region.is_some_and(|region| regions.contains(&region))
    };
    let rtl = match script {
        Some(script) => RTL_SCRIPTS.contains(&script),
        None => RTL_LANGUAGES.contains(&language) != elsewhere(),
    };
    if rtl { "rtl" } else { "ltr" }
}

impl Language {
    /// The interface language for a locale; `None` where there is none that its reader can be expected to read.
    pub fn find(locale: &str) -> Option<&'static Self> {
        let tag = nearest(locale, Self::ALL.iter().map(|language| language.locale))?;
        Self::ALL.iter().copied().find(|language| language.locale == tag)
    }

    /// The interface language for a locale; English where there is none.
    pub fn of(locale: &str) -> &'static Self {
        Self::find(locale).unwrap_or(Self::ENGLISH)
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
    fn what_the_owner_wrote_in_the_readers_own_tag_goes_before_its_relatives() {
        for (wanted, available, expected) in [
            ("pt-AO", &["pt-BR", "pt"][..], Some("pt")),
            ("en-GB", &["en-US", "en-gb", "en"], Some("en-gb")),
            ("nn-NO", &["nb", "nn"], Some("nn")),
            ("nn", &["no"], Some("no")),
            ("no", &["nb", "no"], Some("no")),
            ("he", &["iw"], Some("iw")),
            ("id-ID", &["en", "in"], Some("in")),
            ("zh-HK", &["zh", "zh-TW"], Some("zh-TW")),
            ("zh-Hant", &["zh-CN"], Some("zh-CN")),
            ("zh-CN", &["zh-Hant", "zh-Hans-SG"], Some("zh-Hans-SG")),
            ("zh", &["zh-Hant", "zh-Hans"], Some("zh-Hans")),
            ("sr-Latn-RS", &["sr", "sr-Latn"], Some("sr-Latn")),
            ("az-Arab", &["az"], Some("az")),
            ("ne", &["ne-NP", "new"], Some("ne-NP")),
            ("new", &["ne"], None),
            ("hr", &["sr", "sl"], None),
        ] {
            assert_eq!(nearest(wanted, available.iter().copied()), expected, "{wanted} of {available:?}");
        }
    }

    #[test]
    fn every_alias_of_the_world_finds_its_interface_language() {
        for (wanted, expected) in [
            ("no", "nb"),
            ("nn-NO", "nb"),
            ("no-NO", "nb"),
            ("iw", "he"),
            ("iw-IL", "he"),
            ("mo", "ro"),
            ("ro-MD", "ro"),
            ("zh", "zh"),
            ("zh-CN", "zh"),
            ("zh-Hans", "zh"),
            ("zh-Hans-HK", "zh"),
            ("zh-SG", "zh"),
            ("cmn-Hans-CN", "zh"),
            ("cmn-TW", "zh-Hant"),
            ("zh-Hant", "zh-Hant"),
            ("zh-TW", "zh-Hant"),
            ("zh-HK", "zh-Hant"),
            ("zh-MO", "zh-Hant"),
            ("zh-hant-tw", "zh-Hant"),
            ("zh-Hant-CN", "zh-Hant"),
            ("yue", "zh"),
            ("yue-HK", "zh-Hant"),
            ("pt", "pt"),
            ("pt-PT", "pt"),
            ("pt-MZ", "pt"),
            ("pt-BR", "pt-BR"),
            ("pt_BR", "pt-BR"),
            ("PT-br-x-shop", "pt-BR"),
            ("de_DE_formal", "de"),
            ("es-419", "es"),
            ("fr-CA", "fr"),
            ("el-CY", "el"),
            ("hi-Deva-IN", "hi"),
            ("sr", "en"),
            ("sr-Latn", "en"),
            ("hr-HR", "en"),
            ("in", "en"),
            ("ji", "en"),
            ("tl", "en"),
            ("", "en"),
            ("-", "en"),
            ("*", "en"),
            ("i-klingon", "en"),
            ("../../etc", "en"),
            ("de de", "en"),
        ] {
            assert_eq!(Language::of(wanted).locale, expected, "{wanted}");
        }
        for (from, to) in ALIASES {
            assert_eq!(Language::find(from).map(|found| found.locale), Language::find(to).map(|found| found.locale));
        }
    }

    #[test]
    fn every_interface_language_is_its_own_nearest() {
        for language in Language::ALL {
            let tag = language.locale;
            for written in [tag.to_owned(), tag.to_uppercase(), tag.to_lowercase(), tag.replace('-', "_")] {
                assert_eq!(Language::of(&written).locale, tag);
            }
        }
    }

    #[test]
    fn a_script_decides_the_direction_where_the_tag_names_one() {
        for rtl in [
            "ar",
            "AR",
            "ar-EG",
            "he",
            "he-IL",
            "iw",
            "yi",
            "fa",
            "ur",
            "ps",
            "dv",
            "ckb",
            "ug",
            "sd",
            "sd-PK",
            "ks",
            "ks-Arab",
            "az-Arab",
            "AZ-ARAB",
            "az-IR",
            "az-Arab-AZ",
            "ku-Arab",
            "ku-IQ",
            "pa-PK",
            "pa-Arab",
            "uz-AF",
            "kk-CN",
            "ff-Adlm-GN",
            "tr-Arab",
            "en-Arab",
            "nqo",
            "syr",
            "ms-Arab",
            "ar-x-latn",
            "pnb",
            "he-Hebr-US",
        ] {
            assert_eq!(direction(rtl), "rtl", "{rtl}");
        }
        for ltr in [
            "en",
            "de",
            "az",
            "az-Latn",
            "az-AZ",
            "ku",
            "ku-TR",
            "pa",
            "pa-IN",
            "uz",
            "kk",
            "ff",
            "ff-Latn",
            "ar-Latn",
            "he-Latn",
            "fa-Cyrl",
            "ug-Cyrl",
            "ug-KZ",
            "sd-Deva",
            "sd-IN",
            "ks-Deva",
            "yi-Latn-US",
            "ja",
            "",
            "x-arab",
            "en-x-arab",
            "arn",
            "hea",
        ] {
            assert_eq!(direction(ltr), "ltr", "{ltr}");
        }
        let rtl = Language::ALL.iter().filter(|language| direction(language.locale) == "rtl");
        assert_eq!(rtl.map(|language| language.locale).collect::<Vec<_>>(), ["ar", "he"]);
    }

    #[test]
    fn odd_tags_are_refused() {
        for tag in ["", "e", "en_US", "1n", "en-", "../x", "a".repeat(40).as_str()] {
            assert!(!is_locale(tag), "{tag}");
        }
        assert!(is_locale("zh-Hant-TW"));
    }
}
