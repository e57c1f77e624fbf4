//! How long visitors are left alone, and whom nobody asks.

use bearing_shared::api::sites::SiteReply;
use bearing_shared::rule::Signal as Wish;
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::save;
use crate::change::number;
use crate::locale::{locale, words};
use crate::part::{Field, Form, changing, check, lead};
use crate::text::fill;

/// The part *rest*.
pub(super) fn part(reply: &SiteReply) -> AnyView {
    let (words, locale) = (words(), locale());
    let (rest, form) = (&reply.settings.rest, Form::new());
    let clocks = [
        ("rest.site_days", "", rest.site_days),
        ("rest.nps_days", words.common.nps, rest.nps_days),
        ("rest.csat_days", words.common.csat, rest.csat_days),
        ("rest.ces_days", words.common.ces, rest.ces_days),
    ]
    .map(|(name, metric, days)| (name, metric, RwSignal::new(days.to_string())));
    let fields = clocks.map(|(name, metric, days)| {
        let (label, means) = if metric.is_empty() {
            (words.settings.days_any.to_owned(), &words.settings.rests_any)
        } else {
            (fill(words.settings.days_of, &[("metric", metric)]), &words.settings.rests_of)
        };
        let said = changing(move || {
            days.with(|days| days.trim().parse().ok().map(|days| locale.plural(means, days))).into_any()
        });
        form.field_hinted(Field { kind: "number", ..Field::line(name, &label, days) }, said)
    });
    let values = move || {
        let pairs = clocks.map(|(name, _, days)| {
            (name.trim_start_matches("rest.").to_owned(), days.with_untracked(|days| number(days)))
        });
        vec![("rest", Value::Object(Map::from_iter(pairs)))]
    };
    let fields = std::iter::once(lead(words.settings.rest_lead)).chain(fields).collect();
    vec![save::card(form, words.settings.part_rest, fields, Box::new(values)), wishes(reply)].into_any()
}

/// Whose browsers' wishes keep them from being asked.
fn wishes(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let respected = &reply.settings.respect_signals;
    // Both are names of standards, which no language translates.
    let known = [(Wish::Dnt, "dnt", "Do Not Track"), (Wish::Gpc, "gpc", "Global Privacy Control")]
        .map(|(wish, name, text)| (name, text, RwSignal::new(respected.contains(&wish))));
    let values = move || {
        let chosen = known.iter().filter(|(_, _, on)| on.get_untracked()).map(|(name, ..)| Value::from(*name));
        vec![("respect_signals", chosen.collect())]
    };
    let boxes = known.map(|(_, text, on)| check(text, on));
    save::card(Form::new(), words.signals, boxes.into_iter().collect(), Box::new(values))
}
