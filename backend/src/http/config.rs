//! Rendered configs and trees, kept in memory until the store's configuration changes; never stored.

use std::sync::Arc;

use bearing_shared::api::embed::{Config, FORMAT, FirstQuestion, SurveyConfig, Tree};
use bearing_shared::id::{SiteKey, SurveyId};
use bearing_shared::look::Position;
use bearing_shared::rule;
use bearing_shared::text::{self, Language};
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
/// The most configs and trees kept; the least used go first.
const KEPT: u64 = 5_000;

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
        Self { configs: Cache::new(KEPT), scripts: Cache::new(KEPT), trees: Cache::new(KEPT) }
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

/// Only what changes the reply is in the key, so that strangers cannot fill the cache. Surveys end at their time or their
/// cap without a change of the configuration, so those that are `asked` are in it.
fn key(view: &SiteView, locale: String, touchpoint: &str, asked: &[&PublishedVersion]) -> Key {
    let ids = asked.iter().map(|version| version.id.clone()).collect();
    (view.site.key.clone(), view.revision, locale, view.touchpoint(touchpoint).to_owned(), ids)
}

/// How the locales begin, in lower case and up to a hyphen or their end, that lead to this one of those that are written and
/// to no other: `de` for `de`, `de-at` for `de-AT` beside `de`, and [`ANY`] for one alone.
fn beginning<'a>(locale: &str, written: impl Iterator<Item = &'a str>) -> Option<String> {
    let ended = |tag: &str| tag.to_ascii_lowercase() + "-";
    let own = ended(locale);
    let others: Vec<String> = written.filter(|other| *other != locale).map(ended).collect();
    if others.is_empty() {
        return Some(ANY.to_owned());
    }
    let mut heads = own.match_indices('-').map(|(at, _)| own.split_at(at).0);
    heads.find(|head| !others.iter().any(|other| other.starts_with(&ended(head)))).map(str::to_owned)
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

    #[test]
    fn a_config_is_for_the_locales_that_lead_to_it_and_to_no_other() {
        for (locale, written, expected) in [
            ("de", &["de"][..], Some(ANY)),
            ("de", &["de", "de"], Some(ANY)),
            ("en", &["de", "en"], Some("en")),
            ("en-US", &["de", "en-US"], Some("en")),
            ("fi", &["fil", "fi"], Some("fi")),
            ("pt-BR", &["pt", "pt-BR"], Some("pt-br")),
            ("pt", &["pt", "pt-BR"], None),
            ("zh-Hant", &["zh-Hans", "zh-Hant"], Some("zh-hant")),
        ] {
            let found = beginning(locale, written.iter().copied());
            assert_eq!(found.as_deref(), expected, "{locale} of {written:?}");
            // What the loader takes it for is what the server would have sent.
            for wanted in ["de", "de-AT", "en", "en-GB", "fi-FI", "fil", "pt", "pt-PT", "pt-BR", "zh-Hant-HK", "zh-HK"]
            {
                let begins =
                    |head: &str| head == ANY || format!("{wanted}-").to_lowercase().starts_with(&format!("{head}-"));
                let taken = found.as_deref().is_some_and(begins);
                let sent = text::best_locale(wanted, written.iter().copied(), locale);
                assert!(!taken || sent == locale, "{wanted} of {written:?} is {sent}");
            }
        }
    }
}
