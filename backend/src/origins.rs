//! Which origins are a site's: by the entries of its list, and what an origin is at all.

use bearing_shared::api::sites::SiteSettings;
use bearing_storage::Standing;
use url::{Origin, Url};

/// The origin of pages that have none, such as those in a sandboxed frame.
pub const NULL: &str = "null";

/// The longest that is taken for an origin, in bytes: the longest name of a host with a scheme and a port.
const LONGEST: usize = 270;

/// How an origin stands to a site, by its settings alone.
pub fn standing(settings: &SiteSettings, origin: &str) -> Standing {
    let stands = |holds: bool| if holds { Standing::Allowed } else { Standing::Stranger };
    if origin == NULL {
        return stands(settings.allow_null_origin);
    }
    if settings.origins.iter().any(|pattern| pattern.trim_end_matches('/').eq_ignore_ascii_case(origin)) {
        return Standing::Listed;
    }
    stands(settings.origins.is_empty() || settings.origins.iter().any(|pattern| is_of(origin, pattern)))
}

/// Whether an origin fits a pattern: the same text, or `https://*.shop.example` for any name below `shop.example`.
pub fn is_of(origin: &str, pattern: &str) -> bool {
    match pattern.split_once("://*.") {
        Some((scheme, parent)) => origin
            .strip_prefix(scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .and_then(|host| host.strip_suffix(parent))
            .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => origin.eq_ignore_ascii_case(pattern.trim_end_matches('/')),
    }
}

/// The part of an address that its origin is in, without a look at what it says: never a path.
pub fn part(address: &str) -> &str {
    let Some(scheme) = address.find("://") else { return address };
    let host = scheme + "://".len();
    address[host..].find(['/', '?', '#']).map_or(address, |end| &address[..host + end])
}

/// An origin as browsers write it: `null`, or a scheme of the web, a host and a port that is not the usual one. `None`
/// for whatever else a stranger sends.
pub fn written(sent: &str) -> Option<String> {
    if sent == NULL {
        return Some(NULL.to_owned());
    }
    let url = Url::parse(sent).ok().filter(|url| sent.len() <= LONGEST && matches!(url.scheme(), "http" | "https"))?;
    match url.origin() {
        // A name in another script is longer as browsers write it.
        origin @ Origin::Tuple(..) => Some(origin.ascii_serialization()).filter(|written| written.len() <= LONGEST),
        Origin::Opaque(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_fit_their_patterns_and_no_look_alikes() {
        for (origin, pattern, expected) in [
            ("https://shop.example", "https://shop.example", true),
            ("https://shop.example", "https://shop.example/", true),
            ("http://shop.example", "https://shop.example", false),
            ("https://a.shop.example", "https://*.shop.example", true),
            ("https://a.b.shop.example", "https://*.shop.example", true),
            ("https://shop.example", "https://*.shop.example", false),
            ("https://evilshop.example", "https://*.shop.example", false),
            ("https://.shop.example", "https://*.shop.example", false),
            ("http://a.shop.example", "https://*.shop.example", false),
            ("https://a.shop.example.evil", "https://*.shop.example", false),
        ] {
            assert_eq!(is_of(origin, pattern), expected, "{origin} {pattern}");
        }
    }

    #[test]
    fn an_origin_has_no_path_and_is_written_one_way() {
        for (sent, expected) in [
            ("https://shop.example", Some("https://shop.example")),
            ("https://Shop.Example:443/basket?customer=7#x", Some("https://shop.example")),
            ("http://localhost:3000/", Some("http://localhost:3000")),
            ("https://ann:secret@shop.example/", Some("https://shop.example")),
            ("null", Some("null")),
            ("", None),
            ("shop.example", None),
            ("file:///page.html", None),
            ("chrome-extension://abcdef", None),
            ("https://", None),
        ] {
            assert_eq!(written(part(sent)).as_deref(), expected, "{sent}");
        }
        assert_eq!(written(&format!("https://{}.example", "a".repeat(300))), None);
        let in_another_script = format!("https://{}example", "é.".repeat(60));
        assert!(in_another_script.len() < LONGEST);
        assert_eq!(written(&in_another_script), None, "it is longer as browsers write it");
        assert_eq!(part("https://shop.example/basket?customer=7"), "https://shop.example");
        assert_eq!(part("https://shop.example?x"), "https://shop.example");
    }
}
