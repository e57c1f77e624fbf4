//! A question as it is drawn: its words in one locale, what was entered, and what is wrong with it.

use bearing_shared::look::Style;
use bearing_shared::question::Control;

/// What a form field's name starts with; the rest is the question's id.
pub const FIELD_PREFIX: &str = "q.";

/// The hosted form's field that people neither see nor reach: whatever is in it, a program has written. No browser fills
/// in a field of this name by itself.
pub const TRAP_FIELD: &str = "confirm_site";

/// One question, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The question's id.
    pub id: String,
    /// How it is asked.
    pub control: Control,
    /// The wording.
    pub text: String,
    /// The ends of the scale; only a scale has them.
    pub scale: Option<Scale>,
    /// What a choice question offers, as pairs of id and wording.
    pub choices: Vec<(String, String)>,
    /// Whether several choices may be picked.
    pub multiple: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Asked only after a score in one of these ranges, both ends included; empty: after any.
    pub after: Vec<[u8; 2]>,
    /// What the form holds for it: the text, the score or the picked choices.
    pub given: Vec<String>,
    /// What is wrong with what was entered; empty: nothing.
    pub fault: String,
}

/// The ends of a scale, their labels, and how it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// The lowest score.
    pub min: u8,
    /// The highest score.
    pub max: u8,
    /// The label of the lowest score; may be empty.
    pub low: String,
    /// The label of the highest score; may be empty.
    pub high: String,
    /// Numbers, stars or faces.
    pub style: Style,
}

impl Ask {
    /// The name of its form field, on the hosted page and in the card alike.
    pub fn field(&self) -> String {
        FIELD_PREFIX.to_owned() + &self.id
    }

    /// Whether it is asked after a score.
    pub fn follows(&self, score: u8) -> bool {
        self.after.is_empty() || fits(&self.after, score)
    }
}

/// Whether a score lies in one of some ranges, both ends included.
fn fits(ranges: &[[u8; 2]], score: u8) -> bool {
    ranges.iter().any(|[low, high]| (*low..=*high).contains(&score))
}

/// The interface texts that the views say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The button that sends.
    pub send: String,
    /// The button that leads to the next question.
    pub next: String,
    /// The button that leads back.
    pub back: String,
    /// Where one is, for a screen reader; `{n}` and `{total}` are numbers.
    pub step: String,
    /// Said beside a question that may stay empty.
    pub optional: String,
    /// Said when a required follow-up is empty.
    pub required: String,
    /// The thanks at the end: the survey's own, or the interface language's.
    pub thanks: String,
}

/// How a survey ends after some scores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The scores that it follows, as ranges with both ends included.
    pub after: Vec<[u8; 2]>,
    /// What is said; empty: the survey's thanks.
    pub text: String,
    /// Where the respondent may go on: an address and its words.
    pub link: Option<(String, String)>,
}

impl Ending {
    /// The ending of a score: the first that fits.
    pub fn of(endings: &[Self], score: u8) -> Option<&Self> {
        endings.iter().find(|ending| fits(&ending.after, score))
    }
}

/// What a respondent can learn of a survey before answering it, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The heading.
    pub about: String,
    /// Who reads the answer.
    pub reads: String,
    /// Said where nobody knows who answers.
    pub anonymous: String,
    /// Said where the site says who answers.
    pub identified: String,
    /// The words of the link to the site's privacy page.
    pub privacy: String,
    /// The address of that page, where there is one.
    pub privacy_url: Option<String>,
    /// The button that ends all asking.
    pub never: String,
    /// The button that takes an answer back.
    pub withdraw: String,
}
