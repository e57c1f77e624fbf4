//! In which languages a survey asks, which one is edited, and what is missing in which.

use leptos::prelude::*;
use serde_json::Value;

use super::draft::Draft;
use crate::edit;
use crate::locale::{locale, words};
use crate::part::{Icon, toasts};
use crate::text::fill;

/// The languages of which the card itself has the words; any other tag can be typed.
const OFFERED: [&str; 26] = [
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nb", "nl", "pl", "pt",
    "pt-BR", "ro", "sv", "tr", "uk", "zh", "zh-Hant",
];

/// The list to choose the language of; with how many texts each lacks.
pub(super) fn language_choice(draft: Draft) -> AnyView {
    let (words, locale) = (&words().editor, locale());
    let options = move || {
        let current = draft.locale.get();
        draft.value.with(|draft| {
            let default = draft["default_locale"].as_str().unwrap_or_default();
            let mut locales = edit::locales(draft);
            if !locales.contains(&current) {
                locales.push(current.clone());
            }
            locales
                .into_iter()
                .map(|tag| {
                    let mut text = locale.language_name(&tag);
                    if tag == default {
                        text = format!("{text} ({})", words.default_language);
                    }
                    let missing = edit::missing(draft, &tag);
                    if missing > 0 {
                        text = format!("{text} – {}", locale.plural(&words.missing_texts, missing as u64));
                    }
                    let selected = tag == current;
                    view! { <option value=tag selected=selected>{text}</option> }.into_any()
                })
                .collect_view()
        })
    };
    view! {
        <select aria-label=words.language on:change=move |event| draft.speak(event_target_value(&event))>{options}</select>
    }
    .into_any()
}

/// The languages of a survey.
pub(super) fn languages(draft: Draft) -> AnyView {
    let (words, locale, toasts) = (&words().editor, locale(), toasts());
    let lacking = move || {
        draft.value.with(|draft| {
            edit::locales(draft).into_iter().filter(|tag| edit::missing(draft, tag) > 0).collect::<Vec<_>>()
        })
    };
    let undoable = move |text: String, change: &dyn Fn(&mut Value)| {
        let before = draft.value.get_untracked();
        draft.reshape(|draft| change(draft));
        let default = draft.text("/default_locale");
        draft.speak(default);
        toasts.undoable(text, move || {
            let before = before.clone();
            draft.reshape(|draft| {
                for name in ["questions", "thanks", "endings", "default_locale"] {
                    edit::put(draft, &format!("/{name}"), before.get(name).cloned());
                }
            });
        });
    };
    let note = move || {
        let lacking = lacking();
        if lacking.is_empty() {
            return view! { <p class="good"><Icon name="check" />" "{words.complete}</p> }.into_any();
        }
        let text = locale.plural(&words.lacking, lacking.len() as u64);
        let keep = move |_| {
            let tags = lacking.clone();
            undoable(words.kept_complete.to_owned(), &|draft| {
                let default = draft["default_locale"].as_str().unwrap_or_default().to_owned();
                tags.iter().filter(|tag| **tag != default).for_each(|tag| edit::drop_locale(draft, tag));
            });
        };
        view! {
            <p class="warning"><Icon name="warning" />" "{text}</p>
            {draft.may_edit.then(|| view! { <button class="button small" on:click=keep>{words.keep_complete}</button> })}
        }
        .into_any()
    };
    let add = move |event: web_sys::Event| {
        let tag = event_target_value(&event);
        if !tag.is_empty() {
            draft.speak(tag);
        }
    };
    let offered = move || {
        let have = draft.value.with(edit::locales);
        let rest = OFFERED.into_iter().filter(|tag| !have.iter().any(|have| have == tag));
        rest.map(|tag| view! { <option value=tag>{locale.language_name(tag)}</option> }.into_any()).collect_view()
    };
    let make_default = move |_| {
        let tag = draft.locale.get_untracked();
        draft.put("/default_locale", Some(tag.into()));
    };
    let drop_it = move |_| {
        let tag = draft.locale.get_untracked();
        let name = locale.language_name(&tag);
        undoable(fill(words.removed, &[("name", &name)]), &|draft| edit::drop_locale(draft, &tag));
    };
    let is_default = move || {
        let current = draft.locale.get();
        draft.value.with(|draft| draft["default_locale"] == current.as_str())
    };
    view! {
        <section class="card">
            <h2>{words.languages}</h2>
            <p class="soft">{words.languages_hint}</p>
            <div class="row start">
                {language_choice(draft)}
                {draft.may_edit.then(|| view! {
                    <button class="button small" disabled=is_default on:click=make_default>{words.make_default}</button>
                    <button class="button small" disabled=is_default on:click=drop_it>{words.remove_language}</button>
                    <select aria-label=words.add_language on:change=add>
                        <option value="">{words.add_language}</option>
                        {offered}
                    </select>
                })}
            </div>
            <div class="row start">{note}</div>
        </section>
    }
    .into_any()
}
