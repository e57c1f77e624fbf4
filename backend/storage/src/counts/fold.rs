//! Folding: which values on an axis an answer counts under, by the rules of cells.

use bearing_shared::answer::Answer;
use bearing_shared::cell;
use bearing_shared::question::is_name;

use super::generation::Counting;
use crate::reports::{Axis, TallyQuery};
use crate::{Result, json};

/// What a row holds of the axis, before it is folded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sent<'a> {
    /// Nothing.
    Null,
    /// A text.
    Text(&'a str),
    /// A number.
    Number(i64),
}

impl<'a> Sent<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Number(_) => None,
        }
    }

    fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Null | Self::Text(_) => None,
        }
    }
}

/// How the values on the axis are found in a row, and told apart.
pub(crate) enum Fold<'a> {
    /// There is no axis.
    None,
    /// The filter leaves these.
    Known(Vec<&'a str>),
    /// The column of that name, as the counting names it.
    Touchpoint,
    /// The survey's id.
    Survey,
    /// The survey's version.
    Version,
    /// The device of the context.
    Device,
    /// The language of the context's locale.
    Locale,
    /// Those of an attribute, by name, that are on the list; all that are sent where there is no list.
    Attribute(&'a str, Option<Vec<String>>),
    /// The choices picked at this question.
    Choice(&'a str),
    /// Every answer has the one value.
    All,
    /// No answer has a value of it.
    Nothing,
}

impl<'a> Fold<'a> {
    /// How the axis of a question is told apart.
    pub(crate) fn of(query: &'a TallyQuery, counting: &Counting) -> Self {
        let dimension = match &query.by {
            None => return Self::None,
            Some(Axis::Touchpoint) => return Self::Touchpoint,
            Some(Axis::Survey) => return Self::Survey,
            Some(Axis::Dimension(dimension)) => dimension,
        };
        let mut asked: Vec<&str> = Vec::new();
        for (_, value) in query.filter.values.iter().filter(|(name, _)| name == dimension) {
            if !asked.contains(&value.as_str()) {
                asked.push(value);
            }
        }
        if !asked.is_empty() {
            return Self::Known(asked);
        }
        if let Some(question) = dimension.strip_prefix(cell::CHOICE) {
            return Self::Choice(question);
        }
        if let Some(name) = dimension.strip_prefix(cell::ATTRIBUTE).filter(|name| is_name(name)) {
            return Self::Attribute(name, counting.config.values(dimension).map(<[String]>::to_vec));
        }
        match dimension.as_str() {
            cell::ALL => Self::All,
            cell::VERSION => Self::Version,
            cell::DEVICE => Self::Device,
            cell::LOCALE => Self::Locale,
            _ => Self::Nothing,
        }
    }

    /// Visits the values of a row, each once.
    pub(crate) fn each(&self, sent: Sent<'_>, counting: &Counting, mut visit: impl FnMut(&str)) -> Result<()> {
        let text = sent.text();
        match self {
            Self::None | Self::All => visit(""),
            Self::Nothing => {}
            Self::Known(values) => values.iter().for_each(|value| visit(value)),
            Self::Touchpoint => visit(counting.touchpoint(text.unwrap_or_default())),
            Self::Survey => visit(text.unwrap_or_default()),
            Self::Version => visit(&sent.number().unwrap_or_default().to_string()),
            Self::Device => visit(cell::device(text)),
            Self::Locale => visit(&cell::language(text)),
            Self::Attribute(_, listed) => {
                if let Some(value) = text {
                    visit(listed.as_ref().map_or(value, |listed| cell::told_apart(value, listed)));
                }
            }
            Self::Choice(question) => {
                // Most answers pick nothing: those need no parsing.
                let Some(answers) = text.filter(|answers| answers.contains("\"choices\"")) else { return Ok(()) };
                let answers: Vec<Answer> = json::read(answers, "response", "answers", "a scan's")?;
                for answer in answers.iter().filter(|answer| answer.question == *question) {
                    answer.choices.iter().flatten().for_each(|choice| visit(choice));
                }
            }
        }
        Ok(())
    }
}
