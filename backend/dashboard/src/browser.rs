//! What the dashboard asks of the browser beside drawing: the address, the title, the clipboard, a file to keep.

use js_sys::{Array, Function, Intl, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, FocusOptions, HtmlAnchorElement, HtmlElement, Url};

/// The window.
///
/// # Panics
/// Outside a page, where the dashboard never runs.
pub(crate) fn window() -> web_sys::Window {
    web_sys::window().expect("the dashboard runs in a page")
}

/// The page.
pub(crate) fn document() -> web_sys::Document {
    window().document().expect("a window has a page")
}

/// Loads another page in the place of this one.
pub(crate) fn leave_for(address: &str) {
    // What refuses to be loaded leaves the page as it is; there is nobody to tell but the person who sees it.
    let _ = window().location().set_href(address);
}

/// Loads the page again.
pub(crate) fn reload() {
    // A page that may not be loaded again stays as it is, and says what it said.
    let _ = window().location().reload();
}

/// The scheme, host and port of the page, such as `https://bearing.example`.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The languages of the browser, the best first.
pub(crate) fn languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Says what the page is about.
pub(crate) fn set_title(title: &str) {
    document().set_title(&format!("{title} · Bearing"));
}

/// Puts a text where the person can paste it from; whether the browser allowed it.
pub(crate) async fn copy(text: &str) -> bool {
    wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

/// Has the browser keep a file of this name and content.
///
/// # Errors
/// What the browser says.
pub(crate) fn save(name: &str, media_type: &str, content: &[u8]) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = Array::of1(&Uint8Array::from(content));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    keep(name, &address)?;
    Url::revoke_object_url(&address)
}

/// Has the browser keep what an address holds as a file of this name.
///
/// # Errors
/// What the browser says.
pub(crate) fn keep(name: &str, address: &str) -> Result<(), JsValue> {
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(address);
    link.set_download(name);
    link.click();
    Ok(())
}

/// The address of the page without its host.
pub(crate) fn here() -> String {
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    format!("{}{}", part(location.pathname()), part(location.search()))
}

/// The first element of the page that a selector finds.
fn first(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Moves the focus to the first element that a selector finds, where there is one.
pub(crate) fn focus_on(selector: &str) {
    if let Some(element) = first(selector) {
        // Whatever cannot take it leaves it where it is.
        let _ = element.focus();
    }
}

/// Moves the focus to the element of this id, where there is one.
pub(crate) fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Whatever cannot take it leaves it where it is.
        let _ = element.focus();
    }
}

/// What has the focus within what a selector finds; nothing where what had it is gone. Not by `:focus`, which is nothing
/// while another window is in front.
pub(crate) fn focused_in(selector: &str) -> Option<HtmlElement> {
    let focused: HtmlElement = document().active_element()?.dyn_into().ok()?;
    focused.matches(&[selector, " *"].concat()).ok()?.then_some(focused)
}

/// Brings the focus to a control or a heading, so that the keyboard goes on from there, where nothing has it any more or only
/// the content as a whole. The page stays where it is scrolled to.
pub(crate) fn rescue_focus(place: Option<HtmlElement>) {
    let is_lost = focused_in("body").is_none_or(|focused| focused.id() == "content");
    let Some(place) = place.filter(|_| is_lost) else { return };
    if place.tab_index() < 0 {
        // A heading takes the focus only where it is said so.
        place.set_tab_index(-1);
    }
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Whatever cannot take it leaves it where it is.
    let _ = place.focus_with_options(&options);
}

/// Does something once what was changed is drawn.
pub(crate) fn soon(act: impl FnOnce() + 'static) {
    // Boxed, so that what waits for the browser is compiled once.
    let act: Box<dyn FnOnce()> = Box::new(act);
    leptos::prelude::request_animation_frame(act);
}

/// Brings the focus to the heading of the screen once it is drawn, where nothing has it by then; the open tab is in sight.
pub(crate) fn rescue_focus_soon() {
    soon(|| {
        show_tab();
        rescue_focus(first("main h1").or_else(|| first("#content")));
    });
}

/// The same once a screen is drawn that had to wait for what it shows, or that takes the place of one that shows another
/// thing of the kind. Where nothing has the focus before, nobody has come by the keyboard.
pub(crate) fn settle_soon() {
    let is_wanted = focused_in("body").is_some();
    soon(move || {
        show_tab();
        if is_wanted {
            rescue_focus(first("main h1"));
        }
    });
}

/// Brings the focus away from what the next screen takes the place of; what leads from one to another of a kind keeps it, a
/// tab or the way to what comes next.
pub(crate) fn leave_focus() {
    let away = focused_in("main").filter(|_| focused_in("main nav").is_none());
    if let Some(focused) = away {
        let _ = focused.blur();
    }
}

/// A colour of the style sheets by its name, as it is now.
pub(crate) fn colour(name: &str) -> String {
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}

/// The time zone of the browser, such as `Europe/Amsterdam`.
pub(crate) fn time_zone() -> String {
    let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok().and_then(|zone| zone.as_string()).unwrap_or_else(|| "UTC".into())
}

/// Every time zone that the browser knows; none where it is too old to tell.
pub(crate) fn time_zones() -> Vec<String> {
    let known = Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| Reflect::get(&intl, &"supportedValuesOf".into()))
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|list| list.call1(&JsValue::NULL, &"timeZone".into()));
    known.map_or_else(|_| Vec::new(), |list| Array::from(&list).iter().filter_map(|zone| zone.as_string()).collect())
}

/// Where the program's own files are, as the script that started it says.
pub(crate) fn files() -> String {
    document().document_element().and_then(|root| root.get_attribute("data-files")).unwrap_or_default()
}

/// Now, as the API writes moments.
pub(crate) fn now() -> String {
    String::from(js_sys::Date::new_0().to_iso_string())
}

/// What is behind the `?` and the `#` of the page's address, with these.
pub(crate) fn asked() -> (String, String) {
    let location = window().location();
    (location.search().unwrap_or_default(), location.hash().unwrap_or_default())
}

/// Says in the page's address what it shows, without loading anything; what is behind the `#` stays.
pub(crate) fn show_query(query: &str) {
    let address = format!("{}{query}{}", path(), asked().1);
    if let Ok(history) = window().history() {
        // An address that cannot be shown is no reason to show less of the page.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// How much of the tabs before the open one is to be seen, in CSS pixels: that there are some.
const BEFORE_TAB: i32 = 80;

/// Scrolls a row of tabs, where it is wider than the screen, so that the open one is in sight.
fn show_tab() {
    let Some(tab) = first(".tabs > [aria-current]") else { return };
    let Some(row) = tab.parent_element().and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { return };
    // Not by `scrollIntoView`, which moves the page as well. From right to left both numbers count below zero.
    row.set_scroll_left(tab.offset_left() - row.offset_left() - BEFORE_TAB);
}

/// The path of the page.
pub(crate) fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Takes away what the page shows while the program comes.
pub(crate) fn end_opening() {
    if let Some(opening) = document().get_element_by_id("opening") {
        opening.remove();
    }
}

/// Says something in the place of what the page shows while the program comes.
pub(crate) fn say_opening(text: &str) {
    if let Some(opening) = document().get_element_by_id("opening-text") {
        opening.set_text_content(Some(text));
    }
}
