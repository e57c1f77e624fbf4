//! Rendered configs and trees, kept in memory until the store's configuration changes; never stored.

use std::sync::Arc;
use std::time::Duration;

use bearing_shared::api::embed::{Config, FORMAT, FirstQuestion, SurveyConfig, Tree};
use bearing_shared::id::{SiteKey, SurveyId};
use bearing_shared::look::Position;
use bearing_shared::rule;
use bearing_shared::text::{self, Language, TRADITIONAL};
use bearing_storage::{PublishedVersion, Site};
use bearing_widget::server::{SiteFacts, SurveyView, first_question_tree};
use moka::sync::Cache;
use serde_json::Value;

use super::embed::Reader;
use super::reader::Languages;
use crate::app::App;
use crate::directory::SiteView;

/// The most trees in one config.
const TREES: usize = 2;
/// The most trees kept; the least used go first.
const KEPT: u64 = 5_000;
/// The most bytes of configs kept, and of scripts.
const ROOM: u64 = 32 << 20;
/// How long what nobody asks for is kept.
const IDLE: Duration = Duration::from_secs(3_600);

/// A reply in every encoding, with its tag.
#[derive(Debug)]
pub struct Rendered {
    /// As it is.
    pub plain: Vec<u8>,
    /// Compressed by brotli.
    pub brotli: Vec<u8>,
    /// Compressed by gzip.
    pub gzip: Vec<u8>,
    /// A hash of the content.
    pub etag: String,
}

/// Every locale, as the loader reads it: what stands there begins a regular expression.
const ANY: &str = ".*";

/// A config within the loader.
#[derive(serde::Serialize)]
struct Sent {
    /// How the locales begin of the pages that it is for.
    #[serde(rename = "for")]
    readers: String,
    #[serde(flatten)]
    config: Config<Arc<Value>>,
}

/// The site, the revision of what is known of it, the locale, the touchpoint, and the surveys that are asked.
type Key = (SiteKey, i64, String, String, Vec<SurveyId>);
/// A survey's version and locale, and what the foot of its card says of the site: name and privacy page.
type TreeKey = (SurveyId, u32, String, String, Option<String>);

/// The cache.
pub struct Configs {
    configs: Cache<Key, Arc<Rendered>>,
    scripts: Cache<(Key, String), Option<Arc<Rendered>>>,
    trees: Cache<TreeKey, Option<Arc<Value>>>,
}

impl Default for Configs {
    fn default() -> Self {
        let size = |rendered: &Rendered| rendered.plain.len() + rendered.brotli.len() + rendered.gzip.len();
        let configs = Cache::builder().weigher(move |_, config: &Arc<Rendered>| weight(size(config)));
        let scripts = Cache::builder()
            .weigher(move |_, script: &Option<Arc<Rendered>>| weight(script.as_deref().map_or(0, size)));
        // A change of any site makes every key anew: the old ones leave soon.
        Self {
            configs: configs.max_capacity(ROOM).time_to_idle(IDLE).build(),
            scripts: scripts.max_capacity(ROOM).time_to_idle(IDLE).build(),
            trees: Cache::builder().max_capacity(KEPT).time_to_idle(IDLE).build(),
        }
    }
}

impl Configs {
    /// The config of a site for a reader's locale at a touchpoint, both as sent.
    pub fn config(&self, app: &App, view: &SiteView, reader: &Reader) -> Arc<Rendered> {
        let asked = view.asked(app.clock.now());
        let key = key(view, site_locale(view, &reader.locale), &reader.touchpoint, &asked);
        self.configs.get_with(key.clone(), || Arc::new(Rendered::of(json(&self.document(app, view, &asked, &key)))))
    }

    /// The loader with that config in it, for a reader of these languages whose page may be in another: `None` where one
    /// config is not for all who read a language, and the loader has to ask for its own.
    pub fn script(&self, app: &App, view: &SiteView, reader: &Reader, languages: &Languages) -> Option<Arc<Rendered>> {
        let (shown, asked) = (view.shown(), view.asked(app.clock.now()));
        // Where the address names a locale, the loader goes by it.
        let (locale, readers) = match &*reader.locale {
            "" => {
                let near = languages.nearest(written(&shown)).unwrap_or_default();
                let locale = site_locale(view, near);
                let readers = beginning(&locale, written(&shown))?;
                (locale, readers)
            }
            said => (site_locale(view, said), ANY.to_owned()),
        };
        let key = key(view, locale, &reader.touchpoint, &asked);
        self.scripts.get_with((key.clone(), readers.clone()), || {
            let sent = Sent { readers, config: self.document(app, view, &asked, &key) };
            let config = String::from_utf8(json(&sent)).ok()?;
            let loader = app.assets.loader.as_ref()?;
            Some(Arc::new(Rendered::of(loader.with(&config).into_bytes())))
        })
    }

