//! Colours as sRGB bytes: read, mixed, and how much two of them contrast (WCAG 2).

use std::fmt;

/// An opaque colour: red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// Black.
    pub const BLACK: Self = Self([0; 3]);
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// Reads `#rgb` or `#rrggbb`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.as_bytes();
        let digit = |place: usize| (digits[place] as char).to_digit(16).map(|digit| digit as u8);
        let channel = |place: usize| match digits.len() {
            3 => digit(place).map(|high| high * 17),
            6 => Some(digit(2 * place)? * 16 + digit(2 * place + 1)?),
            _ => None,
        };
        Some(Self([channel(0)?, channel(1)?, channel(2)?]))
    }

    /// The contrast ratio with another colour, from 1 (none) to 21 (black on white).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Black or white, whichever contrasts more; that is at least 4.58:1 for every colour.
    pub fn opposite(self) -> Self {
        if self.contrast(Self::BLACK) > self.contrast(Self::WHITE) { Self::BLACK } else { Self::WHITE }
    }

    /// This colour with a share of another in it, in percent, 0 to 100.
    #[must_use]
    pub fn mixed(self, other: Self, percent: u16) -> Self {
        let share = percent.min(100);
        let channel = |place: usize| {
            let (from, to) = (u16::from(self.0[place]), u16::from(other.0[place]));
            ((from * (100 - share) + to * share + 50) / 100) as u8
        };
        Self([channel(0), channel(1), channel(2)])
    }

    /// The relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

/// `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_both_forms_and_nothing_else() {
        assert_eq!(Colour::parse("#fff"), Some(Colour::WHITE));
        assert_eq!(Colour::parse("#2F56c9"), Some(Colour([0x2f, 0x56, 0xc9])));
        for bad in ["", "#", "fff", "#ff", "#ffff", "#ggg", "red", "#fffffff", "#ff f", "#é", "#1234é"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
        assert_eq!(Colour([1, 2, 255]).to_string(), "#0102ff");
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        // The known edge: #767676 is the lightest grey that passes on white.
        let grey = |byte| Colour([byte; 3]).contrast(Colour::WHITE);
        assert!(grey(0x76) >= 4.5 && grey(0x77) < 4.5, "{} {}", grey(0x76), grey(0x77));
    }

    #[test]
    fn black_or_white_can_be_read_on_every_colour() {
        for red in (0..=255).step_by(5) {
            for green in (0..=255).step_by(5) {
                for blue in (0..=255).step_by(15) {
                    let colour = Colour([red, green, blue]);
                    assert!(colour.contrast(colour.opposite()) >= 4.5, "{colour}");
                }
            }
        }
    }

    #[test]
    fn a_mixture_lies_between() {
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 0), Colour::BLACK);
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 100), Colour::WHITE);
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 50), Colour([128; 3]));
    }
}
