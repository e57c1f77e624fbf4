//! How the survey comes to people: the tag, the package, a page of its own, links for mails.

use bearing_shared::instrument::Instrument;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::Draft;
use crate::locale::words;
use crate::part::plain::{Piece, button, card, element, is, node, said, text};
use crate::part::toasts;
use crate::site::site;
use crate::{browser, edit};

/// Everything to copy.
pub(super) fn install(draft: Draft) -> Piece {
    let (words, site) = (&words().surveys, site());
    let key = site.loaded.with(|site| site.ready().map(|site| site.site_key.0.clone()).unwrap_or_default());
    let (origin, id) = (browser::origin(), draft.fact("id"));
    let touchpoint = draft.text("/touchpoints/0");
    let scale = Instrument::named(&draft.fact("instrument")).unwrap_or(Instrument::Nps).definition();
    card(
        words.install,
        vec![
            snippet(words.tag, words.tag_hint, edit::tag(&origin, &key, &touchpoint)),
            snippet(words.module, words.module_hint, edit::module(&origin, &key, &touchpoint)),
            snippet(words.hosted, words.hosted_hint, edit::hosted(&origin, &id)),
            snippet(words.signature, words.signature_hint, edit::score_links(&origin, &id, scale.min..=scale.max)),
        ],
    )
}

fn snippet(title: &str, hint: &str, content: String) -> Piece {
    let (common, failed, toasts) = (&words().common, words().surveys.not_copied, toasts());
    let code = element(
        "pre",
        vec![is("dir", "ltr"), is("tabindex", "0"), is("role", "region"), is("aria-label", title)],
        vec![text(&content)],
    );
    let copy = move || {
        let content = content.clone();
        spawn_local(async move {
            match browser::copy(&content).await {
                true => toasts.say(common.copied),
                false => toasts.fail(failed),
            }
        });
    };
    let label = is("aria-label", format!("{}: {title}", common.copy));
    let copy = button("button small", "copy", common.copy, vec![label], copy);
    let top = node("header", "row", vec![said("h3", "", title), copy]);
    node("div", "snippet", vec![top, said("p", "soft", hint), code])
}