    fn document(
        &self,
        app: &App,
        view: &SiteView,
        asked: &[&PublishedVersion],
        (_, _, locale, touchpoint, _): &Key,
    ) -> Config<Arc<Value>> {
        let mut config = Config::new(view.site.key.clone(), locale, app.assets.build.clone());
        config.rest = view.site.settings.rest;
        config.signals.clone_from(&view.site.settings.respect_signals);
        let config_of = |version: &&PublishedVersion| {
            let locale = survey_locale(version, locale);
            SurveyConfig::new(version.id.clone(), version.version, &version.survey, &locale)
        };
        config.surveys = asked.iter().map(config_of).collect();
        let due: Vec<&PublishedVersion> = likely(asked, touchpoint).collect();
        config.trees = due.iter().filter_map(|version| self.tree(view, version, locale)).collect();
        if !config.trees.is_empty() {
            config.css = css(app, view, &due);
        }
        config.privacy.clone_from(&view.site.settings.privacy_url);
        config.scheme = view.site.settings.theme.scheme;
        let spelt = |name: &String| url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        config.parameters = view.site.settings.url_parameters.iter().map(spelt).collect();
        config
    }

    /// One first question for a reader's locale.
    pub fn first(&self, app: &App, view: &SiteView, version: &PublishedVersion, locale: &str) -> Option<Rendered> {
        let tree = self.tree(view, version, locale)?;
        Some(Rendered::of(json(&FirstQuestion { tree, css: css(app, view, &[version]) })))
    }

    fn tree(&self, view: &SiteView, version: &PublishedVersion, locale: &str) -> Option<Tree<Arc<Value>>> {
        let locale = survey_locale(version, locale);
        let site = site_facts(&view.site);
        let facts = (site.name.to_owned(), site.privacy_url.map(str::to_owned));
        let key = (version.id.clone(), version.version, locale.clone(), facts.0, facts.1);
        let root = self.trees.get_with(key, || {
            let view = SurveyView { survey: &version.survey, locale: &locale, site };
            match first_question_tree(&view).map(serde_json::to_value) {
                Ok(Ok(root)) => Some(Arc::new(root)),
                fault => {
                    // A fault of our view, never of the owner's texts: the page goes without this survey.
                    tracing::error!(survey = %version.id, ?fault, "a first question could not be drawn");
                    None
                }
            }
        })?;
        Some(Tree { v: FORMAT, survey: version.id.clone(), version: version.version, locale, root })
    }
}

/// The style sheet of these surveys' cards, with the site's theme.
fn css(app: &App, view: &SiteView, versions: &[&PublishedVersion]) -> String {
    let theme = &view.site.settings.theme;
    let surveys = versions.iter().map(|version| (&version.survey, version.survey.look.position));
    app.assets.styles.sheet(surveys) + &theme.css(":host", theme.scheme)
}

/// What a respondent can learn of a site.
pub(super) fn site_facts(site: &Site) -> SiteFacts<'_> {
    SiteFacts { name: &site.settings.name, privacy_url: site.settings.privacy_url.as_deref() }
}

/// The surveys whose first questions are worth sending ahead: those that can be due at a touchpoint, first the one that
/// goes first; one that waits for its element only where no other can be.
fn likely<'a>(
    asked: &'a [&'a PublishedVersion],
    touchpoint: &'a str,
) -> impl Iterator<Item = &'a PublishedVersion> + 'a {
    let here = move |inline: bool| {
        asked.iter().copied().filter(move |version| {
            let survey = &version.survey;
            (survey.look.position == Position::Inline) == inline && rule::is_shown_at(survey, touchpoint)
        })
    };
    let inline = here(false).next().is_none();
    here(inline).take(TREES)
}

/// What an entry weighs: its bytes and about as many as its key takes.
fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes + 500).unwrap_or(u32::MAX)
}

/// Only what changes the reply is in the key, so that strangers cannot fill the cache. Surveys end at their time or their
/// cap without a change of the configuration, so those that are `asked` are in it.
fn key(view: &SiteView, locale: String, touchpoint: &str, asked: &[&PublishedVersion]) -> Key {
    let ids = asked.iter().map(|version| version.id.clone()).collect();
    (view.site.key.clone(), view.revision, locale, view.touchpoint(touchpoint).to_owned(), ids)
}

/// How the locales begin, in lower case and up to a hyphen or their end, that lead to this one of those that are written and
/// to no other, as a regular expression of JavaScript: `de` for `de`, `de-at` for `de-AT` beside `de`, `pt(?!-(br))` for `pt`
/// beside `pt-BR`, and [`ANY`] for one alone.
fn beginning<'a>(locale: &str, written: impl Iterator<Item = &'a str>) -> Option<String> {
    let ended = |tag: &str| tag.to_ascii_lowercase() + "-";
    let own = ended(locale);
    let others: Vec<String> = written.filter(|other| *other != locale).map(ended).collect();
    if others.is_empty() {
        return Some(ANY.to_owned());
    }
    let mut chinese = others.iter().filter(|other| other.starts_with("zh-")).map(String::as_str);
    match (&*own, chinese.next(), chinese.next()) {
        // A region tells the script where nothing else does.
        ("zh-", Some("zh-hant-"), None) => return Some(format!("zh(?!-(hant|{}))", TRADITIONAL.join("|"))),
        ("zh-hant-", Some("zh-"), None) => return Some(format!("zh-(hant|{})", TRADITIONAL.join("|"))),
        _ => {}
    }
    let mut heads = own.match_indices('-').map(|(at, _)| own.split_at(at).0);
    let alone = heads.find(|head| !others.iter().any(|other| other.starts_with(&ended(head))));
    let longer = || {
        let rests: Vec<&str> = others.iter().filter_map(|other| other.strip_prefix(&own)).collect();
        let known = !own.starts_with("zh-") && rests.iter().all(|rest| !rest.is_empty());
        known.then(|| {
            format!("{}(?!-({}))", own.trim_end_matches('-'), rests.join("|").replace("-|", "|").trim_end_matches('-'))
        })
    };
    alone.map(str::to_owned).or_else(longer)
}

