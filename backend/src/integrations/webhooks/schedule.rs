//! The schedule: what a reply, or its absence, means for the next attempt and for the endpoint. Pure.

use bearing_storage::{Endpoint, Settlement};

use super::client::{Answer, Refusal};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// What lies between an attempt and the next, in ms: the schedule of Standard Webhooks 1.0, 10 attempts in 75 h 35 min.
const PAUSES: [i64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// The most attempts.
pub const ATTEMPTS: u32 = PAUSES.len() as u32 + 1;

/// The share by which a pause is longer or shorter, so that what failed together is not tried together.
const JITTER: f64 = 0.2;

/// The longest that a receiver may put off one message, and all of its messages, in ms.
const LONGEST_WAIT: i64 = 24 * HOUR;
const LONGEST_PAUSE: i64 = HOUR;

/// How an attempt ended.
pub type Ended = Result<Answer, Refusal>;

/// What becomes of a delivery and its endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Of the delivery.
    pub settlement: Settlement,
    /// Of the endpoint.
    pub endpoint: Endpoint,
}

/// Judges an attempt that ended at `now` (ms since 1970 UTC) after `before` others; `chance` is from 0 to 1.
///
/// Only 2xx is a success. 410 is the receiver's wish to get nothing any more. 429, 502, 503 and 504 say that it has too
/// much to do: all of its messages wait, as long as `Retry-After` asks within bounds.
pub fn judge(ended: &Ended, before: u32, now: i64, chance: f64) -> Verdict {
    let status = ended.as_ref().map_or(0, |answer| answer.status);
    if (200..300).contains(&status) {
        return Verdict { settlement: Settlement::Delivered, endpoint: Endpoint::Well };
    }
    if status == 410 {
        return Verdict { settlement: Settlement::Failed, endpoint: Endpoint::Gone };
    }
    let asked = ended.as_ref().ok().and_then(|answer| answer.retry_after).map(|ms| ms.clamp(SECOND, LONGEST_WAIT));
    let pause = PAUSES.get(before as usize).map(|pause| {
        let jittered = (*pause as f64 * (1.0 + JITTER * (2.0 * chance - 1.0))).round() as i64;
        jittered.max(asked.unwrap_or(0))
    });
    let is_busy = matches!(status, 429 | 502..=504);
    let paused_until = match is_busy {
        true => now + asked.or(pause).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE),
        false => 0,
    };
    let settlement = pause.map_or(Settlement::Failed, |pause| Settlement::Again(now + pause));
    Verdict { settlement, endpoint: Endpoint::Failing(paused_until) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_300_000_000;

    fn replied(status: u16, retry_after: Option<i64>) -> Ended {
        Ok(Answer { status, retry_after })
    }

    fn pause(ended: &Ended, before: u32, chance: f64) -> Option<i64> {
        match judge(ended, before, NOW, chance).settlement {
            Settlement::Again(at) => Some(at - NOW),
            _ => None,
        }
    }

    #[test]
    fn ten_attempts_take_75_hours_and_35_minutes() {
        let failed = Err(Refusal::Timeout);
        let pauses: Vec<i64> = (0..).map_while(|before| pause(&failed, before, 0.5)).collect();
        assert_eq!(pauses.len() as u32 + 1, ATTEMPTS);
        assert_eq!(pauses.iter().sum::<i64>(), 75 * HOUR + 35 * MINUTE + 5 * SECOND);
        assert_eq!(judge(&failed, 9, NOW, 0.5).settlement, Settlement::Failed);
        assert_eq!(judge(&failed, 40, NOW, 0.5).settlement, Settlement::Failed);
    }

    #[test]
    fn jitter_is_a_fifth_either_way() {
        for before in 0..9 {
            let middle = PAUSES[before as usize];
            for (chance, share) in [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)] {
                let expected = (middle as f64 * share).round() as i64;
                assert_eq!(pause(&Err(Refusal::Broken), before, chance), Some(expected));
            }
        }
    }

    #[test]
    fn only_2xx_is_a_success() {
        for status in 100..600 {
            let verdict = judge(&replied(status, None), 0, NOW, 0.5);
            let delivered = verdict.settlement == Settlement::Delivered;
            assert_eq!(delivered, (200..300).contains(&status), "{status}");
            assert_eq!(verdict.endpoint == Endpoint::Well, delivered, "{status}");
            assert_eq!(verdict.endpoint == Endpoint::Gone, status == 410, "{status}");
        }
        assert_eq!(judge(&replied(410, None), 0, NOW, 0.5).settlement, Settlement::Failed);
    }

    #[test]
    fn a_busy_receiver_is_left_alone_as_long_as_it_asks_within_bounds() {
        for status in [429, 502, 503, 504] {
            let verdict = |asked, before| judge(&replied(status, asked), before, NOW, 0.5);
            let of = |wait, paused| Verdict {
                settlement: Settlement::Again(NOW + wait),
                endpoint: Endpoint::Failing(NOW + paused),
            };
            assert_eq!(verdict(None, 0), of(5 * SECOND, 5 * SECOND));
            assert_eq!(verdict(Some(90 * SECOND), 0), of(90 * SECOND, 90 * SECOND));
            assert_eq!(verdict(Some(0), 0), of(5 * SECOND, SECOND), "sooner than the schedule is no wish to be met");
            assert_eq!(verdict(Some(i64::MAX), 0), of(24 * HOUR, HOUR));
            assert_eq!(verdict(None, 9).settlement, Settlement::Failed);
        }
        assert_eq!(judge(&replied(500, None), 0, NOW, 0.5).endpoint, Endpoint::Failing(0));
    }
}
