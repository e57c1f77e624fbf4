//! A chart as a picture that stands alone: an SVG with its title, its colours as attributes, and nothing from elsewhere.

use std::fmt::Write;

/// Room around everything, in pixels.
const ROOM: u32 = 16;
/// The height of the title's lines and of the others, and their letters, in pixels.
const TITLE: (u32, u32) = (22, 16);
const FACTS: (u32, u32) = (18, 12);

/// A picture: a chart with what it is about above it.
pub struct Picture<'a> {
    /// The chart's width and height in pixels.
    pub size: (u32, u32),
    /// Whether words run from right to left.
    pub rtl: bool,
    /// The colours of the ground, the title and the other words.
    pub colours: [&'a str; 3],
    /// The names of the fonts, as CSS has them.
    pub font: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// Of whom, when, of how many.
    pub facts: &'a [String],
    /// The chart's elements, as [`element`] writes them.
    pub chart: &'a str,
}

impl Picture<'_> {
    /// The picture as an SVG file, with its width and height in pixels.
    pub fn svg(&self) -> (String, u32, u32) {
        let [ground, ink, soft] = self.colours;
        let width = self.size.0 + 2 * ROOM;
        let mut words = String::new();
        let mut below = ROOM;
        let mut add = |text: &str, (line, letters): (u32, u32), colour: &str, weight: &str| {
            for row in wrapped(text, self.size.0, letters) {
                below += line;
                let at = if self.rtl { width - ROOM } else { ROOM };
                let facts = [
                    ("x", at.to_string()),
                    ("y", (below - 6).to_string()),
                    ("font-size", letters.to_string()),
                    ("font-weight", weight.to_owned()),
                    ("fill", colour.to_owned()),
                ];
                element(&mut words, "text", &facts, &row);
            }
        };
        add(self.title, TITLE, ink, "600");
        self.facts.iter().for_each(|fact| add(fact, FACTS, soft, "400"));
        let top = below + ROOM / 2;
        let height = top + self.size.1 + ROOM;
        let (font, direction) = (escaped(self.font), if self.rtl { "rtl" } else { "ltr" });
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{font}\" direction=\"{direction}\"><rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>{words}\
             <g transform=\"translate({ROOM} {top})\">{}</g></svg>",
            escaped(ground),
            self.chart
        );
        (svg, width, height)
    }
}

/// Adds an element with its attributes and its text.
pub fn element(into: &mut String, name: &str, attributes: &[(&str, String)], text: &str) {
    // Writing into a string cannot fail.
    let _ = write!(into, "<{name}");
    for (attribute, value) in attributes {
        let _ = write!(into, " {attribute}=\"{}\"", escaped(value));
    }
    let _ = write!(into, ">{}</{name}>", escaped(text));
}

/// A colour as attributes take it, and how opaque it is where it is not wholly: `rgba()` is CSS, which programs that draw
/// SVG need not know.
pub fn paint(colour: &str) -> (String, Option<String>) {
    let parts = colour.strip_prefix("rgba(").and_then(|rest| rest.strip_suffix(')'));
    match parts.and_then(|parts| parts.rsplit_once(',')) {
        Some((solid, opacity)) => (format!("rgb({solid})"), Some(opacity.trim().to_owned())),
        None => (colour.to_owned(), None),
    }
}

/// A text that is no markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text in rows that fit a width, by what letters are wide on the whole.
fn wrapped(text: &str, width: u32, letters: u32) -> Vec<String> {
    let most = (width * 9 / (letters * 5)).max(8) as usize;
    let mut rows = vec![String::new()];
    for word in text.split_whitespace() {
        let last = rows.len() - 1;
        let row = &mut rows[last];
        if row.is_empty() {
            row.push_str(word);
        } else if row.chars().count() + 1 + word.chars().count() <= most {
            row.push(' ');
            row.push_str(word);
        } else {
            rows.push(word.to_owned());
        }
    }
    rows.retain(|row| !row.is_empty());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_stands_alone_and_what_strangers_wrote_is_no_markup() {
        let mut chart = String::new();
        element(&mut chart, "text", &[("fill", "rgb(1, 2, 3)".to_owned())], "41 & <more>");
        let facts = ["Lamp \"shop\" <script>".to_owned(), "n = 1,234".to_owned()];
        let picture = Picture {
            size: (320, 260),
            rtl: true,
            colours: ["#fff", "#111", "#444"],
            font: "system-ui, \"Segoe UI\"",
            title: "NPS over time",
            facts: &facts,
            chart: &chart,
        };
        let (svg, width, height) = picture.svg();
        assert_eq!((width, height), (352, 16 + 22 + 2 * 18 + 8 + 260 + 16));
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"352\""), "{svg}");
        assert!(svg.contains("direction=\"rtl\"") && svg.contains("x=\"336\""), "{svg}");
        assert!(svg.contains("Lamp &quot;shop&quot; &lt;script&gt;") && svg.contains("41 &amp; &lt;more&gt;"), "{svg}");
        assert!(svg.contains("font-family=\"system-ui, &quot;Segoe UI&quot;\""), "{svg}");
        assert!(!svg.contains("var(") && !svg.contains("href"), "{svg}");
    }

    #[test]
    fn opacity_is_an_attribute_of_its_own() {
        assert_eq!(paint("rgb(33, 82, 199)"), ("rgb(33, 82, 199)".to_owned(), None));
        assert_eq!(paint("rgba(33, 82, 199, 0.15)"), ("rgb(33, 82, 199)".to_owned(), Some("0.15".to_owned())));
        assert_eq!(paint("none"), ("none".to_owned(), None));
    }

    #[test]
    fn words_stay_whole_and_go_on_below() {
        assert_eq!(wrapped("one two three", 100, 12), ["one two three"]);
        assert_eq!(wrapped("one two three four five", 100, 12), ["one two three", "four five"]);
        assert_eq!(wrapped("unbreakablylongword", 20, 12), ["unbreakablylongword"]);
        assert!(wrapped("", 100, 12).is_empty());
    }
}
