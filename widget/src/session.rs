//! The session: what a respondent has been asked and has answered after the first question, as a pure state machine.

use bearing_shared::answer::Answer;
use bearing_shared::question::Control;

use crate::ask::{Ask, Words};

/// The follow-ups of one response, from the first score to the thanks.
#[derive(Clone, Debug)]
pub struct Session {
    asks: Vec<Ask>,
    score: u8,
    sent: bool,
}

impl Session {
    /// A session of a survey's follow-ups after its first score.
    pub fn new(asks: Vec<Ask>, score: u8) -> Self {
        Self { asks, score, sent: false }
    }

    /// All follow-ups, also those that the score does not ask for.
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// The score so far.
    pub fn score(&self) -> u8 {
        self.score
    }

    /// Takes a changed score; ignored once the answers are sent.
    pub fn set_score(&mut self, score: u8) {
        if !self.sent {
            self.score = score;
        }
    }

    /// Whether nothing is left to ask.
    pub fn is_done(&self) -> bool {
        self.sent || !self.asks.iter().any(|ask| ask.follows(self.score))
    }

    /// Takes back what is said to be wrong with questions that are answered by now; `read` gives a field's values by
    /// its name. Says whether anything changed.
    pub fn mend(&mut self, read: impl Fn(&str) -> Vec<String>) -> bool {
        let mut mended = false;
        for ask in self.asks.iter_mut().filter(|ask| !ask.fault.is_empty()) {
            if answer(ask, read(&ask.field())).is_some() {
                ask.fault.clear();
                mended = true;
            }
        }
        mended
    }

    /// Takes what the form holds: the answers, in the survey's order, without those that are empty; `None` when a
    /// required one is missing, which its question then says.
    pub fn send(&mut self, words: &Words, read: impl Fn(&str) -> Vec<String>) -> Option<Vec<Answer>> {
        let mut answers = Vec::new();
        let mut complete = true;
        for ask in self.asks.iter_mut().filter(|ask| ask.follows(self.score)) {
            ask.fault.clear();
            match answer(ask, read(&ask.field())) {
                Some(answer) => answers.push(answer),
                None if ask.required => {
                    ask.fault.clone_from(&words.required);
                    complete = false;
                }
                None => {}
            }
        }
        self.sent |= complete;
        complete.then_some(answers)
    }
}

/// The answer that a field's values make; `None` when there is none.
fn answer(ask: &Ask, values: Vec<String>) -> Option<Answer> {
    let answer = Answer { question: ask.id.clone(), value: None, text: None, choices: None };
    match ask.control {
        Control::Text => {
            let text = values.concat();
            (!text.trim().is_empty()).then_some(Answer { text: Some(text), ..answer })
        }
        Control::Choice => (!values.is_empty()).then_some(Answer { choices: Some(values), ..answer }),
        Control::Scale => {
            let score = values.first().and_then(|value| value.parse().ok());
            score.map(|score| Answer { value: Some(score), ..answer })
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
