//! Saving a site's settings: only what has changed is sent.

use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::change;
use crate::locale::words;
use crate::part::Form;
use crate::query;
use crate::site::{SiteContext, site};
use crate::text::fill;

/// The site's address in the API.
pub(super) fn address(site: SiteContext) -> String {
    format!("/v1/sites/{}", query::segment(&site.id.get_untracked()))
}

/// A form about the site as a card; `values` are its fields of the API as they stand in the form.
pub(super) fn card(
    form: Form,
    title: &'static str,
    fields: Vec<AnyView>,
    values: Box<dyn Fn() -> Vec<(&'static str, Value)>>,
) -> AnyView {
    let (site, words) = (site(), words());
    let stored = StoredValue::new(values());
    let submit = move || {
        let now = values();
        let changed = stored.with_value(|stored| change::differing(&now, stored));
        if changed.is_empty() {
            form.toasts.say(words.settings.unchanged);
            return;
        }
        form.send(Method::PATCH, address(site), Value::Object(changed), move |_| {
            let _ = stored.try_update_value(|stored| *stored = now);
            site.again();
            form.toasts.say(words.common.saved);
        });
    };
    form.card(title, site.may_own(), words.common.save, fields, Box::new(submit))
}

/// Takes an entry off a list of the site, and offers to put it back. `list` reads the list as it is stored now.
pub(super) fn take_off(
    form: Form,
    site: SiteContext,
    name: &'static str,
    list: fn(SiteContext) -> Option<Vec<Value>>,
    entry: Value,
    called: &str,
) {
    let words = form.words;
    let said = fill(words.settings.removed, &[("name", called)]);
    let Some(mut left) = list(site) else { return };
    let place = left.iter().position(|other| *other == entry).unwrap_or(left.len());
    left.retain(|other| *other != entry);
    let (address, known) = (address(site), left.clone());
    put(form, site, address.clone(), name, left, move || {
        form.toasts.undoable(said, move || {
            // Elsewhere by now, it is put back into what was left.
            let mut whole = list(site).unwrap_or_else(|| known.clone());
            change::put_back(&mut whole, place, entry.clone());
            put(form, site, address.clone(), name, whole, move || form.toasts.say(words.common.saved));
        });
    });
}

/// Stores a list of the site, at the site's address.
pub(super) fn put(
    form: Form,
    site: SiteContext,
    address: String,
    name: &'static str,
    list: Vec<Value>,
    then: impl FnOnce() + 'static,
) {
    let body = Map::from_iter([(name.to_owned(), Value::Array(list))]);
    form.send(Method::PATCH, address, Value::Object(body), move |_| {
        site.again();
        then();
    });
}
