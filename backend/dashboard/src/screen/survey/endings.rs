//! What a survey says at its end: to everybody, and to some groups.

use leptos::prelude::*;
use serde_json::json;

use super::draft::Draft;
use super::field::{Kind, field, set};
use super::list::{add_button, remove_button};
use super::questions::groups;
use crate::locale::{locale, words};
use crate::text::fill;

/// The thanks and the endings.
pub(super) fn endings(draft: Draft) -> AnyView {
    let words = &words().editor;
    let thanks = move || {
        draft.shape.track();
        let place = format!("/thanks/{}", draft.locale.get_untracked());
        field(draft, words.thanks_text, &place, Kind::LongWords)
    };
    let list = move || {
        draft.shape.track();
        (0..draft.length("/endings")).map(|at| ending(draft, at)).collect_view()
    };
    view! {
        <section class="card">
            <h2>{words.thanks}</h2>
            {thanks}
            <p class="quiet">{words.thanks_hint}</p>
            <ol class="entries">{list}</ol>
            <div class="row start">
                {add_button(draft, "/endings", ("add", words.add_ending), "/text", |_| json!({ "groups": [] }))}
            </div>
        </section>
    }
    .into_any()
}

fn ending(draft: Draft, at: usize) -> AnyView {
    let words = &words().editor;
    let (here, spoken) = (format!("/endings/{at}"), draft.locale.get_untracked());
    let name = fill(words.ending_n, &[("n", &locale().count(at as u64 + 1))]);
    let link = format!("{here}/link");
    let linked = draft.value.with_untracked(|draft| draft.pointer(&link).is_some());
    let toggle = {
        let link = link.clone();
        move |on: bool| {
            let value = on.then(|| json!({ "url": "https://", "text": {} }));
            draft.reshape(|draft| crate::edit::put(draft, &link, value));
        }
    };
    view! {
        <li class="entry">
            <header class="row">
                <h3>{name.clone()}</h3>
                {remove_button(draft, "/endings", at, name.clone())}
            </header>
            {set(draft, words.after_scores, &format!("{here}/groups"), groups(draft), true)}
            {field(draft, words.thanks_text, &format!("{here}/text/{spoken}"), Kind::LongWords)}
            {super::field::tick(words.with_link.to_owned(), linked, !draft.may_edit, toggle)}
            {linked.then(|| view! {
                <div class="pair">
                    {field(draft, words.link_url, &format!("{link}/url"), Kind::Line)}
                    {field(draft, words.link_text, &format!("{link}/text/{spoken}"), Kind::Words)}
                </div>
            })}
        </li>
    }
    .into_any()
}
