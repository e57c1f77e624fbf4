//! What the server asks of the views: the hosted page's body and a survey's first question, as HTML or as a tree.

use std::collections::BTreeMap;

use bearing_shared::question::{Control, Question};
use bearing_shared::survey::Survey;
use bearing_shared::text::{Language, Ui};
use leptos::prelude::*;

use crate::ask::{Ask, Scale, Words};
use crate::tree::{self, Node, Refused};
use crate::view;

pub use crate::ask::FIELD_PREFIX;

/// A survey as one reader sees it.
#[derive(Clone, Copy, Debug)]
pub struct SurveyView<'a> {
    /// One version of a survey.
    pub survey: &'a Survey,
    /// The locale of its texts; the interface texts are those of its language.
    pub locale: &'a str,
}

/// The hosted form: all questions of a survey as one plain HTML form.
#[derive(Clone, Copy, Debug)]
pub struct HostedForm<'a> {
    /// The survey and the locale of its texts.
    pub view: SurveyView<'a>,
    /// Where the form is posted; relative to the page.
    pub action: &'a str,
    /// The hidden fields (`id`, `seq`, `version`, `touchpoint`, `locale`, …), in order.
    pub hidden: &'a [(String, String)],
    /// What the fields hold, by field name (`q.score`): a preselected score, or what was entered when the form comes
    /// back with faults.
    pub given: &'a BTreeMap<String, Vec<String>>,
    /// What is wrong, by question id; shown in a summary and beside each question.
    pub faults: &'a BTreeMap<String, String>,
}

/// The first question of a survey as the card shows it, as HTML.
pub fn first_question(of: &SurveyView<'_>) -> String {
    of.survey.scored().map(|question| printed(|| view::first::draw(&of.ask(question)))).unwrap_or_default()
}

/// The first question of a survey as an element tree, for the loader.
///
/// # Errors
/// [`Refused`] when the view holds a tag or an attribute that is not on the tree's list: a fault of the view, never of
/// the survey's texts.
pub fn first_question_tree(of: &SurveyView<'_>) -> Result<Node, Refused> {
    tree::parse(&first_question(of))
}

/// The body of the hosted page.
pub fn hosted_form(form: &HostedForm<'_>) -> String {
    let asks: Vec<Ask> = form
        .view
        .survey
        .questions
        .iter()
        .map(|question| {
            let mut ask = form.view.ask(question);
            ask.given = form.given.get(&ask.field()).cloned().unwrap_or_default();
            ask.fault = form.faults.get(&ask.id).cloned().unwrap_or_default();
            ask
        })
        .collect();
    let ui = form.view.ui();
    let page = view::hosted::Page { heading: ui.label, action: form.action, hidden: form.hidden };
    printed(|| view::hosted::form(&page, &asks, &form.view.words()))
}

/// The body of the hosted page once the response is kept.
pub fn hosted_thanks(of: &SurveyView<'_>) -> String {
    printed(|| view::hosted::thanks(of.ui().label, &of.words().thanks))
}

impl SurveyView<'_> {
    fn ui(&self) -> &'static Ui {
        &Language::of(self.locale).ui
    }

    fn words(&self) -> Words {
        let ui = self.ui();
        let own = self.survey.thanks.get(self.locale, &self.survey.default_locale);
        Words {
            send: ui.send.to_owned(),
            optional: ui.optional.to_owned(),
            required: ui.required.to_owned(),
            thanks: if own.is_empty() { ui.thanks } else { own }.to_owned(),
        }
    }

    /// A question in the reader's locale, nothing entered yet.
    fn ask(&self, question: &Question) -> Ask {
        let fallback = &self.survey.default_locale;
        let definition = self.survey.instrument.definition();
        let control = question.kind.rules().control;
        let band = |group| definition.bands.iter().find(|band| band.group == group);
        let scale = || Scale {
            min: definition.min,
            max: definition.max,
            low: question.low.get(self.locale, fallback).to_owned(),
            high: question.high.get(self.locale, fallback).to_owned(),
        };
        Ask {
            id: question.id.clone(),
            control,
            text: question.text.get(self.locale, fallback).to_owned(),
            scale: (control == Control::Scale).then(scale),
            choices: question
                .choices
                .iter()
                .map(|choice| (choice.id.clone(), choice.text.get(self.locale, fallback).to_owned()))
                .collect(),
            multiple: question.multiple,
            required: question.required,
            after: question.groups.iter().filter_map(|group| band(*group).map(|band| [band.low, band.high])).collect(),
            given: Vec::new(),
            fault: String::new(),
        }
    }
}

/// A view as HTML, without the comments that Leptos leaves for hydration, which never happens here.
///
/// Texts and attribute values are escaped, so `<!` begins a comment and nothing else.
fn printed<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let html = Owner::new().with(|| view().into_view().to_html());
    let mut plain = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some((before, comment)) = rest.split_once("<!") {
        plain.push_str(before);
        rest = comment.split_once('>').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(all(test, not(feature = "csr")))]
#[path = "server_tests.rs"]
mod tests;
