//! A chart on the screen, kept as a picture: what is drawn there, with the words around it that say of whom and when.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement};

use crate::browser;
use crate::chart::picture::{Picture, element, paint};
use crate::locale::{locale, words};
use crate::part::{button, el, toasts};
use crate::site::SiteContext;

/// Pixels of a PNG for each of the screen.
const FINE: u32 = 2;
/// What is looked at, where the screen says it: the metric, the filters.
const ABOUT: &str = ".tabs [aria-current], .filters option:checked, .chip";
/// The attributes that say where something stands.
const PLACED: [&str; 12] = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "dy", "text-anchor"];
/// What a style sheet says of lines.
const LINES: [&str; 4] = ["stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap"];

/// A chart as elements with their colours, and what it says in words.
pub(crate) struct Chart {
    /// Its width and height in pixels.
    pub(crate) size: (u32, u32),
    /// Its elements.
    pub(crate) chart: String,
    /// When, of how many.
    pub(crate) facts: Vec<String>,
}

/// Two buttons that keep the chart of their card as a file of this name; a screen has one such chart. None on a board, which
/// has no site to name.
pub(crate) fn picture(name: &'static str, draw: Box<dyn Fn() -> Option<Chart>>) -> AnyView {
    let words = &words().common;
    let Some(site) = use_context::<SiteContext>() else {
        return ().into_any();
    };
    let toasts = toasts();
    let rtl = locale().language.direction() == "rtl";
    let draw = Rc::new(draw);
    let keep = |png: bool| {
        let draw = Rc::clone(&draw);
        move || {
            let of = site.loaded.with_untracked(|site| site.ready().map(|site| site.settings.name.clone()));
            let drawn = draw().and_then(|chart| drawn(chart, of.unwrap_or_default(), rtl));
            spawn_local(async move {
                if kept(name, drawn, png).await.is_none() {
                    toasts.fail(words.failed);
                }
            });
        }
    };
    let kinds = [("SVG", false), ("PNG", true)].map(|(kind, png)| {
        button("button small", format!("{}: {kind}", words.save_picture), kind.into_any(), keep(png))
    });
    let label = el("span", "soft", vec![words.save_picture.into_any()]);
    el("div", "picture", std::iter::once(label).chain(kinds).collect())
}

/// The picture of a chart with the words of the screen that it is on, as an SVG with its width and height.
fn drawn(chart: Chart, site: String, rtl: bool) -> Option<(String, u32, u32)> {
    let page = browser::document().document_element()?;
    let card = page.query_selector(".picture").ok()??.closest(".card").ok()??;
    let title = card.query_selector("h2").ok()??.text_content()?;
    let mut about = vec![site];
    for element in all(&page, ABOUT)?.into_iter().chain(all(&card, "header option:checked")?) {
        about.push(element.text_content()?.trim().to_owned());
    }
    let mut facts = vec![about.join(" · ")];
    facts.extend(chart.facts);
    let [ground, ink, soft] = ["--surface", "--ink", "--soft"].map(browser::colour);
    let font = style(&card, "font-family")?;
    let colours = [ground.as_str(), &ink, &soft];
    Some(
        Picture { size: chart.size, rtl, colours, font: &font, title: &title, facts: &facts, chart: &chart.chart }
            .svg(),
    )
}

/// The chart that is drawn on the screen.
pub(crate) fn shown() -> Option<Chart> {
    let svg = browser::document().query_selector(".trend-chart").ok()??;
    let view = svg.get_attribute("viewBox")?;
    let mut size = view.split(' ').skip(2).filter_map(|part| part.parse().ok());
    let size = (size.next()?, size.next()?);
    let mut chart = String::new();
    for part in all(&svg, "line, text, path, circle")? {
        copy(&mut chart, &part)?;
    }
    let facts = svg.query_selector("desc").ok()??.text_content()?.lines().map(str::to_owned).collect();
    Some(Chart { size, chart, facts })
}

/// Every element below another that a selector finds.
fn all(root: &Element, what: &str) -> Option<Vec<Element>> {
    let found = root.query_selector_all(what).ok()?;
    Some((0..found.length()).filter_map(|place| found.get(place)?.dyn_into().ok()).collect())
}

/// What an element's style is in the end.
fn style(element: &Element, name: &str) -> Option<String> {
    browser::window().get_computed_style(element).ok()??.get_property_value(name).ok()
}

/// Copies an element of a chart with its style as attributes; the pointer's line is no part of the picture.
fn copy(into: &mut String, part: &Element) -> Option<()> {
    let name = part.tag_name();
    if part.matches(".cursor") == Ok(true) {
        return Some(());
    }
    let mut attributes: Vec<(&str, String)> =
        PLACED.into_iter().filter_map(|name| Some((name, part.get_attribute(name)?))).collect();
    for (name, opacity) in [("fill", "fill-opacity"), ("stroke", "stroke-opacity")] {
        let (colour, share) = paint(&style(part, name)?);
        attributes.push((name, colour));
        attributes.extend(share.map(|share| (opacity, share)));
    }
    let text = if name == "text" { part.text_content()? } else { String::new() };
    if name == "text" {
        attributes.push(("font-size", style(part, "font-size")?));
    } else {
        for name in LINES {
            attributes.push((name, style(part, name)?));
        }
    }
    element(into, &name, &attributes, &text);
    Some(())
}

/// Has the browser keep the picture.
async fn kept(name: &str, drawn: Option<(String, u32, u32)>, png: bool) -> Option<()> {
    let (svg, width, height) = drawn?;
    if !png {
        return browser::save(&format!("{name}.svg"), "image/svg+xml", svg.as_bytes()).ok();
    }
    // From an address that holds it: the policy of the page lets pictures come from nowhere else.
    let image = HtmlImageElement::new().ok()?;
    image.set_src(&format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&svg)));
    JsFuture::from(image.decode()).await.ok()?;
    let canvas: HtmlCanvasElement = browser::document().create_element("canvas").ok()?.unchecked_into();
    canvas.set_width(width * FINE);
    canvas.set_height(height * FINE);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    let (width, height) = (f64::from(width * FINE), f64::from(height * FINE));
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height).ok()?;
    browser::keep(&format!("{name}.png"), &canvas.to_data_url().ok()?).ok()
}