/// The locales that surveys are written in.
fn written<'a>(shown: &'a [&'a PublishedVersion]) -> impl Iterator<Item = &'a str> + Clone {
    shown.iter().flat_map(|version| version.survey.locales())
}

/// The locale of a site's config: the best of those that its surveys are written in.
fn site_locale(view: &SiteView, wanted: &str) -> String {
    let shown = view.shown();
    let fallback = shown.first().map_or("en", |version| version.survey.default_locale.as_str());
    match shown.is_empty() {
        true => Language::of(wanted).locale.to_owned(),
        false => text::best_locale(wanted, written(&shown), fallback).to_owned(),
    }
}

/// The locale of one survey for a reader.
fn survey_locale(version: &PublishedVersion, wanted: &str) -> String {
    text::best_locale(wanted, version.survey.locales(), &version.survey.default_locale).to_owned()
}

/// Serialising our own types cannot fail; an empty object would still be valid for a loader.
fn json(document: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_else(|_| b"{}".to_vec())
}

impl Rendered {
    fn of(plain: Vec<u8>) -> Self {
        let hash = data_encoding::HEXLOWER.encode(&crate::auth::hash_bytes(&plain)[..8]);
        Self { brotli: brotli(&plain), gzip: gzip(&plain), etag: format!("\"{hash}\""), plain }
    }
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let params = ::brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 18, ..Default::default() };
    match ::brotli::BrotliCompress(&mut &bytes[..], &mut out, &params) {
        Ok(_) => out,
        Err(_) => Vec::new(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCALES: &str =
        "de de-AT en en-GB en-US fi-FI fil pt pt-PT pt-BR pt-AO zh zh-CN zh-SG zh-TW zh-HK zh-Hans-HK zh-Hant-CN";

    /// What the loader's regular expression does with the few patterns that there are.
    fn begins(locale: &str, pattern: &str) -> bool {
        let tag = locale.to_ascii_lowercase() + "-";
        let after = |head: &str| tag.strip_prefix(&format!("{head}-")).map(str::to_owned);
        let one_of = |list: &str, rest: &str| list.split('|').any(|one| rest.starts_with(one));
        if let Some((head, not)) = pattern.split_once("(?!-(") {
            return after(head).is_some_and(|rest| !one_of(not.trim_end_matches("))"), &rest));
        }
        if let Some((head, list)) = pattern.split_once("-(") {
            return after(head).is_some_and(|rest| one_of(list.trim_end_matches(')'), &rest));
        }
        pattern == ANY || after(pattern).is_some()
    }

    #[test]
    fn a_config_is_for_the_locales_that_lead_to_it_and_to_no_other() {
        for (locale, written, expected) in [
            ("de", &["de"][..], Some(ANY)),
            ("de", &["de", "de"], Some(ANY)),
            ("en", &["de", "en"], Some("en")),
            ("en-US", &["de", "en-US"], Some("en")),
            ("fi", &["fil", "fi"], Some("fi")),
            ("pt-BR", &["pt", "pt-BR"], Some("pt-br")),
            ("pt", &["pt", "pt-BR"], Some("pt(?!-(br))")),
            ("en", &["en", "en-GB", "de", "en-GB-oed"], Some("en(?!-(gb|gb-oed))")),
            ("en", &["EN", "en"], None),
            ("zh", &["zh", "zh-Hant", "en"], Some("zh(?!-(hant|hk|mo|tw))")),
            ("zh-Hant", &["zh", "zh-Hant"], Some("zh-(hant|hk|mo|tw)")),
            ("zh-Hant", &["zh-Hans", "zh-Hant"], Some("zh-hant")),
            ("zh", &["zh", "zh-TW"], None),
        ] {
            let found = beginning(locale, written.iter().copied());
            assert_eq!(found.as_deref(), expected, "{locale} of {written:?}");
            // What the loader takes it for is what the server would have sent.
            for wanted in LOCALES.split(' ') {
                let taken = found.as_ref().is_some_and(|pattern| begins(wanted, pattern));
                let sent = text::best_locale(wanted, written.iter().copied(), locale);
                assert!(!taken || sent == locale, "{wanted} of {written:?} is {sent}");
            }
        }
    }
}
