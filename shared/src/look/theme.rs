//! A site's theme: what its owner chose, checked for contrast, completed, and written as CSS custom properties.

use serde::{Deserialize, Serialize};

use super::Colour;
use crate::fault::{Code, Fault};

/// The least contrast of words on what is behind them (WCAG 2, level AA).
pub const CONTRAST: f64 = 4.5;
/// The least contrast of what shows a state, such as the edge of what is chosen.
const EDGE_CONTRAST: f64 = 3.0;
/// The largest radius of corners, in px.
const RADIUS_LIMIT: u8 = 32;
/// The most font names, and the most characters of one.
const FONTS_LIMIT: usize = 10;
const FONT_LIMIT: usize = 60;

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
    /// Every scheme.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// Whether it follows the system.
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }

    /// The name on the wire; of the fixed ones also the class of the card's root element.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Colours, each `#rgb` or `#rrggbb`. What is absent is Bearing's own; where the surface or the words are the site's,
/// the lesser colours between them are mixed from the two.
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

/// A complete set of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    /// Of what is chosen and of buttons.
    pub accent: Colour,
    /// Of words on the accent.
    pub on_accent: Colour,
    /// Of the card.
    pub surface: Colour,
    /// Of words.
    pub text: Colour,
    /// Of lesser words.
    pub muted: Colour,
    /// Of borders.
    pub line: Colour,
    /// Of the steps of a scale.
    pub tint: Colour,
    /// Of what is wrong.
    pub wrong: Colour,
    /// Of the edge of what is chosen or focused: the accent, or the words' colour where the accent is too faint.
    pub edge: Colour,
}

impl Colours {
    /// Bearing's own in light surroundings; card.css says the same.
    pub const LIGHT: Self = Self {
        accent: Colour([0x2f, 0x56, 0xc9]),
        on_accent: Colour::WHITE,
        surface: Colour::WHITE,
        text: Colour([0x1c, 0x23, 0x30]),
        muted: Colour([0x5a, 0x64, 0x75]),
        line: Colour([0xd8, 0xdd, 0xe6]),
        tint: Colour([0xf1, 0xf4, 0xf9]),
        wrong: Colour([0xb3, 0x26, 0x1e]),
        edge: Colour([0x2f, 0x56, 0xc9]),
    };
    /// Bearing's own in dark surroundings; card.css says the same.
    pub const DARK: Self = Self {
        accent: Colour([0x9d, 0xb4, 0xff]),
        on_accent: Colour([0x10, 0x18, 0x2b]),
        surface: Colour([0x1b, 0x21, 0x2c]),
        text: Colour([0xed, 0xf0, 0xf6]),
        muted: Colour([0xa5, 0xaf, 0xc0]),
        line: Colour([0x3a, 0x43, 0x53]),
        tint: Colour([0x26, 0x2e, 0x3b]),
        wrong: Colour([0xff, 0xb4, 0xab]),
        edge: Colour([0x9d, 0xb4, 0xff]),
    };

    /// Each colour with the name of its custom property, without `--bearing-`.
    pub fn named(&self) -> [(&'static str, Colour); 9] {
        [
            ("accent", self.accent),
            ("on-accent", self.on_accent),
            ("surface", self.surface),
            ("text", self.text),
            ("muted", self.muted),
            ("line", self.line),
            ("tint", self.tint),
            ("wrong", self.wrong),
            ("edge", self.edge),
        ]
    }

    /// Every pair of words and what is behind them, by name.
    pub fn pairs(&self) -> [(&'static str, Colour, &'static str, Colour); 5] {
        [
            ("text", self.text, "surface", self.surface),
            ("on_accent", self.on_accent, "accent", self.accent),
            ("muted", self.muted, "surface", self.surface),
            ("wrong", self.wrong, "surface", self.surface),
            ("text", self.text, "tint", self.tint),
        ]
    }
}

impl Palette {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The whole set: what the owner chose, the rest from `own` or mixed to fit. A colour that is none counts as absent.
    pub fn completed(&self, own: &Colours) -> Colours {
        let chosen = |colour: &Option<String>| colour.as_deref().and_then(Colour::parse);
        let surface = chosen(&self.surface).unwrap_or(own.surface);
        let text = chosen(&self.text).unwrap_or(own.text);
        let accent = chosen(&self.accent).unwrap_or(own.accent);
        let is_own = surface == own.surface && text == own.text;
        // From the surface towards the words.
        let between = |percent: u16, own: Colour| if is_own { own } else { surface.mixed(text, percent) };
        let readable = |colour: Colour| if colour.contrast(surface) < CONTRAST { text } else { colour };
        Colours {
            accent,
            on_accent: chosen(&self.on_accent).unwrap_or(if accent == own.accent {
                own.on_accent
            } else {
                accent.opposite()
            }),
            surface,
            text,
            muted: chosen(&self.muted).unwrap_or_else(|| readable(between(72, own.muted))),
            line: chosen(&self.line).unwrap_or_else(|| between(18, own.line)),
            tint: chosen(&self.tint).unwrap_or_else(|| {
                let tint = between(5, own.tint);
                if text.contrast(tint) < CONTRAST { surface } else { tint }
            }),
            wrong: chosen(&self.wrong).unwrap_or_else(|| readable(own.wrong)),
            edge: if accent.contrast(surface) < EDGE_CONTRAST { text } else { accent },
        }
    }

