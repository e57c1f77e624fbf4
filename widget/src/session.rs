//! The session: what a respondent has been asked and has answered after the first question, as a pure state machine.
//!
//! The follow-ups of a score are its steps, one question each. The first stands below the first question; from the
//! second on they stand alone. What was typed lives in the form, which is read when it is needed and never written.

use bearing_shared::answer::Answer;
use bearing_shared::question::Control;

use crate::ask::{Ask, Words};

/// The follow-ups of one response, from the first score to the thanks.
#[derive(Clone, Debug)]
pub struct Session {
    asks: Vec<Ask>,
    score: u8,
    step: usize,
    done: bool,
}

/// Where a respondent is among the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which question this is, the first question being 1.
    pub question: usize,
    /// How many questions there are with the first.
    pub total: usize,
}

impl Session {
    /// A session of a survey's follow-ups after its first score.
    pub fn new(asks: Vec<Ask>, score: u8) -> Self {
        Self { asks, score, step: 0, done: false }
    }

    /// All follow-ups, also those that the score does not ask for.
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// The score so far.
    pub fn score(&self) -> u8 {
        self.score
    }

    /// The step that is shown, the first being 0.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Whether the first question is to be seen beside this step.
    pub fn shows_first(&self) -> bool {
        self.step == 0 && !self.done
    }

    /// Whether nothing follows this step.
    pub fn is_last(&self) -> bool {
        self.step + 1 >= self.steps()
    }

    /// Where the respondent is; `None` where a single follow-up needs no steps.
    pub fn progress(&self) -> Option<Progress> {
        let steps = self.steps();
        (steps > 1).then_some(Progress { question: self.step + 2, total: steps + 1 })
    }

    /// Takes a changed score; ignored once the answers are sent.
    pub fn set_score(&mut self, score: u8) {
        if !self.done {
            self.score = score;
            self.step = self.step.min(self.steps().saturating_sub(1));
        }
    }

    /// Whether nothing is left to ask.
    pub fn is_done(&self) -> bool {
        self.done || self.steps() == 0
    }

    /// Whether a follow-up is the one that is shown.
    pub fn shows(&self, place: usize) -> bool {
        self.followed().nth(self.step) == Some(place)
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

    /// What the form holds: the answers to the score's questions, in the survey's order, without those that are empty.
    pub fn answers(&self, read: impl Fn(&str) -> Vec<String>) -> Vec<Answer> {
        self.followed().filter_map(|place| answer(&self.asks[place], read(&self.asks[place].field()))).collect()
    }

    /// Goes one step on, or ends after the last one; false while a required question up to here is not answered, which
    /// that question then says and whose step is shown.
    pub fn send(&mut self, words: &Words, read: impl Fn(&str) -> Vec<String>) -> bool {
        let asked: Vec<usize> = self.followed().take(self.step + 1).collect();
        let mut missing = None;
        for (step, place) in asked.into_iter().enumerate() {
            let ask = &mut self.asks[place];
            ask.fault.clear();
            if ask.required && answer(ask, read(&ask.field())).is_none() {
                ask.fault.clone_from(&words.required);
                missing = missing.or(Some(step));
            }
        }
        if let Some(step) = missing {
            self.step = step;
            return false;
        }
        if self.is_last() {
            self.done = true;
        } else {
            self.step += 1;
        }
        true
    }

    /// Goes one step back; nothing is said to be wrong with what is left behind.
    pub fn back(&mut self) {
        let shown = self.followed().nth(self.step);
        if let Some(place) = shown {
            self.asks[place].fault.clear();
        }
        self.step = self.step.saturating_sub(1);
    }

    /// The places of the follow-ups that the score asks for.
    fn followed(&self) -> impl Iterator<Item = usize> {
        let follows = |(place, ask): (usize, &Ask)| ask.follows(self.score).then_some(place);
        self.asks.iter().enumerate().filter_map(follows)
    }

    fn steps(&self) -> usize {
        self.followed().count()
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
