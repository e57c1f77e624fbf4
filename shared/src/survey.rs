//! A survey as data: one scored question, its follow-ups, and the touchpoints it is shown at.

use serde::{Deserialize, Serialize};

use crate::answer::is_unseen;
use crate::fault::{Code, Fault};
use crate::instrument::Instrument;
use crate::look::{ENDINGS_LIMIT, Ending, Look, Style};
use crate::metric::{Group, Metric};
use crate::question::{Kind, Question, is_name};
use crate::rule::Rules;
use crate::text::{Language, LocalText};

/// The most questions a survey may ask: the most answers a response may hold.
pub const QUESTIONS_LIMIT: usize = 20;

/// The content of one version of a survey. A published version never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// What the owner calls it; respondents never see it.
    pub name: String,
    /// What it measures.
    pub metric: Metric,
    /// The metric with its scale.
    pub instrument: Instrument,
    /// The touchpoints it is shown at; empty: any page.
    #[serde(default)]
    pub touchpoints: Vec<String>,
    /// Which survey goes first when two are due: the lower number, then the older survey.
    #[serde(default)]
    pub priority: i32,
    /// The locale that stands in where a text is missing in the reader's.
    pub default_locale: String,
    /// The scored question, then the follow-ups.
    pub questions: Vec<Question>,
    /// What is said at the end; empty: the interface language's own thanks.
    #[serde(default, skip_serializing_if = "LocalText::is_empty")]
    pub thanks: LocalText,
    /// The thanks of some groups, each with an optional link; the first that names the score's group is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endings: Vec<Ending>,
    /// When it is shown, to whom, and how often.
    #[serde(default, skip_serializing_if = "Rules::is_default")]
    pub rules: Rules,
    /// How it looks.
    #[serde(default, skip_serializing_if = "Look::is_default")]
    pub look: Look,
}

