//! How many answers a number needs before it is shown, and before it is read plainly.

use bearing_shared::api::sites::SiteReply;
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::save;
use crate::change::number;
use crate::locale::words;
use crate::part::{Field, Form, lead};

/// The part *numbers*.
pub(super) fn part(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let (thresholds, form) = (reply.settings.thresholds, Form::new());
    let limits = [
        ("hidden", words.hidden, words.hidden_means, thresholds.hidden),
        ("wide", words.wide, words.wide_means, thresholds.wide),
        ("indicative", words.indicative, words.indicative_means, thresholds.indicative),
    ]
    .map(|(name, label, means, limit)| (name, label, means, RwSignal::new(limit.to_string())));
    let fields = limits.map(|(name, label, hint, value)| {
        form.field(Field { kind: "number", hint, ..Field::line(name, label, value) })
    });
    let values = move || {
        let pairs = limits.map(|(name, _, _, limit)| (name.to_owned(), limit.with_untracked(|limit| number(limit))));
        vec![("thresholds", Value::Object(Map::from_iter(pairs)))]
    };
    save::card(
        form,
        words.part_numbers,
        std::iter::once(lead(words.thresholds_lead)).chain(fields).collect(),
        Box::new(values),
    )
}
