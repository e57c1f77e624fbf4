//! Choices: a follow-up that picks one or several of a list, each at most once.

use super::{Control, Question, Rules, is_name};
use crate::answer::{Given, Kept};
use crate::fault::{Code, Fault};
use crate::instrument::Instrument;

/// The most choices that a question may offer.
const CHOICES_LIMIT: usize = 20;

/// The rules of this kind.
pub(super) const RULES: Rules = Rules { control: Control::Choice, metric: None, check, keep };

fn check(question: &Question) -> Result<(), Fault> {
    if !(2..=CHOICES_LIMIT).contains(&question.choices.len()) {
        let message = format!("A choice question offers 2 to {CHOICES_LIMIT} choices.");
        return Err(Fault::at(Code::INVALID_FIELD, "choices", message));
    }
    for (place, choice) in question.choices.iter().enumerate() {
        let field = format!("choices[{place}].id");
        if !is_name(&choice.id) {
            return Err(Fault::at(Code::INVALID_FIELD, field, "A choice id is 1 to 40 of a–z, 0–9 and _."));
        }
        if question.choices[..place].iter().any(|earlier| earlier.id == choice.id) {
            return Err(Fault::at(Code::INVALID_FIELD, field, "Two choices have this id; give each its own."));
        }
        choice.text.check(&format!("choices[{place}].text"))?;
    }
    Ok(())
}

fn keep(question: &Question, _: Instrument, given: &Given) -> Result<Kept, Fault> {
    let picked = given
        .choices
        .as_deref()
        .ok_or_else(|| Fault::at(Code::MISSING_FIELD, "choices", "An answer to a choice question needs `choices`."))?;
    let mut kept: Vec<String> = Vec::new();
    for (place, id) in picked.iter().enumerate() {
        if !question.choices.iter().any(|choice| choice.id == *id) {
            let message = "The question has no such choice; send the id of one that it offers.";
            return Err(Fault::at(Code::UNKNOWN_CHOICE, format!("choices[{place}]"), message));
        }
        if !kept.contains(id) {
            kept.push(id.clone());
        }
    }
    if kept.len() > 1 && !question.multiple {
        return Err(Fault::at(Code::UNKNOWN_CHOICE, "choices", "The question takes one choice; send only one."));
    }
    Ok(Kept::Choices(kept))
}