impl Survey {
    /// The standard survey of an instrument: its question (id `score`) and an optional text question (id `why`), in
    /// every interface language.
    pub fn standard(name: &str, instrument: Instrument) -> Self {
        let metric = instrument.definition().metric;
        let kind = match metric {
            Metric::Nps => Kind::Nps,
            Metric::Csat => Kind::Csat,
            Metric::Ces => Kind::Ces,
        };
        let local = |text: fn(&Language, Instrument) -> &'static str| {
            LocalText(
                Language::ALL
                    .iter()
                    .map(|language| (language.locale.to_owned(), text(language, instrument).to_owned()))
                    .collect(),
            )
        };
        let question = |id: &str, kind, text| Question {
            id: id.to_owned(),
            kind,
            text,
            low: LocalText::default(),
            high: LocalText::default(),
            required: false,
            groups: Vec::new(),
            choices: Vec::new(),
            multiple: false,
            style: Style::default(),
        };
        let score = Question {
            low: local(|language, instrument| language.standard(instrument).low),
            high: local(|language, instrument| language.standard(instrument).high),
            required: true,
            ..question("score", kind, local(|language, instrument| language.standard(instrument).text))
        };
        Self {
            name: name.to_owned(),
            metric,
            instrument,
            touchpoints: Vec::new(),
            priority: 0,
            default_locale: "en".to_owned(),
            questions: vec![score, question("why", Kind::Text, local(|language, _| language.why))],
            thanks: LocalText::default(),
            endings: Vec::new(),
            rules: Rules::default(),
            look: Look::default(),
        }
    }

    /// The scored question; `None` only for a survey that [`Survey::check`] refuses.
    pub fn scored(&self) -> Option<&Question> {
        self.questions.first()
    }

    /// The follow-ups of a score, in order.
    pub fn follow_ups(&self, score: u8) -> impl Iterator<Item = &Question> {
        let group = self.instrument.definition().group(score);
        self.questions.iter().skip(1).filter(move |question| group.is_some_and(|group| question.follows(group)))
    }

    /// The ending of a group, where it has one of its own.
    pub fn ending(&self, group: Group) -> Option<&Ending> {
        self.endings.iter().find(|ending| ending.groups.contains(&group))
    }

    /// The locales in which the scored question is written.
    pub fn locales(&self) -> impl Iterator<Item = &str> + Clone {
        self.questions.iter().take(1).flat_map(|question| question.text.0.keys().map(String::as_str))
    }

    /// Checks that the survey can be asked: its first question scores the metric on the instrument's scale, the others
    /// follow up, ids are unique and texts are there.
    pub fn check(&self) -> Result<(), Fault> {
        let invalid = |field: &str, message: String| Err(Fault::at(Code::INVALID_FIELD, field, message));
        if !(1..=200).contains(&self.name.trim().chars().count()) {
            return invalid("name", "A survey's name has 1 to 200 characters.".into());
        }
        if self.name.contains(is_unseen) {
            return invalid("name", "The name holds a control character; take it out.".into());
        }
        let definition = self.instrument.definition();
        if definition.metric != self.metric {
            return invalid("instrument", format!("Choose an instrument of the metric {}.", self.metric.name()));
        }
        if self.touchpoints.len() > 50 || !self.touchpoints.iter().all(|name| is_touchpoint(name)) {
            return invalid("touchpoints", "At most 50 names of 1 to 64 of a–z, 0–9, _, - and . each.".into());
        }
        if !(1..=QUESTIONS_LIMIT).contains(&self.questions.len()) {
            return invalid("questions", format!("A survey asks 1 to {QUESTIONS_LIMIT} questions."));
        }
        let groups: Vec<Group> = definition.bands.iter().map(|band| band.group).collect();
        for (place, question) in self.questions.iter().enumerate() {
            let at = format!("questions[{place}]");
            let rules = question.kind.rules();
            if !is_name(&question.id) {
                return invalid(&format!("{at}.id"), "A question id is 1 to 40 of a–z, 0–9 and _.".into());
            }
            if self.questions[..place].iter().any(|earlier| earlier.id == question.id) {
                return invalid(&format!("{at}.id"), "Two questions have this id; give each its own.".into());
            }
            let scores = rules.metric == Some(self.metric);
            if scores != (place == 0) || (place > 0 && rules.metric.is_some()) {
                let message = "The first question scores the survey's metric; the others are text or choice.";
                return invalid(&format!("{at}.kind"), message.into());
            }
            if !question.groups.iter().all(|group| groups.contains(group)) {
                let names: Vec<_> = groups.iter().map(|group| group.name()).collect();
                return invalid(&format!("{at}.groups"), format!("The groups here are {}.", names.join(", ")));
            }
            if !question.style.is_numbers() && question.kind != Kind::Csat {
                return invalid(&format!("{at}.style"), "Stars and faces are for a CSAT score alone.".into());
            }
            (rules.check)(question).map_err(|fault| fault.under(&at))?;
            for (name, text, needed) in
                [("text", &question.text, true), ("low", &question.low, false), ("high", &question.high, false)]
            {
                if needed || !text.is_empty() {
                    text.check(&format!("{at}.{name}"))?;
                }
            }
        }
        if !self.locales().any(|locale| locale == self.default_locale) {
            return invalid("default_locale", "The first question must be written in the default locale.".into());
        }
        if !self.thanks.is_empty() {
            self.thanks.check("thanks")?;
        }
        if self.endings.len() > ENDINGS_LIMIT {
            return invalid("endings", format!("A survey has at most {ENDINGS_LIMIT} endings."));
        }
        for (place, ending) in self.endings.iter().enumerate() {
            ending.check(&groups).map_err(|fault| fault.under(&format!("endings[{place}]")))?;
        }
        self.rules.check().map_err(|fault| fault.under("rules"))
    }
}

