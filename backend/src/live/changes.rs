//! Changes of one site's counts: each thing that counts is told of at most once a second, at once and then at the end.

use std::collections::HashMap;
use std::time::Duration;

use bearing_shared::api::stream::ScoreChanged;
use tokio::time::Instant;

/// How long is waited before the same is told again.
const PAUSE: Duration = Duration::from_secs(1);
/// Responses that are told one by one in a second. Past them nobody can follow, and each costs a write to every listener.
const ONE_BY_ONE: u32 = 50;
/// The most things that are told apart; touchpoints come from pages, and a page can name any.
const APART: usize = 64;

/// What was told when, and what has changed since.
#[derive(Default)]
pub(super) struct Changes {
    told: HashMap<ScoreChanged, Told>,
    /// The second that responses are counted in, and how many there were.
    second: Option<(Instant, u32)>,
}

struct Told {
    at: Instant,
    /// Whether it has changed since then.
    again: bool,
}

impl Changes {
    /// Whether one more response may be told by itself; it is counted.
    pub(super) fn may_tell_one(&mut self, now: Instant) -> bool {
        let (begun, count) = match self.second {
            Some((begun, count)) if now.duration_since(begun) < PAUSE => (begun, count),
            _ => (now, 0),
        };
        self.second = Some((begun, count.saturating_add(1)));
        count < ONE_BY_ONE
    }

    /// Notes a change: what is to be told of it now, or nothing where it waits for its time.
    pub(super) fn note(&mut self, changed: ScoreChanged, now: Instant) -> Option<ScoreChanged> {
        let changed = match self.told.contains_key(&changed) || self.told.len() < APART {
            true => changed,
            false => ScoreChanged::ANYTHING,
        };
        if let Some(told) = self.told.get_mut(&changed)
            && now.duration_since(told.at) < PAUSE
        {
            told.again = true;
            return None;
        }
        self.told.insert(changed.clone(), Told { at: now, again: false });
        Some(changed)
    }

    /// What is to be told now of what had to wait; what has rested is forgotten.
    pub(super) fn due(&mut self, now: Instant) -> Vec<ScoreChanged> {
        let mut due = Vec::new();
        self.told.retain(|changed, told| {
            if now.duration_since(told.at) < PAUSE {
                return true;
            }
            if told.again {
                due.push(changed.clone());
                *told = Told { at: now, again: false };
                return true;
            }
            false
        });
        due
    }

    /// Whether something waits for its time.
    pub(super) fn wait(&self) -> bool {
        self.told.values().any(|told| told.again)
    }
}

#[cfg(test)]
mod tests {
    use bearing_shared::metric::Metric;

    use super::*;

    fn of(touchpoint: &str) -> ScoreChanged {
        let touchpoint = Some(touchpoint.to_owned());
        ScoreChanged { metric: Some(Metric::Nps), survey: None, touchpoint }
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_is_told_at_once_and_then_once_a_second() {
        let (mut changes, begun) = (Changes::default(), Instant::now());
        let after = |ms| begun + Duration::from_millis(ms);
        assert_eq!(changes.note(of("a"), begun), Some(of("a")));
        assert_eq!(changes.note(of("a"), after(10)), None);
        assert_eq!(changes.note(of("a"), after(20)), None);
        assert_eq!(changes.note(of("b"), after(20)), Some(of("b")), "another thing has its own second");
        assert!(changes.wait());
        assert_eq!(changes.due(after(999)), []);
        assert_eq!(changes.due(after(1_000)), [of("a")]);
        assert!(!changes.wait());
        assert_eq!(changes.note(of("a"), after(1_500)), None, "it was told a half second ago");
        assert_eq!(changes.due(after(2_000)), [of("a")]);
        assert_eq!(changes.due(after(4_000)), []);
        assert_eq!(changes.told.len(), 0, "what rests is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn more_things_than_a_site_has_are_told_as_anything() {
        let (mut changes, now) = (Changes::default(), Instant::now());
        for number in 0..APART {
            assert_eq!(changes.note(of(&number.to_string()), now), Some(of(&number.to_string())));
        }
        assert_eq!(changes.note(of("one more"), now), Some(ScoreChanged::ANYTHING));
        assert_eq!(changes.note(of("another"), now), None);
        assert_eq!(changes.told.len(), APART + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_responses_are_told_one_by_one_than_anybody_can_follow() {
        let (mut changes, now) = (Changes::default(), Instant::now());
        assert!((0..ONE_BY_ONE).all(|_| changes.may_tell_one(now)));
        assert!(!changes.may_tell_one(now));
        assert!(changes.may_tell_one(now + PAUSE));
    }
}
