//! A change in words: better, worse, or no more than chance.

use bearing_shared::api::reports::Difference;
use leptos::prelude::*;

use crate::locale::{locale, words};
use crate::part::Icon;
use crate::text::fill;

/// A difference of two scores in words, with an arrow that says better or worse and never up or down.
#[component]
pub(crate) fn Delta(difference: Option<Difference>, missing: String) -> impl IntoView {
    let (words, locale) = (&words().overview, locale());
    let Some(difference) = difference else {
        return view! { <p class="delta soft">{missing}</p> }.into_any();
    };
    let values = [
        ("delta", locale.number(difference.delta.abs(), 1)),
        ("low", locale.signed(difference.low)),
        ("high", locale.signed(difference.high)),
    ];
    let signed = locale.signed(difference.delta);
    let (class, icon, text) = if difference.significant && difference.delta > 0.0 {
        ("delta good", "better", words.better)
    } else if difference.significant {
        ("delta bad", "worse", words.worse)
    } else if difference.delta == 0.0 {
        ("delta soft", "same", words.same)
    } else {
        ("delta soft", "same", words.maybe_chance)
    };
    let text = if difference.significant {
        fill(text, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    } else {
        fill(text, &[("delta", &signed)])
    };
    view! { <p class=class><Icon name=icon /><span>{text}</span></p> }.into_any()
}
