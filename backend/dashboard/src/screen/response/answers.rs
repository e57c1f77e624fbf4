//! What was answered: the score with its group, then each question's text with its answer.

use bearing_shared::answer::Answer;
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::api::surveys::VersionReply;
use bearing_shared::text::LocalText;
use leptos::prelude::*;

use super::Desk;
use crate::part::{bit, score_chip};
use crate::screen::responses::state_name;
use crate::text::fill;

/// The answers.
pub(super) fn answers(desk: Desk) -> AnyView {
    let heading = desk.with(move |response| {
        let survey = response.survey.0.clone();
        let name =
            desk.asked.with(|asked| asked.iter().find(|(id, ..)| *id == survey).map(|(_, name, _)| name.clone()));
        view! {
            <header class="row">
                <h2>{desk.words.response.answers}</h2>
                <span class="soft"><bdi>{name.unwrap_or(survey)}</bdi></span>
                {state_name(response.state).map(|state| view! { <span class="note">{state}</span> })}
            </header>
        }
        .into_any()
    });
    let list = desk.with(move |response| desk.version.with(|version| list(desk, response, version.as_ref())));
    vec![heading, list].into_any()
}

fn list(desk: Desk, response: &ResponseReply, version: Option<&VersionReply>) -> AnyView {
    let items = response.answers.iter().map(|answer| {
        let text = version.and_then(|version| {
            let question = version.survey.questions.iter().find(|question| question.id == answer.question)?;
            Some(worded(desk, &question.text, response, version))
        });
        // A question is called by its id until its version is here.
        let text = text.unwrap_or_else(|| answer.question.clone());
        view! {
            <div class="answered">
                <dt dir="auto">{text}</dt>
                <dd>{given(desk, response, answer, version)}</dd>
            </div>
        }
        .into_any()
    });
    let unfinished = (!response.completed).then(|| view! { <p class="soft">{desk.words.response.unfinished}</p> });
    view! { <dl class="answered-list">{items.collect_view()}</dl>{unfinished} }.into_any()
}

/// A text in the respondent's locale, which is that of the question as it was asked.
fn worded(desk: Desk, text: &LocalText, response: &ResponseReply, version: &VersionReply) -> String {
    let locale = response.context.locale.as_deref().unwrap_or(desk.locale.language.tag);
    text.get(locale, &version.survey.default_locale).to_owned()
}

fn given(desk: Desk, response: &ResponseReply, answer: &Answer, version: Option<&VersionReply>) -> AnyView {
    if let Some(score) = answer.value {
        let instrument =
            version.map(|version| version.survey.instrument).or_else(|| desk.instrument(&response.survey.0));
        let scale = instrument.map(|instrument| {
            let (low, high) = (instrument.definition().min.to_string(), instrument.definition().max.to_string());
            fill(desk.words.response.scale, &[("low", &low), ("high", &high)])
        });
        return view! { <span class="given-score">{score_chip(Some(score), instrument)}<span class="quiet">{scale}</span></span> }
            .into_any();
    }
    if let Some(text) = answer.text.clone() {
        return view! { <blockquote dir="auto">{text}</blockquote> }.into_any();
    }
    let question = version.and_then(|version| {
        version
            .survey
            .questions
            .iter()
            .find(|question| question.id == answer.question)
            .map(|question| (question, version))
    });
    let picked = answer.choices.as_deref().unwrap_or_default().iter().map(|id| {
        let label = question.and_then(|(question, version)| {
            let choice = question.choices.iter().find(|choice| choice.id == *id)?;
            Some(worded(desk, &choice.text, response, version))
        });
        bit(label.unwrap_or_else(|| id.clone()))
    });
    view! { <ul class="bits">{picked.collect_view()}</ul> }.into_any()
}