/// Whether a text can name a touchpoint: 1 to 64 of a–z, 0–9, `_`, `-` and `.`.
pub fn is_touchpoint(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Link;
    use crate::rule::AttributeRule;

    fn ending(groups: &[Group], url: &str, words: &str) -> Ending {
        let link = Some(Link { url: url.into(), text: LocalText::one("en", words) });
        Ending { groups: groups.to_vec(), text: LocalText::default(), link }
    }

    fn is_plan(value: &str) -> AttributeRule {
        let is_not = Vec::new();
        AttributeRule { name: "plan".into(), is: vec![value.into()], is_not, at_least: None, at_most: None }
    }

    #[test]
    fn a_standard_survey_has_words_for_both_ends_of_its_scale() {
        for instrument in Instrument::ALL {
            let survey = Survey::standard("x", instrument);
            let words = Language::ALL[0].standard(instrument);
            let scored = survey.scored().expect("has a scored question");
            let said = |text: &LocalText| text.0.get(Language::ALL[0].locale).cloned();
            assert_eq!((said(&scored.low), said(&scored.high)), (Some(words.low.into()), Some(words.high.into())));
            assert!(scored.required && !survey.questions[1].required);
        }
    }

    #[test]
    fn texts_may_have_lines_and_tabs() {
        let mut survey = Survey::standard("x", Instrument::Nps);
        survey.questions[1].text = LocalText::one("en", "Why?\n\tIn your words.");
        survey.check().expect("both can be seen");
    }

    #[test]
    fn the_first_ending_that_names_the_group_is_taken() {
        let mut survey = Survey::standard("x", Instrument::Csat);
        survey.questions[0].style = Style::Stars;
        survey.endings = vec![
            ending(&[Group::Satisfied, Group::Neutral], "https://a.example", "a"),
            ending(&[Group::Neutral], "https://b.example", "b"),
        ];
        survey.check().expect("stars and endings are fine");
        let url = |group| survey.ending(group)?.link.as_ref().map(|link| link.url.as_str());
        assert_eq!(url(Group::Neutral), Some("https://a.example"));
        assert_eq!(url(Group::Dissatisfied), None);
    }

    #[test]
    fn standard_surveys_can_be_asked_in_every_language() {
        for instrument in Instrument::ALL {
            let survey = Survey::standard("x", instrument);
            survey.check().expect("a standard survey is valid");
            assert_eq!(survey.locales().count(), Language::ALL.len());
            let json = serde_json::to_string(&survey).expect("serialises");
            assert_eq!(serde_json::from_str::<Survey>(&json).expect("reads back"), survey);
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_its_field() {
        type Spoil = fn(&mut Survey);
        let valid = || Survey::standard("x", Instrument::Nps);
        let cases: [(&str, Spoil); 21] = [
            ("name", |survey| survey.name.clear()),
            ("name", |survey| survey.name = "a\u{0}b".into()),
            ("questions[1].text", |survey| survey.questions[1].text = LocalText::one("en", "why\r?")),
            ("thanks", |survey| survey.thanks = LocalText::one("en", "thanks\u{0}")),
            ("rules.attributes[0].is", |survey| survey.rules.attributes = vec![is_plan("pro\u{7}")]),
            ("instrument", |survey| survey.instrument = Instrument::Csat),
            ("touchpoints", |survey| survey.touchpoints = vec!["Check Out".into()]),
            ("questions", |survey| survey.questions.clear()),
            ("questions[1].id", |survey| survey.questions[1].id = "score".into()),
            ("questions[0].kind", |survey| survey.questions[0].kind = Kind::Text),
            ("questions[1].groups", |survey| survey.questions[1].groups = vec![Group::Easy]),
            ("questions[1].text", |survey| survey.questions[1].text = LocalText::default()),
            ("default_locale", |survey| survey.default_locale = "eo".into()),
            ("questions[0].style", |survey| survey.questions[0].style = Style::Stars),
            ("questions[1].style", |survey| survey.questions[1].style = Style::Faces),
            ("endings", |survey| survey.endings = vec![ending(&[Group::Passives], "https://a.example", "a"); 11]),
            ("endings[0].groups", |survey| survey.endings = vec![ending(&[], "https://a.example", "a")]),
            ("endings[0].groups", |survey| survey.endings = vec![ending(&[Group::Easy], "https://a.example", "a")]),
            ("endings[0].link.url", |survey| survey.endings = vec![ending(&[Group::Passives], "javascript:1", "a")]),
            ("endings[0].link.text", |survey| {
                survey.endings = vec![ending(&[Group::Passives], "https://a.example", " ")]
            }),
            ("rules.again_after_days", |survey| survey.rules.again_after_days = Some(0)),
        ];
        for (field, spoil) in cases {
            let mut survey = valid();
            spoil(&mut survey);
            assert_eq!(survey.check().expect_err(field).field.as_deref(), Some(field));
        }
    }

    #[test]
    fn follow_ups_depend_on_the_score_group() {
        let mut survey = Survey::standard("x", Instrument::Nps);
        survey.questions[1].groups = vec![Group::Detractors];
        assert_eq!(survey.follow_ups(0).count(), 1);
        assert_eq!(survey.follow_ups(9).count(), 0);
    }
}
