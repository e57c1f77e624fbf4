//! In which languages a survey asks, which one is edited, and what is missing in which.

use leptos::prelude::*;
use serde_json::Value;

use super::draft::Draft;
use super::field::option;
use crate::edit;
use crate::locale::{Locale, locale, words};
use crate::part::plain::{Fact, Piece, button, card, drawing, each, element, is, node, on, said, text, watched};
use crate::part::{Toasts, toasts};
use crate::text::{Editor, fill};

/// The languages of which the card itself has the words.
const OFFERED: &str = "ar cs da de el en es fi fr he hi hu it ja ko nb nl pl pt pt-BR ro sv tr uk zh zh-Hant";

/// The list to choose the language of; with how many texts each lacks.
pub(super) fn language_choice(draft: Draft) -> Piece {
    let (words, locale) = (&words().editor, locale());
    let options = watched(move || {
        let current = draft.locale.get();
        draft.value.with(|draft| {
            let mut locales = edit::locales(draft);
            if !locales.contains(&current) {
                locales.push(current.clone());
            }
            each(locales.into_iter().map(|tag| {
                let mut name = locale.language_name(&tag);
                if draft["default_locale"] == tag.as_str() {
                    name = format!("{name} ({})", words.default_language);
                }
                let missing = edit::missing(draft, &tag);
                if missing > 0 {
                    name = format!("{name} – {}", locale.plural(&words.missing_texts, missing as u64));
                }
                option(&tag, &name, tag == current)
            }))
        })
    });
    let speak = on("change", move |event| draft.speak(event_target_value(&event)));
    element("select", vec![is("aria-label", words.language), speak], vec![options])
}

/// The languages of a survey.
pub(super) fn languages(draft: Draft) -> Piece {
    let (words, locale, toasts) = (&words().editor, locale(), toasts());
    let mut row = vec![language_choice(draft)];
    if draft.may_edit {
        let is_default = move || {
            let current = draft.locale.get();
            draft.value.with(|draft| (draft["default_locale"] == current.as_str()).then(|| "true".to_owned()))
        };
        let off = || vec![Fact::While("disabled", Box::new(is_default))];
        row.push(button("button small", "", words.make_default, off(), move || {
            draft.put("/default_locale", Some(draft.locale.get_untracked().into()));
        }));
        row.push(button("button small", "", words.remove_language, off(), move || {
            let tag = draft.locale.get_untracked();
            let told = fill(words.removed, &[("name", &locale.language_name(&tag))]);
            drop_all(draft, toasts, told, vec![tag]);
        }));
        row.push(offered(draft, words, locale));
    }
    let note = watched(move || {
        let lacking: Vec<String> = draft
            .value
            .with(|draft| edit::locales(draft).into_iter().filter(|tag| edit::missing(draft, tag) > 0).collect());
        if lacking.is_empty() {
            return node("p", "good", vec![drawing("check"), text(words.complete)]);
        }
        let told = locale.plural(&words.lacking, lacking.len() as u64);
        let mut parts = vec![node("p", "warning", vec![drawing("warning"), text(&told)])];
        if draft.may_edit {
            parts.push(button("button small", "", words.keep_complete, Vec::new(), move || {
                drop_all(draft, toasts, words.kept_complete.to_owned(), lacking.clone());
            }));
        }
        node("div", "row start", parts)
    });
    card(words.languages, vec![said("p", "soft", words.languages_hint), node("div", "row start", row), note])
}

/// The list of languages to add.
fn offered(draft: Draft, words: &'static Editor, locale: Locale) -> Piece {
    let options = watched(move || {
        let have = draft.value.with(edit::locales);
        let rest = OFFERED.split(' ').filter(|tag| !have.iter().any(|have| have == tag));
        each(rest.map(|tag| option(tag, &locale.language_name(tag), false)))
    });
    let add = on("change", move |event| {
        let tag = event_target_value(&event);
        if !tag.is_empty() {
            draft.speak(tag);
        }
    });
    let facts = vec![is("aria-label", words.add_language), add];
    element("select", facts, vec![option("", words.add_language, true), options])
}

/// Takes languages out of every text, but never the default one, and offers to put them back.
fn drop_all(draft: Draft, toasts: Toasts, told: String, tags: Vec<String>) {
    let before = draft.value.get_untracked();
    let default = draft.text("/default_locale");
    draft.reshape(|draft| {
        tags.iter().filter(|tag| **tag != default).for_each(|tag| edit::drop_locale(draft, tag));
    });
    draft.speak(default);
    toasts.undoable(told, move || {
        draft.reshape(|draft: &mut Value| {
            for name in ["questions", "thanks", "endings", "default_locale"] {
                edit::put(draft, &format!("/{name}"), before.get(name).cloned());
            }
        });
    });
}
