//! "Why is it not shown?": a made-up visitor on a made-up page, and every reason in a sentence.

use leptos::prelude::*;
use serde_json::Value;

use super::draft::Draft;
use crate::edit::text_at;
use crate::fetch;
use crate::locale::words;
use crate::part::{Icon, Part};

/// The form and its reply.
pub(super) fn explain(draft: Draft) -> AnyView {
    let (words, common) = (&words().surveys, &words().common);
    let editor = &crate::locale::words().editor;
    // What the form says, by the names of the API; the attributes are one text there.
    let asked: RwSignal<Vec<(String, String)>> = RwSignal::new(Vec::new());
    let (sent, again) = (RwSignal::new(None::<String>), RwSignal::new(0_u32));
    let set = move |name: &'static str, value: String| {
        asked.update(|asked| {
            asked.retain(|(held, _)| held != name);
            if !value.is_empty() {
                asked.push((name.to_owned(), value));
            }
        });
    };
    let reply = fetch::reading::<Value>(move || sent.get(), move || again.get());
    let input = move |name: &'static str, label: &'static str, kind: &'static str, hint: &'static str| {
        view! {
            <label class="field"><span>{label}</span>
                <input type=kind name=name placeholder=hint dir="ltr" min="0" step="any" on:input=move |event| set(name, event_target_value(&event)) />
            </label>
        }
        .into_any()
    };
    let ask = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let mut pairs = Vec::new();
        asked.with(|asked| {
            for (name, value) in asked {
                match name.as_str() {
                    "touchpoint" => {
                        pairs.push((name.clone(), if value == "-" { String::new() } else { value.clone() }))
                    }
                    "attributes" => pairs.extend(value.split(',').filter_map(|pair| {
                        let (name, value) = pair.split_once('=')?;
                        Some((format!("attr.{}", name.trim()), value.trim().to_owned()))
                    })),
                    _ => pairs.push((name.clone(), value.clone())),
                }
            }
        });
        let more = fetch::address("", &pairs).replace('?', "&");
        sent.set(Some(format!("{}{more}", draft.address("/explain"))));
        again.update(|count| *count += 1);
    };
    let touchpoints: Vec<String> = draft.value.with_untracked(|draft| {
        draft["touchpoints"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    });
    let touchpoints =
        touchpoints.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }.into_any());
    view! {
        <section class="card">
            <h2>{words.explain}</h2>
            <p class="soft">{words.explain_lead}</p>
            <form class="asked" on:submit=ask>
                {input("url", words.page_address, "url", "https://shop.example/checkout")}
                <label class="field"><span>{common.touchpoint}</span>
                    <select on:change=move |event| set("touchpoint", event_target_value(&event))>
                        <option value="">{words.any}</option>
                        <option value="-">{common.no_touchpoint}</option>
                        {touchpoints.collect_view()}
                    </select>
                </label>
                <label class="field"><span>{words.device}</span>
                    <select on:change=move |event| set("device", event_target_value(&event))>
                        <option value="">{words.any}</option>
                        <option value="desktop">{editor.desktop}</option>
                        <option value="mobile">{editor.mobile}</option>
                        <option value="tablet">{editor.tablet}</option>
                    </select>
                </label>
                {input("locale", common.language, "text", "nl-BE")}
                {input("visitor", words.visitor, "text", "")}
                {input("attributes", words.attributes, "text", "plan=pro, country=nl")}
                {input("answered_days", words.answered_days, "number", "")}
                {input("dismissed_days", words.dismissed_days, "number", "")}
                <button class="button primary">{words.ask}</button>
            </form>
            <div aria-live="polite"><Part loaded=reply draw=verdict /></div>
        </section>
    }
    .into_any()
}

fn verdict(reply: &Value) -> AnyView {
    let words = &words().surveys;
    if reply["due"] == true {
        return view! { <p class="good verdict"><Icon name="check" />{words.due}</p> }.into_any();
    }
    let reasons = reply["reasons"].as_array().into_iter().flatten().map(|reason| {
        // The API's sentence names the field to change; it is English.
        view! { <li lang="en" dir="ltr">{text_at(reason, "/text").to_owned()}</li> }.into_any()
    });
    view! {
        <p class="bad verdict"><Icon name="close" />{words.not_due}</p>
        <ul class="reasons">{reasons.collect_view()}</ul>
    }
    .into_any()
}
