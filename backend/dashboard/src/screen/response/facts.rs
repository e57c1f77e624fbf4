//! The circumstances of a response: where, when, on what, by whom, and what the site said about them.

use bearing_shared::api::responses::{Identity, ResponseReply};
use leptos::prelude::*;

use super::Desk;
use crate::part::{bit, touchpoint_name};
use crate::screen::responses::identity_of;
use crate::text::fill;

/// The circumstances.
pub(super) fn facts(desk: Desk) -> AnyView {
    desk.with(move |response| draw(desk, response))
}

fn draw(desk: Desk, response: &ResponseReply) -> AnyView {
    let (words, common, locale) = (&desk.words.response, &desk.words.common, desk.locale);
    let context = &response.context;
    let mut facts = vec![fact(words.customer, who(desk, response))];
    if let Some(visitor) = &response.respondent.visitor {
        facts.push(fact(words.visitor, plain(visitor)));
    }
    facts.push(fact(common.touchpoint, plain(&touchpoint_name(&response.touchpoint))));
    if context.title.is_some() || context.url.is_some() {
        facts.push(fact(words.page, page(context.title.as_deref(), context.url.as_deref())));
    }
    if let Some(referrer) = &context.referrer {
        facts.push(fact(words.referrer, page(None, Some(referrer))));
    }
    if let Some(device) = &context.device {
        let name = match device.as_str() {
            "desktop" => words.desktop,
            "mobile" => words.mobile,
            "tablet" => words.tablet,
            other => other,
        };
        facts.push(fact(words.device, plain(name)));
    }
    if let Some(tag) = &context.locale {
        facts.push(fact(common.language, plain(tag)));
    }
    let version = fill(words.version, &[("n", &locale.count(u64::from(response.version)))]);
    let survey = desk.asked.with(|asked| {
        let known = asked.iter().find(|(id, ..)| *id == response.survey.0);
        known.map_or_else(|| response.survey.0.clone(), |(_, name, _)| name.clone())
    });
    facts.push(fact(common.survey, view! { <bdi>{survey}</bdi>", "{version} }.into_any()));
    for (name, moment) in [
        (words.shown, &response.shown_at),
        (words.answered, &response.answered_at),
        (words.received, &response.received_at),
    ] {
        let written = locale.moment(moment);
        facts.push(fact(name, view! { <time datetime=moment.clone()>{written}</time> }.into_any()));
    }
    let source = match response.source.as_str() {
        "embed" => words.embed,
        "hosted" => words.hosted,
        "server" => words.server,
        "sample" => words.made_up,
        other => other,
    };
    facts.push(fact(words.source, plain(source)));
    if !response.attributes.is_empty() {
        let attributes = response.attributes.iter().map(|(name, value)| bit(format!("{name}: {value}")));
        facts.push(fact(words.segments, view! { <ul class="bits">{attributes.collect_view()}</ul> }.into_any()));
    }
    facts.push(fact(words.id, view! { <code>{response.id.clone()}</code> }.into_any()));
    view! { <dl class="circumstances">{facts}</dl> }.into_any()
}

fn fact(name: &'static str, value: AnyView) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

fn plain(text: &str) -> AnyView {
    view! { <bdi>{text.to_owned()}</bdi> }.into_any()
}

fn who(desk: Desk, response: &ResponseReply) -> AnyView {
    let words = &desk.words.response;
    let means = match response.identity {
        Identity::Verified => words.is_verified,
        Identity::Unverified => words.is_unverified,
        Identity::Anonymous => words.is_anonymous,
    };
    view! { {identity_of(response)}<span class="means quiet">{means}</span> }.into_any()
}

/// A page by its title and address. A stranger wrote the address: only one of the web is a link.
fn page(title: Option<&str>, url: Option<&str>) -> AnyView {
    let title = title.map(|title| view! { <span class="means" dir="auto">{title.to_owned()}</span> });
    let url = url.map(|url| {
        let (text, href) = (url.to_owned(), url.to_owned());
        match url.starts_with("https://") || url.starts_with("http://") {
            true => view! { <a href=href target="_blank" rel="noopener noreferrer" dir="ltr">{text}</a> }.into_any(),
            false => plain(&text),
        }
    });
    view! { {title}{url} }.into_any()
}
