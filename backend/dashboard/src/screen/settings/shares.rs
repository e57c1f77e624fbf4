//! The shared links of the site: boards for whoever has them, made here and taken back.

use std::collections::BTreeSet;

use bearing_shared::api::sites::SiteReply;
use bearing_shared::metric::Metric;
use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::browser;
use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{
    Ask, Field, Form, Question, button, changing, check, el, filter_words, lead, list, mark, metric_name, named,
    revealed, row, rows, section,
};
use crate::query;
use crate::site::site;
use crate::text::fill;
use crate::view::View;

/// The surveys of the site as the API has them: of each only its id, its name and its touchpoints are read.
type Surveys = ReadSignal<fetch::Loaded<Value>, LocalStorage>;

/// What can be chosen: values, each with its words.
type Options = Vec<(String, String)>;

/// The part *shared links*.
pub(super) fn part(reply: &SiteReply) -> AnyView {
    let words = words();
    let (site, ask, ending) = (site(), Ask::new(), Form::new());
    let changed = RwSignal::new(0_u32);
    let may = site.may_edit();
    let of_site = move || fetch::address("/v1/surveys", &[site.parameter(), ("limit".into(), "500".into())]);
    let known = list(Box::new(move || Some(of_site())), RwSignal::new(0));
    let links = list(Box::new(move || Some(fetch::address("/v1/shares", &[site.parameter()]))), changed);
    let take_back = ending.act(changed, words.board.taken_back);
    let draw = Box::new(move |share: &Value| entry(share, may, known, ask, take_back));
    let within = vec![lead(words.board.shares_lead), ending.common_fault(), rows(links, words.board.no_shares, draw)];
    let mut parts = vec![section(words.board.shares, within)];
    parts.push(if may { making(reply, known, changed) } else { lead(words.board.editors_only) });
    parts.push(ask.view());
    parts.into_any()
}

/// A text of a reply.
fn text(of: &Value, name: &str) -> Option<String> {
    of[name].as_str().map(str::to_owned)
}

