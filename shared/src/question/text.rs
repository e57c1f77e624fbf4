//! Free text: a follow-up of at most 4,000 characters, control characters stripped, emptiness no answer.

use super::{Control, Question, Rules};
use crate::answer::{Given, Kept, TEXT_LIMIT, cleaned};
use crate::fault::{Code, Fault};
use crate::instrument::Instrument;

/// The rules of this kind.
pub(super) const RULES: Rules = Rules { control: Control::Text, metric: None, check, keep };

fn check(question: &Question) -> Result<(), Fault> {
    match question.choices.is_empty() {
        true => Ok(()),
        false => Err(Fault::at(Code::INVALID_FIELD, "choices", "A text question has no choices; remove them.")),
    }
}

fn keep(_: &Question, _: Instrument, given: &Given) -> Result<Kept, Fault> {
    let text = given
        .text
        .as_deref()
        .ok_or_else(|| Fault::at(Code::MISSING_FIELD, "text", "An answer to a text question needs `text`."))?;
    let text = cleaned(text);
    let length = text.chars().count();
    if length > TEXT_LIMIT {
        let message = format!("The text has {length} characters; shorten it to {TEXT_LIMIT}.");
        return Err(Fault::at(Code::TEXT_TOO_LONG, "text", message));
    }
    Ok(Kept::Text(text))
}
