//! The browser files that are baked into the binary, with their compressed twins.

use std::borrow::Cow;

use bearing_shared::api::embed::Build;
use bearing_shared::look::{Position, Style};
use bearing_shared::survey::Survey;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist/assets"]
#[allow_missing = true]
struct Files;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist/dashboard"]
#[allow_missing = true]
struct Dashboard;

/// What the backend needs to know of the browser files.
pub struct Assets {
    /// Where the renderer is; `None` in a binary built without it.
    pub build: Option<Build>,
    /// The style sheets; empty in a binary built without them.
    pub styles: Styles,
    /// The loader, for a config to be put into; `None` in a binary built without it.
    pub loader: Option<Loader>,
}

/// What stands in the loader where a site's config may stand: see `widget/loader/config.js`.
const PLACE: &str = "\"@config@\"";

/// The loader's text before and after the place of a config.
pub struct Loader {
    before: &'static str,
    after: &'static str,
}

impl Loader {
    fn of(text: &'static str) -> Option<Self> {
        let (before, after) = text.split_once(PLACE)?;
        Some(Self { before, after })
    }

    /// The loader with a config in it, which is JSON: the loader parses it, so that nothing in it is ever run.
    pub fn with(&self, config: &str) -> String {
        let quoted = config.replace('\\', r"\\").replace('\'', r"\'");
        [self.before, "'", &quoted, "'", self.after].concat()
    }
}

/// The card's style sheets: what every card needs, and what some surveys need beside it.
pub struct Styles {
    card: &'static str,
    stars: &'static str,
    faces: &'static str,
    bar: &'static str,
    centre: &'static str,
}

impl Styles {
    /// One sheet for all of these surveys, each at its position, with nothing that none of them needs.
    pub fn sheet<'a>(&self, surveys: impl Iterator<Item = (&'a Survey, Position)>) -> String {
        let mut parts = vec![self.card];
        for (survey, position) in surveys {
            let style = match survey.scored().map(|question| question.style) {
                Some(Style::Stars) => self.stars,
                Some(Style::Faces) => self.faces,
                Some(Style::Numbers) | None => "",
            };
            let place = match position {
                // Where an element asks for it any survey may stand in the flow: every card's sheet says how.
                Position::Corner | Position::Inline => "",
                Position::Bar => self.bar,
                Position::Centre => self.centre,
            };
            for part in [style, place] {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        parts.concat()
    }
}

impl Assets {
    /// Reads the list of what was built.
    pub fn load() -> Self {
        let build = Files::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok());
        let styles = Styles {
            card: text("card.css"),
            stars: text("stars.css"),
            faces: text("faces.css"),
            bar: text("bar.css"),
            centre: text("centre.css"),
        };
        Self { build, styles, loader: Loader::of(text("bearing.js")) }
    }
}

/// A file as text for as long as the process lives; empty if it was not built.
fn text(path: &str) -> &'static str {
    match Files::get(path).map(|file| file.data) {
        Some(Cow::Borrowed(bytes)) => std::str::from_utf8(bytes).unwrap_or_default(),
        // Debug builds read the folder; the few bytes are kept for good.
        Some(Cow::Owned(bytes)) => String::from_utf8(bytes).map_or("", |text| text.leak()),
        None => "",
    }
}

/// One browser file, in the best encoding that the reader takes.
pub struct Asset {
    /// Its bytes.
    pub body: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: &'static str,
    /// `br` or `gzip`; `None`: as it is.
    pub encoding: Option<&'static str>,
    /// The strong tag of this encoding.
    pub etag: String,
}

/// The file at a path, for a reader with this `accept-encoding`.
pub fn find(path: &str, accept_encoding: &str) -> Option<Asset> {
    find_in::<Files>(path, accept_encoding)
}

/// The dashboard's file at a path, for a reader with this `accept-encoding`.
pub fn find_dashboard(path: &str, accept_encoding: &str) -> Option<Asset> {
    find_in::<Dashboard>(path, accept_encoding)
}

/// The page that the dashboard begins with; `None` in a binary built without it.
pub fn dashboard_page() -> Option<Cow<'static, [u8]>> {
    Dashboard::get("index.html").map(|file| file.data)
}

fn find_in<F: RustEmbed>(path: &str, accept_encoding: &str) -> Option<Asset> {
    let media_type = match path.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => return None,
    };
    let taken = |name: &str| accept_encoding.split(',').any(|part| part.split(';').next().unwrap_or("").trim() == name);
    let (file, encoding) = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(name, _)| taken(name))
        .find_map(|(name, suffix)| Some((F::get(&format!("{path}.{suffix}"))?, Some(name))))
        .or_else(|| Some((F::get(path)?, None)))?;
    let hash = data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..8]);
    Some(Asset { body: file.data, media_type, encoding, etag: format!("\"{hash}\"") })
}

#[cfg(test)]
mod tests {
    use bearing_shared::instrument::Instrument;

    use super::*;

    #[test]
    fn a_config_in_the_loader_ends_no_text_and_keeps_every_character() {
        let loader = Loader::of("let a = \"@config@\";").expect("its place is there");
        assert_eq!(loader.with(r#"{"a":"it's \"so\"\n"}"#), r#"let a = '{"a":"it\'s \\"so\\"\\n"}';"#);
        assert!(Loader::of("let a = 1;").is_none());
    }

    #[test]
    fn a_sheet_holds_each_part_that_is_needed_once() {
        let styles = Styles { card: "card ", stars: "stars ", faces: "faces ", bar: "bar ", centre: "c " };
        let plain = Survey::standard("x", Instrument::Nps);
        let mut stars = Survey::standard("x", Instrument::Csat);
        stars.questions[0].style = Style::Stars;
        assert_eq!(styles.sheet(std::iter::empty()), "card ");
        assert_eq!(styles.sheet([(&plain, Position::Corner)].into_iter()), "card ");
        let surveys = [(&stars, Position::Bar), (&plain, Position::Bar), (&stars, Position::Inline)];
        assert_eq!(styles.sheet(surveys.into_iter()), "card stars bar ");
    }
}
