//! Themes: what is refused, what is worked out, and that nothing an owner writes becomes a rule.

use super::*;

fn theme(light: Palette) -> Theme {
    Theme { light, ..Theme::default() }
}

fn set(colour: &str) -> Option<String> {
    Some(colour.to_owned())
}

#[test]
fn bearings_own_colours_can_be_read_in_both_schemes() {
    for colours in [Colours::LIGHT, Colours::DARK] {
        for (name, front, behind, back) in colours.pairs() {
            assert!(front.contrast(back) >= CONTRAST, "{name} on {behind}: {}", front.contrast(back));
        }
        // What shows a state without words: 3:1 beside what surrounds it.
        for (name, colour) in [("edge", colours.edge), ("accent", colours.accent), ("muted", colours.muted)] {
            assert!(colour.contrast(colours.surface) >= EDGE_CONTRAST, "{name}");
        }
    }
}

#[test]
fn nothing_set_writes_nothing() {
    for scheme in Scheme::ALL {
        assert_eq!(Theme::default().css(":host", scheme), "");
    }
    Theme::default().check().expect("Bearing's own theme is fine");
}

#[test]
fn words_on_the_accent_are_black_or_white_by_themselves() {
    let css = |accent: &str| {
        let theme = theme(Palette { accent: set(accent), ..Palette::default() });
        theme.check().expect(accent);
        theme.css(":host", Scheme::Light)
    };
    assert_eq!(css("#e60"), ":host{--bearing-accent:#ee6600;--bearing-on-accent:#000000}");
    assert_eq!(css("#603"), ":host{--bearing-accent:#660033}", "white is Bearing's own already");
    // Yellow on white shows no edge: the words' colour does.
    assert!(css("#ffe600").contains("--bearing-edge:#1c2330"), "{}", css("#ffe600"));
}

#[test]
fn pairs_that_cannot_be_read_are_refused_with_their_ratio() {
    for (palette, field, ratio) in [
        (Palette { text: set("#888"), ..Palette::default() }, "light.text", "3.54:1"),
        (Palette { surface: set("#1c2330"), ..Palette::default() }, "light.text", "1.00:1"),
        (Palette { accent: set("#fff"), on_accent: set("#eee"), ..Palette::default() }, "light.on_accent", "1.16:1"),
        (Palette { muted: set("#999"), ..Palette::default() }, "light.muted", "2.84:1"),
        (Palette { tint: set("#444"), ..Palette::default() }, "light.text", "1."),
    ] {
        let fault = theme(palette).check().expect_err(field);
        assert_eq!(fault.field.as_deref(), Some(field));
        assert!(fault.message.contains(ratio), "{}", fault.message);
    }
    let dark = Theme { dark: Palette { text: set("#222"), ..Palette::default() }, ..Theme::default() };
    assert_eq!(dark.check().expect_err("is too dark").field.as_deref(), Some("dark.text"));
}

#[test]
fn lesser_colours_are_mixed_from_surface_and_words() {
    for (surface, text) in [("#000", "#fff"), ("#fdf6e3", "#073642"), ("#fff", "#767676"), ("#123", "#fa0")] {
        let palette = Palette { surface: set(surface), text: set(text), ..Palette::default() };
        for (name, front, behind, back) in palette.completed(&Colours::LIGHT).pairs() {
            assert!(front.contrast(back) >= CONTRAST, "{surface} {text}: {name} on {behind}");
        }
    }
}

#[test]
fn each_scheme_has_its_own_rules() {
    let theme = Theme {
        font: set("Inter, Segoe UI, \"2 Font\", 3D, sans-serif"),
        radius: Some(0),
        light: Palette { accent: set("#603"), ..Palette::default() },
        dark: Palette { accent: set("#fc9"), ..Palette::default() },
        ..Theme::default()
    };
    let both = ":host{--bearing-font:Inter,Segoe UI,\"2 Font\",\"3D\",sans-serif;--bearing-radius:0px}";
    let (light, dark) = ("--bearing-accent:#660033", "--bearing-accent:#ffcc99;--bearing-on-accent:#000000");
    assert_eq!(theme.css(":host", Scheme::Light), format!("{both}:host{{{light}}}"));
    assert_eq!(theme.css(":host", Scheme::Dark), format!("{both}:host{{{dark}}}"));
    assert_eq!(
        theme.css(":root", Scheme::Auto),
        format!(
            "{}@media (prefers-color-scheme:light){{:root{{{light}}}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}",
            both.replace(":host", ":root")
        )
    );
}

#[test]
fn nothing_written_becomes_a_rule() {
    for evil in ["x}*{display:none", "a;b", "url(x)", "</style>", "\\22", "\"", "'a\"b'", "", ",", "a,,b", "a\nb", "/*"]
    {
        let theme = Theme {
            font: set(evil),
            light: Palette { accent: set(evil), surface: set(evil), ..Palette::default() },
            radius: Some(255),
            ..Theme::default()
        };
        assert!(theme.check().is_err(), "{evil}");
        // Even a store that was written by hand.
        assert_eq!(theme.css(":host", Scheme::Auto), ":host{--bearing-radius:32px}", "{evil}");
    }
}
