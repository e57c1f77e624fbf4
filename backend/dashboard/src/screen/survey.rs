//! One survey: edited beside its preview, published, put on pages, compared with what it was, and explained.

mod basics;
mod changes;
mod draft;
mod endings;
mod explain;
mod field;
mod install;
mod languages;
mod list;
mod preview;
mod publish;
mod questions;
mod rules;
mod versions;

use bearing_shared::metric::Metric;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use serde_json::Value;

use crate::locale::{locale, words};
use crate::part::plain::{Fact, Piece, all, button, drawing, element, is, node, nothing, said, text, watched};
use crate::part::{Part, metric_name};
use crate::site::site;
use crate::text::fill;
use crate::{browser, fetch, query};
use draft::{Draft, Saving, Standing};

pub(super) use publish::told;

/// The survey that the address names.
#[component]
pub(crate) fn Survey() -> impl IntoView {
    let params = use_params_map();
    let site = site();
    let id = Memo::new(move |_| params.with(|params| params.get("survey").unwrap_or_default()));
    let address = move || {
        let id = id.get();
        (!id.is_empty()).then(|| fetch::address(&format!("/v1/surveys/{}", query::segment(&id)), &[site.parameter()]))
    };
    let tries = RwSignal::new(0);
    let survey = fetch::reading::<Value>(address, move || tries.get());
    let again = Callback::new(move |()| tries.update(|tries| *tries += 1));
    let draw = move |reply: &Value| *editor(Draft::of(reply, site.parameter(), site.may_edit()));
    view! { <Part loaded=survey draw=draw again=again alone=true /> }
}

fn editor(draft: Draft) -> Piece {
    let text_of = words();
    let (words, site) = (&text_of.surveys, site());
    let search = use_location().search;
    let part = Memo::new(move |_| {
        let pairs = query::read(&search.get());
        pairs.into_iter().find(|(name, _)| name == "part").map(|(_, value)| value).unwrap_or_default()
    });
    let name = move || draft.value.with(|draft| draft["name"].as_str().unwrap_or_default().to_owned());
    Effect::new(move || browser::set_title(&name()));
    browser::settle_soon();
    let path = site.path(&format!("surveys/{}", draft.fact("id")));
    let tabs = [("", words.edit), ("install", words.install), ("versions", words.versions), ("explain", words.explain)];
    let tabs = tabs.into_iter().map(|(below, words)| {
        let target = if below.is_empty() { path.clone() } else { format!("{path}?part={below}") };
        let current = Fact::While("aria-current", Box::new(move || (part.get() == below).then(|| "page".to_owned())));
        element("a", vec![is("href", target), current], vec![text(words)])
    });
    let body = watched(move || match part.get().as_str() {
        "install" => install::install(draft),
        "versions" => versions::versions(draft),
        "explain" => explain::explain(draft),
        _ => {
            draft.replaced.track();
            edit(draft)
        }
    });
    let metric = Metric::ALL.into_iter().find(|metric| metric.name() == draft.fact("metric")).map_or("", metric_name);
    let up = element("a", vec![is("href", site.path("surveys"))], vec![drawing("more"), text(text_of.common.surveys)]);
    let head = vec![
        element("h1", vec![is("dir", "auto")], vec![watched(move || text(&name()))]),
        said("span", "soft", metric),
        watched(move || standing(&draft.standing.get())),
        watched(move || saving(draft)),
        watched(move || live(draft)),
        publish::actions(draft),
    ];
    let mut parts = vec![node("p", "up", vec![up]), node("header", "head", head)];
    if !draft.may_edit {
        parts.push(said("p", "soft", words.read_only));
    }
    parts.push(element("nav", vec![is("class", "tabs"), is("aria-label", words.parts)], tabs.collect()));
    parts.push(body);
    all(parts)
}

fn edit(draft: Draft) -> Piece {
    let mut sections = vec![basics::basics(draft), languages::languages(draft)];
    sections.extend(questions::questions(draft));
    sections.extend([endings::endings(draft), rules::rules(draft), basics::look(draft)]);
    let beside = node("div", "beside", vec![preview::preview(draft)]);
    node("div", "editor", vec![node("div", "sections", sections), beside])
}

/// Whether the survey is shown, in words and with an icon.
fn standing(standing: &Standing) -> Piece {
    let words = &words().surveys;
    let mut version = String::new();
    if standing.version > 0 {
        version = fill(words.version, &[("n", &locale().count(standing.version))]);
        if standing.edited {
            version = format!("{version} · {}", words.edited);
        }
    }
    all(vec![state(&standing.state), text(" "), said("span", "soft", &version)])
}

/// A survey's state, in words and with an icon.
pub(super) fn state(state: &str) -> Piece {
    let words = &words().surveys;
    let (icon, name, class) = match state {
        "published" => ("play", words.published, "state on"),
        "paused" => ("pause", words.paused, "state off"),
        _ => ("draft", words.draft, "state"),
    };
    node("span", class, vec![drawing(icon), text(name)])
}

/// When what was just published is on every page.
fn live(draft: Draft) -> Piece {
    let at = draft.live.get();
    if at == 0.0 || draft.standing.with(|standing| standing.state != "published") {
        return nothing();
    }
    let by = fill(words().surveys.live_by, &[("time", &locale().time(at))]);
    node("span", "good live-by", vec![drawing("check"), text(&by)])
}

/// Whether the draft is saved.
fn saving(draft: Draft) -> Piece {
    if !draft.may_edit {
        return nothing();
    }
    let (common, words) = (&words().common, &words().surveys);
    let parts = match draft.saving.get() {
        Saving::Saved => vec![said("span", "quiet", words.all_saved)],
        Saving::Changed | Saving::Sending => vec![said("span", "quiet", words.saving)],
        Saving::Failed(problem) => vec![
            said("span", "bad", &format!("{} {}", words.not_saved, told(common, problem))),
            button("button small", "", words.save_again, Vec::new(), move || draft.save()),
        ],
    };
    element("span", vec![is("class", "saving"), is("role", "status")], parts)
}
