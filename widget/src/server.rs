//! What the server asks of the views: the hosted page's body and a survey's first question, as HTML or as a tree.

use std::collections::BTreeMap;

use bearing_shared::look::{self, Position, Scheme};
use bearing_shared::metric::Group;
use bearing_shared::question::{Control, Question};
use bearing_shared::survey::Survey;
use bearing_shared::text::{Language, LocalText, Ui};
use leptos::prelude::*;

use crate::ask::{Ask, Ending, Facts, Scale, Words};
use crate::session::Session;
use crate::tree::{self, Node, Refused};
use crate::view;

pub use crate::ask::{FIELD_PREFIX, TRAP_FIELD};

/// A survey as one reader sees it.
#[derive(Clone, Copy, Debug)]
pub struct SurveyView<'a> {
    /// One version of a survey.
    pub survey: &'a Survey,
    /// The locale of its texts; the interface texts are those of its language.
    pub locale: &'a str,
    /// Whose survey it is.
    pub site: SiteFacts<'a>,
}

/// What a respondent can learn of the site that asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteFacts<'a> {
    /// Its name.
    pub name: &'a str,
    /// The address of its privacy page.
    pub privacy_url: Option<&'a str>,
}

/// A card as the dashboard looks at it: one of its states, standing still.
#[derive(Clone, Copy, Debug)]
pub struct Preview {
    /// Where it stands.
    pub position: Position,
    /// Its colours.
    pub scheme: Scheme,
    /// What it shows.
    pub state: State,
}

/// A state of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The first question, nothing chosen.
    First,
    /// What follows a score.
    Follow {
        /// The score.
        score: u8,
        /// How many follow-ups are answered already; past the last it is the last.
        step: usize,
    },
    /// The end after a score.
    Thanks {
        /// The score.
        score: u8,
    },
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
    /// How many zero bits the proof of work has to begin with that goes with the hidden field `display`; 0 in peace.
    pub work: u32,
    /// What the fields hold, by field name (`q.score`): a preselected score, or what was entered when the form comes
    /// back with faults.
    pub given: &'a BTreeMap<String, Vec<String>>,
    /// What is wrong, by question id; shown in a summary and beside each question.
    pub faults: &'a BTreeMap<String, String>,
}

/// The first question of a survey as the card shows it, with the card's foot, as HTML.
pub fn first_question(of: &SurveyView<'_>) -> String {
    let facts = of.facts();
    of.survey.scored().map(|question| printed(|| view::first::draw(&of.ask(question), &facts))).unwrap_or_default()
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
    let page = view::hosted::Page {
        heading: form.view.ui().label,
        action: form.action,
        hidden: form.hidden,
        work: form.work,
        trap: form.view.ui().empty,
        facts: &form.view.facts(),
        is_identified: form.hidden.iter().any(|(name, value)| name == "customer" && !value.is_empty()),
    };
    printed(|| view::hosted::form(&page, &asks, &form.view.words()))
}

/// The body of the hosted page once the response is kept; `group` is the score's, where it is known.
pub fn hosted_thanks(of: &SurveyView<'_>, group: Option<Group>) -> String {
    let ending = group.and_then(|group| of.survey.ending(group)).map(|ending| of.ending(ending));
    printed(|| view::hosted::thanks(of.ui().label, ending.as_ref(), &of.words()))
}

/// A card in one of its states, as HTML that stands in a shadow root.
pub fn preview(of: &SurveyView<'_>, preview: &Preview) -> String {
    let Some(scored) = of.survey.scored() else { return String::new() };
    let (mut first, words, facts, ui) = (of.ask(scored), of.words(), of.facts(), of.ui());
    let endings: Vec<Ending> = of.survey.endings.iter().map(|ending| of.ending(ending)).collect();
    let mut session = None;
    if let State::Follow { score, .. } | State::Thanks { score } = preview.state {
        let asks = of.survey.questions.iter().skip(1).map(|question| of.ask(question)).collect();
        let begun = session.insert(Session::new(asks, score));
        let answered = |_: &str| vec!["x".to_owned()];
        let forward = |session: &Session| match preview.state {
            State::Follow { step, .. } => session.step() < step && !session.is_last(),
            _ => true,
        };
        while !begun.is_done() && forward(begun) && begun.send(&words, answered) {}
        first.given = vec![score.to_string()];
    }
    let card = view::preview::Card {
        position: preview.position,
        scheme: preview.scheme,
        label: ui.label,
        close: ui.close,
        locale: of.locale,
    };
    printed(|| view::preview::draw(&card, &first, &facts, session.as_ref(), &words, &endings))
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
            next: ui.next.to_owned(),
            back: ui.back.to_owned(),
            step: ui.step.to_owned(),
            optional: ui.optional.to_owned(),
            required: ui.required.to_owned(),
            thanks: if own.is_empty() { ui.thanks } else { own }.to_owned(),
        }
    }

    fn facts(&self) -> Facts {
        let ui = self.ui();
        Facts {
            about: ui.about.to_owned(),
            reads: ui.reads.replace("{site}", self.site.name),
            anonymous: ui.anonymous.to_owned(),
            identified: ui.identified.to_owned(),
            privacy: ui.privacy.to_owned(),
            privacy_url: self.site.privacy_url.map(str::to_owned),
            never: ui.never.to_owned(),
            withdraw: ui.withdraw.to_owned(),
        }
    }

    /// The scores of some groups, as ranges.
    fn ranges(&self, groups: &[Group]) -> Vec<[u8; 2]> {
        let bands = self.survey.instrument.definition().bands;
        let band = |group: &Group| bands.iter().find(|band| band.group == *group);
        groups.iter().filter_map(|group| band(group).map(|band| [band.low, band.high])).collect()
    }

    /// An ending in the reader's locale.
    fn ending(&self, ending: &look::Ending) -> Ending {
        let local = |text: &LocalText| text.get(self.locale, &self.survey.default_locale).to_owned();
        Ending {
            after: self.ranges(&ending.groups),
            text: local(&ending.text),
            link: ending.link.as_ref().map(|link| (link.url.clone(), local(&link.text))),
        }
    }

    /// A question in the reader's locale, nothing entered yet.
    fn ask(&self, question: &Question) -> Ask {
        let fallback = &self.survey.default_locale;
        let definition = self.survey.instrument.definition();
        let control = question.kind.rules().control;
        let scale = || Scale {
            min: definition.min,
            max: definition.max,
            low: question.low.get(self.locale, fallback).to_owned(),
            high: question.high.get(self.locale, fallback).to_owned(),
            style: question.style,
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
            after: self.ranges(&question.groups),
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
