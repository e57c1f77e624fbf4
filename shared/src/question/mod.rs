//! Questions: the one list of kinds, and the closed set of controls that ask them.
//!
//! A *kind* knows its rules and its scoring; a *control* knows how to ask. Widget and dashboard match on controls only,
//! so a new kind on an existing control is one new file here and one line in `kinds!`.

mod ces;
mod choice;
mod csat;
mod nps;
mod text;

use serde::{Deserialize, Serialize};

use crate::answer::{Given, Kept};
use crate::fault::{Code, Fault};
use crate::instrument::Instrument;
use crate::look::Style;
use crate::metric::{Group, Metric};
use crate::text::LocalText;

/// A way to ask: what the widget draws and the dashboard edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// A row of numbers with a label at each end.
    Scale,
    /// A list to pick one or several from.
    Choice,
    /// A box for free text.
    Text,
}

/// The rules of one kind.
pub struct Rules {
    /// How it is asked.
    pub control: Control,
    /// The metric it scores; `None` for a follow-up.
    pub metric: Option<Metric>,
    /// Checks the question's own definition.
    pub check: fn(&Question) -> Result<(), Fault>,
    /// Checks and cleans one answer to it.
    pub keep: fn(&Question, Instrument, &Given) -> Result<Kept, Fault>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $module:ident;)+) => {
        /// What a question is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$doc])* $variant,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The kind's rules.
            pub fn rules(self) -> &'static Rules {
                match self { $(Self::$variant => &$module::RULES,)+ }
            }

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($module),)+ }
            }
        }
    };
}

kinds! {
    /// Likelihood to recommend, 0 to 10.
    Nps nps;
    /// Satisfaction, 1 to 5.
    Csat csat;
    /// Effort or ease, by instrument.
    Ces ces;
    /// Free text.
    Text text;
    /// One or several of a list.
    Choice choice;
}

/// One question of a survey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its id within the survey: 1 to 40 of a–z, 0–9 and _.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// The wording, by locale.
    pub text: LocalText,
    /// The label at the scale's low end, by locale.
    #[serde(default, skip_serializing_if = "LocalText::is_empty")]
    pub low: LocalText,
    /// The label at the scale's high end, by locale.
    #[serde(default, skip_serializing_if = "LocalText::is_empty")]
    pub high: LocalText,
    /// Whether the survey can be completed without an answer to it. The score is always required.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Asked only after a score of these groups; empty: after any score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// What a choice question offers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Whether several choices may be picked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// How the scale of a CSAT score is drawn.
    #[serde(default, skip_serializing_if = "Style::is_numbers")]
    pub style: Style,
}

impl Question {
    /// Whether this question follows a score of that group.
    pub fn follows(&self, group: Group) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }
}

/// One thing that a choice question offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its id within the question: 1 to 40 of a–z, 0–9 and _.
    pub id: String,
    /// The wording, by locale.
    pub text: LocalText,
}

/// Whether a text is a name of 1 to 40 of a–z, 0–9 and `_`: question, choice and attribute names.
pub fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// Scale questions: the score must be a whole number on the instrument's scale.
fn keep_score(_: &Question, instrument: Instrument, given: &Given) -> Result<Kept, Fault> {
    let definition = instrument.definition();
    let wanted = format!("give a whole number from {} to {}", definition.min, definition.max);
    let score = given
        .value
        .as_ref()
        .ok_or_else(|| Fault::at(Code::MISSING_FIELD, "value", format!("A score needs `value`; {wanted}.")))?;
    score
        .whole()
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| (definition.min..=definition.max).contains(number))
        .map(Kept::Score)
        .ok_or_else(|| Fault::at(Code::OUT_OF_SCALE, "value", format!("{score} is not on the scale; {wanted}.")))
}

/// Scale questions offer no choices.
fn check_scale(question: &Question) -> Result<(), Fault> {
    if !question.choices.is_empty() {
        return Err(Fault::at(Code::INVALID_FIELD, "choices", "A scored question has no choices; remove them."));
    }
    if !question.groups.is_empty() {
        return Err(Fault::at(
            Code::INVALID_FIELD,
            "groups",
            "A scored question is asked of everyone; remove `groups`.",
        ));
    }
    Ok(())
}
