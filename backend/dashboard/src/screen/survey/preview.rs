//! The card beside the editor: the real widget's, in every state, width, language and light.

use bearing_shared::instrument::Instrument;
use leptos::prelude::*;

use super::draft::Draft;
use super::languages::language_choice;
use crate::fetch;
use crate::locale::words;
use crate::part::Icon;

/// The card as it is saved.
pub(super) fn preview(draft: Draft) -> AnyView {
    let words = &words().editor;
    let (narrow, dark) = (RwSignal::new(false), RwSignal::new(false));
    let scale = Instrument::named(&draft.fact("instrument")).unwrap_or(Instrument::Nps).definition();
    let (state, score) = (RwSignal::new("first".to_owned()), RwSignal::new(scale.best()));
    let step = RwSignal::new(0_usize);
    let address = move || {
        let mut pairs: Vec<(String, String)> = vec![
            ("locale".into(), draft.locale.get()),
            ("state".into(), state.get()),
            ("score".into(), score.get().to_string()),
            ("scheme".into(), if dark.get() { "dark" } else { "light" }.into()),
        ];
        if state.get() == "follow" {
            pairs.push(("step".into(), step.get().to_string()));
        }
        let more = fetch::address("", &pairs).replace('?', "&");
        format!("{}{more}", draft.address("/preview"))
    };
    let toggle = |on: RwSignal<bool>, value: bool, icon: &'static str, text: &'static str| {
        view! {
            <button class="button small" aria-pressed=move || (on.get() == value).to_string() on:click=move |_| on.set(value)>
                <Icon name=icon />{text}
            </button>
        }
        .into_any()
    };
    let states = [("first", words.state_first), ("follow", words.state_follow), ("thanks", words.state_thanks)];
    let states = states.map(|(name, text)| {
        view! {
            <button class="button small" aria-pressed=move || (state.get() == name).to_string()
                on:click=move |_| { step.set(0); state.set(name.to_owned()); }>{text}</button>
        }
        .into_any()
    });
    let scores = (scale.min..=scale.max).map(|value| {
        view! { <option value=value.to_string() selected=move || score.get() == value>{value.to_string()}</option> }
            .into_any()
    });
    let steps = move || {
        // How many questions follow this score: beyond the last there is nothing to look at.
        draft.stored.track();
        let follow = state.get() == "follow";
        let group = scale.group(score.get()).map(|group| group.name());
        let count = draft.value.with_untracked(|draft| {
            let questions = draft["questions"].as_array().into_iter().flatten().skip(1);
            let asked = questions.filter(|question| match question["groups"].as_array() {
                Some(groups) if !groups.is_empty() => groups.iter().any(|held| held.as_str() == group),
                _ => true,
            });
            asked.count()
        });
        (follow && count > 1).then(|| {
            let options = (0..count).map(|at| {
                let selected = step.get_untracked() == at;
                view! { <option value=at.to_string() selected=selected>{(at + 1).to_string()}</option> }.into_any()
            });
            view! {
                <label class="inline-field"><span>{words.step}</span>
                    <select on:change=move |event| step.set(event_target_value(&event).parse().unwrap_or_default())>
                        {options.collect_view()}
                    </select>
                </label>
            }
        })
    };
    let choose = move |event: web_sys::Event| {
        step.set(0);
        score.set(event_target_value(&event).parse().unwrap_or_default());
    };
    view! {
        <section class="card preview">
            <header class="row">
                <h2>{words.preview}</h2>
                {language_choice(draft)}
            </header>
            <div class="row start">
                <span class="group" role="group" aria-label=words.width>
                    {toggle(narrow, false, "desktop", words.desktop)}{toggle(narrow, true, "phone", words.mobile)}
                </span>
                <span class="group" role="group" aria-label=words.light_dark>
                    {toggle(dark, false, "sun", words.light)}{toggle(dark, true, "moon", words.dark)}
                </span>
            </div>
            <div class="row start">
                <span class="group" role="group" aria-label=words.state>{states.into_iter().collect_view()}</span>
                <label class="inline-field" class:gone=move || state.get() == "first"><span>{words.score}</span>
                    <select on:change=choose>{scores.collect_view()}</select>
                </label>
                {steps}
            </div>
            <div class="stage" class:narrow=narrow class:dark=dark>
                {move || {
                    // The same address shows another draft after each saving: a new frame reads it again.
                    draft.stored.track();
                    view! { <iframe src=address() title=words.preview></iframe> }
                }}
            </div>
            <p class="quiet">{words.preview_hint}</p>
        </section>
    }
    .into_any()
}
