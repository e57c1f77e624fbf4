//! Looks as data: where a card stands, how a scale is drawn, and how a survey ends.

mod colour;
mod theme;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Fault};
use crate::metric::Group;
use crate::text::LocalText;

pub use colour::Colour;
pub use theme::{CONTRAST, Colours, Palette, Scheme, Theme};

/// The most endings of a survey.
pub const ENDINGS_LIMIT: usize = 10;
/// The most characters of an address that a survey or a site links to.
const ADDRESS_LIMIT: usize = 1_000;

/// How one survey looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Position::is_corner")]
    pub position: Position,
}

impl Look {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a card stands on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// At the bottom, where lines end.
    #[default]
    Corner,
    /// Across the bottom.
    Bar,
    /// In the middle, above everything: a modal dialog.
    Centre,
    /// In the flow, where the page's author put `<bearing-survey survey="…">`.
    Inline,
}

impl Position {
    /// Every position.
    pub const ALL: [Self; 4] = [Self::Corner, Self::Bar, Self::Centre, Self::Inline];

    /// Whether it is the usual one.
    pub fn is_corner(&self) -> bool {
        *self == Self::Corner
    }

    /// The name on the wire, which is also the class of the card's root element.
    pub fn name(self) -> &'static str {
        match self {
            Self::Corner => "corner",
            Self::Bar => "bar",
            Self::Centre => "centre",
            Self::Inline => "inline",
        }
    }
}

/// The thank-you of some groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Whose scores it follows; at least one group.
    pub groups: Vec<Group>,
    /// What is said; empty: the survey's thanks.
    #[serde(default, skip_serializing_if = "LocalText::is_empty")]
    pub text: LocalText,
    /// Where the respondent may go on: a review site, a help desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

impl Ending {
    /// Checks that it follows some of `groups`, the survey's, and that what it says and links to can be shown.
    ///
    /// # Errors
    /// The fault of the first field that cannot stand, its path below the ending.
    pub fn check(&self, groups: &[Group]) -> Result<(), Fault> {
        if self.groups.is_empty() || !self.groups.iter().all(|group| groups.contains(group)) {
            let names: Vec<_> = groups.iter().map(|group| group.name()).collect();
            let message = format!("An ending follows at least one group; the groups here are {}.", names.join(", "));
            return Err(Fault::at(Code::INVALID_FIELD, "groups", message));
        }
        if !self.text.is_empty() {
            self.text.check("text")?;
        }
        let Some(link) = &self.link else { return Ok(()) };
        if !is_address(&link.url) {
            let message = "Give an https address such as https://reviews.example/shop, of at most 1,000 characters.";
            return Err(Fault::at(Code::INVALID_FIELD, "link.url", message));
        }
        link.text.check("link.text")
    }
}

/// Whether a respondent may be led to an address: `https` (`http` only on this machine), a host without a name and
/// password before it, and nothing that could end an attribute or a line.
pub fn is_address(url: &str) -> bool {
    let (rest, needs_local) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // An IPv6 address stands in brackets and holds colons of its own.
    let host = match authority.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((inner, _)) => inner,
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "::1") || host.ends_with(".localhost");
    let plain =
        |sign: char| !sign.is_control() && !sign.is_whitespace() && !matches!(sign, '"' | '<' | '>' | '\\' | '`');
    !host.is_empty()
        && !authority.contains('@')
        && (is_local || !needs_local)
        && url.chars().count() <= ADDRESS_LIMIT
        && url.chars().all(plain)
}

/// A link at the end of a survey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// An `https` address (`http` only on localhost).
    pub url: String,
    /// Its words.
    pub text: LocalText,
}

/// How a scale is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Numbers.
    #[default]
    Numbers,
    /// Stars, filled up to the score.
    Stars,
    /// Five faces, from sad to glad.
    Faces,
}

impl Style {
    /// Every style.
    pub const ALL: [Self; 3] = [Self::Numbers, Self::Stars, Self::Faces];

    /// Whether it is the usual one.
    pub fn is_numbers(&self) -> bool {
        *self == Self::Numbers
    }

    /// The name on the wire, which is also the class of the scale.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Stars => "stars",
            Self::Faces => "faces",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_and_hold_nothing_odd() {
        for good in [
            "https://reviews.example/shop?from=bearing#top",
            "https://shop.example",
            "http://localhost:8787/thanks",
            "http://127.0.0.1/",
            "http://[::1]:80/x",
            "https://пример.example/ü",
        ] {
            assert!(is_address(good), "{good}");
        }
        let long = format!("https://shop.example/{}", "x".repeat(1_000));
        for bad in [
            "",
            "shop.example",
            "http://shop.example",
            "javascript:alert(1)",
            "JavaScript:alert(1)//https://",
            "data:text/html,x",
            "//shop.example",
            "https://",
            "https:///path",
            "https://user:pass@shop.example",
            "https://shop.example/a b",
            "https://shop.example/\"onclick=",
            "https://shop.example/\n",
            "https://shop.example\\@evil.example",
            "http://localhost.evil.example",
            long.as_str(),
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for position in Position::ALL {
            assert_eq!(serde_json::to_value(position).expect("serialises"), position.name());
        }
        for style in Style::ALL {
            assert_eq!(serde_json::to_value(style).expect("serialises"), style.name());
        }
    }
}
