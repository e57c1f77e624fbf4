//! How the survey comes to people: the tag, the package, a page of its own, links for mails.

use bearing_shared::instrument::Instrument;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::Draft;
use crate::locale::words;
use crate::part::{Icon, toasts};
use crate::site::site;
use crate::{browser, edit};

/// Everything to copy.
pub(super) fn install(draft: Draft) -> AnyView {
    let (words, site) = (&words().surveys, site());
    let key = site.loaded.with(|site| site.ready().map(|site| site.site_key.0.clone()).unwrap_or_default());
    let (origin, id) = (browser::origin(), draft.fact("id"));
    let touchpoint = draft.text("/touchpoints/0");
    let scale = Instrument::named(&draft.fact("instrument")).unwrap_or(Instrument::Nps).definition();
    view! {
        <section class="card">
            <h2>{words.install}</h2>
            {snippet(words.tag, words.tag_hint, edit::tag(&origin, &key, &touchpoint))}
            {snippet(words.module, words.module_hint, edit::module(&origin, &key, &touchpoint))}
            {snippet(words.hosted, words.hosted_hint, edit::hosted(&origin, &id))}
            {snippet(words.signature, words.signature_hint, edit::score_links(&origin, &id, scale.min..=scale.max))}
        </section>
    }
    .into_any()
}

fn snippet(title: &'static str, hint: &'static str, text: String) -> AnyView {
    let (common, failed, toasts) = (&words().common, words().surveys.not_copied, toasts());
    let copied = text.clone();
    let copy = move |_| {
        let text = copied.clone();
        spawn_local(async move {
            match browser::copy(&text).await {
                true => toasts.say(common.copied),
                false => toasts.fail(failed),
            }
        });
    };
    let label = format!("{}: {title}", common.copy);
    view! {
        <div class="snippet">
            <header class="row">
                <h3>{title}</h3>
                <button class="button small" aria-label=label on:click=copy><Icon name="copy" />{common.copy}</button>
            </header>
            <p class="soft">{hint}</p>
            <pre dir="ltr" tabindex="0" role="region" aria-label=title>{text}</pre>
        </div>
    }
    .into_any()
}
