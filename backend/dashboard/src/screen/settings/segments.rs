//! The declared attributes by which reports can be broken down, and the counting that follows a change.

use bearing_shared::cell::Dimension;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use serde_json::Value;

use super::save;
use crate::browser;
use crate::change::lines;
use crate::locale::{locale, words};
use crate::part::{Field, Form, changing, el, lead, listed, named, remover};
use crate::site::{SiteContext, site};
use crate::text::fill;

/// How often the counting is looked at while it goes on.
const LOOK_MS: u32 = 1_500;

/// The attributes of the site, as they are now.
fn declared(site: SiteContext) -> Vec<Dimension> {
    site.loaded.with(|site| site.ready().map(|site| site.settings.dimensions.clone()).unwrap_or_default())
}

/// An attribute as the API takes it.
fn declaration(name: &str, values: Value) -> Value {
    Value::from_iter([("name", Value::from(name)), ("values", values)])
}

fn written(dimension: &Dimension) -> Value {
    declaration(&dimension.name, Value::from(dimension.values.clone()))
}

/// The attributes as they are stored now; none where nobody looks at the site any more.
fn stored(site: SiteContext) -> Option<Vec<Value>> {
    let declared = site.loaded.try_with_untracked(|site| site.ready().map(|site| site.settings.dimensions.clone()));
    Some(declared??.iter().map(written).collect())
}

/// The part *segments*.
pub(super) fn part() -> AnyView {
    let words = &words().settings;
    let (site, form) = (site(), Form::new());
    // What is being typed stays while the site is read again, as long as the attributes are the same.
    let known = Memo::new(move |_| Value::from_iter(declared(site).iter().map(written)).to_string());
    let list = changing(move || {
        // Read and not only tracked: what was never read follows nothing.
        known.with(|_| ());
        listed(untrack(|| declared(site)).iter().map(entry).collect(), words.no_segments)
    });
    let title = view! { <h2 id="segments" tabindex="-1">{words.part_segments}</h2> }.into_any();
    let mut parts = vec![progress(), el("section", "card", vec![title, lead(words.segments_lead), list])];
    if site.may_own() {
        parts.push(adding(form));
    }
    parts.into_any()
}

/// One attribute: its values to change, and its end.
fn entry(dimension: &Dimension) -> AnyView {
    let words = words();
    let (site, form) = (site(), Form::of(format!("{}-", dimension.name)));
    let values = RwSignal::new(dimension.values.join("\n"));
    let (before, name) = (written(dimension), dimension.name.clone());
    let removal = {
        let (before, name) = (before.clone(), name.clone());
        move || {
            save::take_off(form, site, "dimensions", stored, before.clone(), &name);
            browser::focus("segments");
        }
    };
    let change = {
        let name = name.clone();
        move || {
            let next = declaration(&name, lines(&values.get_untracked()));
            let whole =
                stored(site).into_iter().flatten().map(|other| if other == before { next.clone() } else { other });
            save::put(form, site, save::address(site), "dimensions", whole.collect(), move || {
                form.toasts.say(words.common.saved);
                browser::focus("segments");
            });
        }
    };
    let field = form.field(Field {
        kind: "textarea",
        hint: words.settings.values_hint,
        ..Field::line("dimensions", words.settings.values, values)
    });
    let may = site.may_own();
    let label = fill(words.settings.remove, &[("name", &name)]);
    let values = el("span", "quiet", vec![named(dimension.values.join(", "))]);
    let summary = vec![el("code", "", vec![name.into_any()]), " ".into_any(), values];
    let change = form.card("", may, words.common.save, vec![field], Box::new(change));
    let acts = if may { vec![remover(label, removal)] } else { Vec::new() };
    el("li", "entry", vec![el("details", "what", vec![el("summary", "", summary), change]), el("div", "acts", acts)])
}

/// The form in which another attribute is declared.
fn adding(form: Form) -> AnyView {
    let words = words();
    let site = site();
    let (name, values) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let fields = vec![
        form.field(Field {
            hint: words.settings.attribute_hint,
            ..Field::line("dimensions", words.settings.attribute, name)
        }),
        form.field(Field {
            kind: "textarea",
            hint: words.settings.values_hint,
            ..Field::line("values", words.settings.values, values)
        }),
    ];
    let add = move || {
        let mut whole = stored(site).unwrap_or_default();
        whole.push(declaration(name.get_untracked().trim(), lines(&values.get_untracked())));
        save::put(form, site, save::address(site), "dimensions", whole, move || {
            name.set(String::new());
            values.set(String::new());
            form.toasts.say(words.common.saved);
        });
    };
    form.card(words.settings.add, true, words.settings.add, fields, Box::new(add))
}

/// How far the counting has come, while it goes on.
pub(super) fn progress() -> AnyView {
    let words = &words().settings;
    let locale = locale();
    let site = site();
    let building = move || site.loaded.with(|site| site.ready().and_then(|site| site.counting.building));
    Effect::new(move || {
        // Each reading that finds it unfinished asks for the next; one that is no longer looked at is asked by nobody.
        if building().is_some() {
            let look = Timeout::new(LOOK_MS, move || site.again());
            let look = send_wrapper::SendWrapper::new(look);
            on_cleanup(move || drop(look));
        }
    });
    changing(move || {
        let shown = building().map(|building| {
            let numbers = [("done", locale.count(building.done)), ("total", locale.count(building.total))];
            let text = fill(words.building, &numbers.each_ref().map(|(name, value)| (*name, value.as_str())));
            view! {
                <section class="card">
                    <label for="building">{text}</label>
                    <progress id="building" max=building.total.max(1).to_string() value=building.done.to_string()></progress>
                </section>
            }
            .into_any()
        });
        shown.into_any()
    })
}