    fn check(&self, own: &Colours) -> Result<(), Fault> {
        for (name, colour) in [
            ("accent", &self.accent),
            ("on_accent", &self.on_accent),
            ("surface", &self.surface),
            ("text", &self.text),
            ("muted", &self.muted),
            ("line", &self.line),
            ("tint", &self.tint),
            ("wrong", &self.wrong),
        ] {
            if colour.as_deref().is_some_and(|colour| Colour::parse(colour).is_none()) {
                return Err(Fault::at(Code::INVALID_FIELD, name, "A colour is #rgb or #rrggbb, such as #2f56c9."));
            }
        }
        for (name, front, behind, back) in self.completed(own).pairs() {
            let ratio = front.contrast(back);
            if ratio < CONTRAST {
                // Cut and not rounded: 4.499 must not be told as 4.50.
                let shown = (ratio * 100.0).floor() / 100.0;
                let message = format!(
                    "`{name}` {front} on `{behind}` {back} has a contrast of {shown:.2}:1; choose two that have at \
                     least 4.5:1."
                );
                return Err(Fault::at(Code::INVALID_FIELD, name, message));
            }
        }
        Ok(())
    }

    /// What differs from Bearing's own, as custom properties.
    fn properties(&self, own: &Colours) -> String {
        let (whole, mut css) = (self.completed(own), String::new());
        for ((name, colour), (_, own)) in whole.named().into_iter().zip(own.named()) {
            // The edge follows the accent by itself.
            let follows = name == "edge" && colour == whole.accent;
            if colour != own && !follows {
                css += &format!("--bearing-{name}:{colour};");
            }
        }
        css
    }
}

impl Theme {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Checks that its values are colours, fonts and a radius, and that words can be read on what is behind them.
    ///
    /// # Errors
    /// `invalid_field`, its path below the theme; where two colours are too near, the sentence says their ratio.
    pub fn check(&self) -> Result<(), Fault> {
        if self.font.as_deref().is_some_and(|font| fonts(font).is_none()) {
            let message = "Give up to 10 font names between commas, such as Inter, \"Segoe UI\", sans-serif.";
            return Err(Fault::at(Code::INVALID_FIELD, "font", message));
        }
        if self.radius.is_some_and(|radius| radius > RADIUS_LIMIT) {
            return Err(Fault::at(Code::INVALID_FIELD, "radius", "The radius is 0 to 32, in px."));
        }
        self.light.check(&Colours::LIGHT).map_err(|fault| fault.under("light"))?;
        self.dark.check(&Colours::DARK).map_err(|fault| fault.under("dark"))
    }

    /// The theme as CSS that sets custom properties on what `selector` names; `scheme` says which colours are used.
    ///
    /// Nothing of what the owner wrote is copied as it is: colours and fonts are read and written anew, so that a
    /// value in the store that was never checked cannot become a rule.
    pub fn css(&self, selector: &str, scheme: Scheme) -> String {
        let rule = |properties: &str| match properties.trim_end_matches(';') {
            "" => String::new(),
            properties => format!("{selector}{{{properties}}}"),
        };
        let under = |scheme: &str, rule: String| match rule.as_str() {
            "" => rule,
            rule => format!("@media (prefers-color-scheme:{scheme}){{{rule}}}"),
        };
        let light = || rule(&self.light.properties(&Colours::LIGHT));
        let dark = || rule(&self.dark.properties(&Colours::DARK));
        let colours = match scheme {
            Scheme::Light => light(),
            Scheme::Dark => dark(),
            Scheme::Auto => under("light", light()) + &under("dark", dark()),
        };
        let font = self.font.as_deref().and_then(fonts).map_or(String::new(), |font| format!("--bearing-font:{font};"));
        let radius = self.radius.map_or(String::new(), |radius| {
            let radius = radius.min(RADIUS_LIMIT);
            format!("--bearing-radius:{radius}px;")
        });
        rule(&(font + &radius)) + &colours
    }
}

/// A list of font names as CSS; `None` where it is none. Names that are no identifiers are put between quotes.
fn fonts(list: &str) -> Option<String> {
    let mut css = Vec::new();
    for name in list.split(',') {
        let name = name.trim();
        let unquoted = ['"', '\''].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote));
        let bare = unquoted.unwrap_or(name).trim();
        let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '.');
        if bare.is_empty() || bare.chars().count() > FONT_LIMIT || !bare.chars().all(fits) {
            return None;
        }
        let is_identifier = |word: &str| {
            let start = word.trim_start_matches('-');
            start.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') && !word.contains('.')
        };
        let plain = unquoted.is_none() && bare.is_ascii() && bare.split(' ').all(is_identifier);
        css.push(if plain { bare.to_owned() } else { format!("\"{bare}\"") });
    }
    (css.len() <= FONTS_LIMIT).then(|| css.join(","))
}

#[cfg(test)]
#[path = "theme_tests.rs"]
mod tests;
