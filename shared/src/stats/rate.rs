//! Rates of a survey, each with its denominator named: numerators and denominators are pooled, never rates averaged.

/// What became of a survey's showings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// Those who could have been asked.
    pub eligible: u64,
    /// Times it was shown.
    pub shown: u64,
    /// Times it was begun.
    pub started: u64,
    /// Times it was finished.
    pub completed: u64,
    /// Times it was begun and left with a score.
    pub partial: u64,
}

/// `part` of `whole` in percent; `None` of nothing.
pub fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| 100.0 * part as f64 / whole as f64)
}

impl Funnel {
    /// Shown of eligible.
    pub fn coverage(&self) -> Option<f64> {
        percent(self.shown, self.eligible)
    }

    /// Begun of shown.
    pub fn start_rate(&self) -> Option<f64> {
        percent(self.started, self.shown)
    }

    /// Finished of begun.
    pub fn completion_rate(&self) -> Option<f64> {
        percent(self.completed, self.started)
    }

    /// Finished of shown: AAPOR's RR5, with everybody shown taken as eligible (Standard Definitions, 2023).
    pub fn response_rate(&self) -> Option<f64> {
        percent(self.completed, self.shown)
    }

    /// Finished or left with a score, of shown: AAPOR's RR6.
    pub fn response_rate_with_partial(&self) -> Option<f64> {
        percent(self.completed + self.partial, self.shown)
    }
}

/// The rate of several waves together, in percent: all that answered of all that were asked, from pairs of asked and
/// answered. Averaging the waves' rates would count a small wave as much as a large one. `None` when nobody was asked.
pub fn pooled(waves: &[(u64, u64)]) -> Option<f64> {
    let (asked, answered) = waves.iter().fold((0, 0), |(asked, answered), wave| (asked + wave.0, answered + wave.1));
    percent(answered, asked)
}

/// How far a score can be from the truth if those who did not answer differ from those who did by `gap`, in its unit:
/// `(1 − response rate) gap`, with the rate from 0 to 1. No number of answers makes it smaller.
pub fn nonresponse_bias(rate: f64, gap: f64) -> f64 {
    (1.0 - rate.clamp(0.0, 1.0)) * gap
}