/// The things of a list that has come.
fn items(list: &Value) -> &[Value] {
    list["items"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The name of a survey, once it is known.
fn survey_name(known: Surveys, id: &str) -> Option<String> {
    known.with(|known| {
        let found = items(known.ready()?).iter().find(|survey| survey["id"] == *id)?;
        text(found, "name")
    })
}

fn entry(share: &Value, may: bool, known: Surveys, ask: Ask, take_back: Callback<(String, Value)>) -> AnyView {
    let (words, locale) = (words(), locale());
    let (id, name) = (text(share, "id").unwrap_or_default(), text(share, "name").unwrap_or_default());
    let filter = share["filter"].as_object().into_iter().flatten();
    let filter: Vec<(String, String)> =
        filter.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
    let survey = text(&share["filter"], "survey");
    let shown = changing(move || {
        let survey = survey.as_ref().and_then(|id| survey_name(known, id));
        let mut said = filter_words(&filter, survey.as_deref());
        if said.is_empty() {
            said.push(words.board.everything.to_owned());
        }
        // Each has a direction of its own: names of segments are a stranger's, those of the rest are ours.
        let mut parts = Vec::new();
        for part in said {
            if !parts.is_empty() {
                parts.push(" · ".into_any());
            }
            parts.push(named(part));
        }
        el("span", "", parts)
    });
    let (by, at) = (text(share, "created_by").unwrap_or("–".into()), text(share, "created_at").unwrap_or_default());
    let made = fill(words.board.made_by, &[("date", &locale.moment(&at)), ("name", &by)]);
    let used = text(share, "last_used_at").map(|at| fill(words.settings.last_used, &[("ago", &locale.ago(&at))]));
    let ends = text(share, "expires_at");
    let is_over = ends.as_ref().is_some_and(|at| *at < browser::now());
    let ends = ends.filter(|_| !is_over).map(|at| fill(words.board.ends_at, &[("date", &locale.moment(&at))]));
    let about = [Some(made), Some(used.unwrap_or_else(|| words.settings.never.to_owned())), ends];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let mut main = vec![el("b", "", vec![named(name.clone())])];
    for (so, text) in [(share["comments"] == true, words.board.with_comments), (is_over, words.board.ended)] {
        if so {
            main.extend([" ".into_any(), mark(text)]);
        }
    }
    main.push(el("div", "soft", vec![shown]));
    let address = fetch::address(&format!("/v1/shares/{}", query::segment(&id)), &[untrack(|| site().parameter())]);
    let title = fill(words.board.take_back_name, &[("name", &name)]);
    let question = move || {
        let address = address.clone();
        ask.about(Question {
            title: title.clone(),
            text: words.board.take_back_lead,
            act: words.board.take_back.to_owned(),
            typed: String::new(),
            go: Callback::new(move |()| take_back.run((address.clone(), Value::Null))),
        });
    };
    let label = format!("{}: {name}", words.board.take_back);
    let act = may.then(|| button("button small", label, words.board.take_back.into_any(), question));
    row(main, about.join(" · ").into_any(), act.into_iter().collect())
}

/// A choice whose options are not known beforehand; what was chosen elsewhere is one of them.
fn chooser(label: String, all: &'static str, mut options: Options, chosen: RwSignal<String>) -> AnyView {
    let now = chosen.get_untracked();
    if !now.is_empty() && !options.iter().any(|(value, _)| *value == now) {
        options.push((now.clone(), now.clone()));
    }
    let drawn: Vec<AnyView> = [(String::new(), all.to_owned())]
        .into_iter()
        .chain(options)
        .map(|(value, text)| {
            let selected = value == now;
            view! { <option value=value selected=selected>{text}</option> }.into_any()
        })
        .collect();
    let pick = move |event: web_sys::Event| chosen.set(event_target_value(&event));
    view! { <label class="field"><span>{label}</span><select on:change=pick>{drawn}</select></label> }.into_any()
}

/// The form in which a link is made, and the link right after. What the address asks for is chosen beforehand.
fn making(reply: &SiteReply, known: Surveys, changed: RwSignal<u32>) -> AnyView {
    let (words, locale) = (words(), locale());
    let (site, form) = (site(), Form::new());
    let view = View::read(&browser::asked().0);
    let signal = |value: Option<String>| RwSignal::new(value.unwrap_or_default());
    let (name, days, comments) = (signal(None), signal(None), RwSignal::new(false));
    let made = signal(None);
    // A dash stands for answers without a touchpoint, as in the addresses of views.
    let touchpoint = view.touchpoint.map(|name| if name.is_empty() { "-".to_owned() } else { name });
    let (survey, touchpoint) = (signal(view.survey), signal(touchpoint));
    let metric = signal(view.metric.map(|metric| metric.name().to_owned()));
    let metrics = Metric::ALL.map(|metric| (metric.name().to_owned(), metric_name(metric).to_owned()));
    let surveys = changing(move || {
        let (mut named, mut places) = (Vec::new(), BTreeSet::new());
        known.with(|known| {
            for survey in known.ready().map(items).unwrap_or_default() {
                let (id, name) = (text(survey, "id"), text(survey, "name"));
                named.extend(id.zip(name));
                let touchpoints = survey["touchpoints"].as_array().into_iter().flatten();
                places.extend(touchpoints.filter_map(|name| name.as_str().map(str::to_owned)));
            }
        });
        let mut places: Options = places.into_iter().map(|name| (name.clone(), name)).collect();
        places.push(("-".to_owned(), words.common.no_touchpoint.to_owned()));
        vec![
            chooser(words.common.survey.to_owned(), words.common.all_surveys, named, survey),
            chooser(words.common.touchpoint.to_owned(), words.common.all_touchpoints, places, touchpoint),
        ]
        .into_any()
    });
    let mut fields = vec![
        form.field(Field::line("name", words.settings.name, name)),
        surveys,
        chooser(words.board.metric.to_owned(), words.board.all_metrics, metrics.into(), metric),
    ];
    let mut segments: Vec<(String, RwSignal<String>)> = Vec::new();
    for dimension in &reply.settings.dimensions {
        let asked = view.attributes.iter().find(|(name, _)| *name == dimension.name).map(|(_, value)| value.clone());
        let chosen = signal(asked);
        let values = dimension.values.iter().map(|value| (value.clone(), value.clone())).collect();
        fields.push(chooser(dimension.name.clone(), words.board.everything, values, chosen));
        segments.push((format!("attr.{}", dimension.name), chosen));
    }
    let after = [7_u64, 30, 90, 365].map(|days| (days.to_string(), locale.plural(&words.board.after_days, days)));
    fields.push(chooser(words.board.ends.to_owned(), words.board.never_ends, after.into(), days));
    fields.push(check(words.board.comments, comments));
    let make = move || {
        let mut filter = Map::new();
        let chosen = [("metric", metric), ("survey", survey), ("touchpoint", touchpoint)];
        let chosen = chosen.iter().map(|(name, value)| (*name, *value));
        for (name, value) in chosen.chain(segments.iter().map(|(name, value)| (name.as_str(), *value))) {
            match value.get_untracked() {
                value if value.is_empty() => {}
                value if name == "touchpoint" && value == "-" => drop(filter.insert(name.to_owned(), "".into())),
                value => drop(filter.insert(name.to_owned(), value.into())),
            }
        }
        let mut body = Map::from_iter([
            ("name".to_owned(), name.get_untracked().trim().into()),
            ("filter".to_owned(), Value::Object(filter)),
            ("comments".to_owned(), comments.get_untracked().into()),
        ]);
        if let Ok(days) = days.get_untracked().parse::<u32>() {
            body.insert("expires_in_days".into(), days.into());
        }
        let address = fetch::address("/v1/shares", &[untrack(|| site.parameter())]);
        form.send(Method::POST, address, Value::Object(body), move |reply| {
            made.set(reply["link"].as_str().unwrap_or_default().to_owned());
            name.set(String::new());
            changed.update(|count| *count += 1);
        });
    };
    vec![
        revealed(made, words.board.made, words.settings.once),
        form.card(words.board.make, true, words.board.make, fields, Box::new(make)),
    ]
    .into_any()
}
