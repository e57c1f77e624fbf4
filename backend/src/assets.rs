//! The browser files that are baked into the binary, with their compressed twins.

use std::borrow::Cow;

use bearing_shared::api::embed::Build;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist/assets"]
#[allow_missing = true]
struct Files;

/// What the backend needs to know of the browser files.
pub struct Assets {
    /// Where the renderer is; `None` in a binary built without it.
    pub build: Option<Build>,
    /// The card's style sheet; empty in a binary built without it.
    pub card_css: &'static str,
}

impl Assets {
    /// Reads the list of what was built.
    pub fn load() -> Self {
        let build = Files::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok());
        Self { build, card_css: text("card.css") }
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
    let media_type = match path.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        _ => return None,
    };
    let taken = |name: &str| accept_encoding.split(',').any(|part| part.split(';').next().unwrap_or("").trim() == name);
    let (file, encoding) = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(name, _)| taken(name))
        .find_map(|(name, suffix)| Some((Files::get(&format!("{path}.{suffix}"))?, Some(name))))
        .or_else(|| Some((Files::get(path)?, None)))?;
    let hash = data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..8]);
    Some(Asset { body: file.data, media_type, encoding, etag: format!("\"{hash}\"") })
}
