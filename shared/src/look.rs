//! Looks as data: where a card stands, how a site colours it, and how a survey ends.

use serde::{Deserialize, Serialize};

use crate::metric::Group;
use crate::text::LocalText;

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
    /// Whether it is the usual one.
    pub fn is_corner(&self) -> bool {
        *self == Self::Corner
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
    /// Whether it is the usual one.
    pub fn is_numbers(&self) -> bool {
        *self == Self::Numbers
    }
}

/// How a site colours its cards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Light, dark, or as the visitor's system is.
    #[serde(default, skip_serializing_if = "Scheme::is_auto")]
    pub scheme: Scheme,
    /// Font names as in CSS; absent: the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub font: Option<String>,
    /// The corners' radius in px, 0 to 32; absent: 16.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius: Option<u8>,
    /// Colours in light surroundings.
    #[serde(default, skip_serializing_if = "Palette::is_default")]
    pub light: Palette,
    /// Colours in dark surroundings.
    #[serde(default, skip_serializing_if = "Palette::is_default")]
    pub dark: Palette,
}

impl Theme {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Which of a theme's two sets of colours is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// As the visitor's system is.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Scheme {
    /// Whether it follows the system.
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// Colours, each `#rgb` or `#rrggbb`; absent: Bearing's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Palette {
    /// Of what is chosen and of buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// Of words on the accent; absent: black or white, whichever contrasts more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_accent: Option<String>,
    /// Of the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<String>,
    /// Of words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of lesser words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<String>,
    /// Of borders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Of the steps of a scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tint: Option<String>,
    /// Of what is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<String>,
}

impl Palette {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
