//! The judgement of a run: the journal held against what the store gives back and what the score counts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::journal::{Line, What};

/// How many scores there are, from 0.
pub const SCORES: usize = 11;
/// Examples shown of each kind of breach.
const EXAMPLES: usize = 5;

/// An answer as the store gives it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its number in the run.
    pub number: u32,
    /// Its edition.
    pub seq: u32,
    /// Its score.
    pub score: u8,
}

/// A time in which nothing could be flushed: what was sent after its beginning and answered before its end cannot have
/// been made durable. In µs since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// From when nothing could be flushed.
    pub from: u64,
    /// Until when.
    pub to: u64,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Answers that were sent at least once.
    pub attempted: usize,
    /// Answers of which an edition was acknowledged.
    pub acknowledged: usize,
    /// Answers in the store.
    pub stored: usize,
    /// Answers that were acknowledged and are not there, or only in a lower edition, or are not counted.
    pub lost: usize,
    /// Answers that are there, or are counted, more than once.
    pub twice: usize,
    /// Acknowledgements of what cannot have been durable.
    pub false_acks: usize,
    /// Refusals by status and code.
    pub refused: BTreeMap<String, usize>,
    /// Sendings that got no answer.
    pub unanswered: usize,
    /// The longest time without an acknowledgement that began while answers came.
    pub stall: Duration,
    /// What is wrong, a sentence each.
    pub problems: Vec<String>,
}

/// What the journal says of one answer.
#[derive(Default)]
struct Known {
    editions: BTreeMap<u32, u8>,
    acknowledged: Option<u32>,
    /// Editions that were sent and not acknowledged: each may or may not be stored.
    open: BTreeSet<u32>,
}

/// Judges a run: its journal, every stored answer, how many answers the score counts by score, and the times in which
/// nothing could be flushed.
pub fn judge(journal: &[Line], stored: &[Stored], counted: &[u64; SCORES], windows: &[Window]) -> Verdict {
    let mut verdict = Verdict { stored: stored.len(), ..Verdict::default() };
    let known = told(journal, windows, &mut verdict);
    verdict.attempted = known.len();
    verdict.acknowledged = known.values().filter(|answer| answer.acknowledged.is_some()).count();

    let (mut lost, mut twice, mut strange) = (Vec::new(), Vec::new(), Vec::new());
    let mut found: BTreeMap<u32, &Stored> = BTreeMap::new();
    for answer in stored {
        if found.insert(answer.number, answer).is_some() {
            twice.push(format!("{} is there twice", answer.number));
        }
        match known.get(&answer.number).and_then(|known| known.editions.get(&answer.seq)) {
            Some(score) if *score == answer.score => {}
            Some(score) => {
                strange.push(format!("{}.{} is {} and was sent as {score}", answer.number, answer.seq, answer.score));
            }
            None => strange.push(format!("{}.{} was never sent", answer.number, answer.seq)),
        }
    }
    for (number, answer) in &known {
        let Some(seq) = answer.acknowledged else { continue };
        match found.get(number) {
            None => lost.push(format!("{number} was acknowledged and is not there")),
            Some(there) if there.seq < seq => {
                lost.push(format!("{number}.{seq} was acknowledged and {number}.{} is there", there.seq));
            }
            Some(_) => {}
        }
    }
    verdict.lost = lost.len();
    verdict.twice = twice.len();
    for (what, which) in [("lost", lost), ("twice", twice), ("not as sent", strange)] {
        tell(&mut verdict.problems, what, &which);
    }
    count(&mut verdict, &known, stored, counted);
    if verdict.acknowledged == 0 {
        verdict.problems.push("nothing was acknowledged: the run proves nothing".into());
    }
    verdict
}

/// Reads the journal.
fn told(journal: &[Line], windows: &[Window], verdict: &mut Verdict) -> BTreeMap<u32, Known> {
    let mut known: BTreeMap<u32, Known> = BTreeMap::new();
    let mut first_sent: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let (mut unsent, mut false_acks) = (Vec::new(), Vec::new());
    for line in journal {
        let (number, seq) = (line.number, line.seq);
        let answer = known.entry(number).or_default();
        match &line.what {
            What::Sent(score) => {
                answer.editions.insert(seq, *score);
                if answer.acknowledged < Some(seq) {
                    answer.open.insert(seq);
                }
                first_sent.entry((number, seq)).or_insert(line.at);
            }
            What::Acknowledged(status) => {
                if !answer.editions.contains_key(&seq) {
                    unsent.push(format!("{number}.{seq} was acknowledged before it was sent"));
                }
                answer.acknowledged = answer.acknowledged.max(Some(seq));
                answer.open = answer.open.split_off(&(seq + 1));
                // An edition that was sent before, too, may have been flushed before.
                let sent = first_sent.get(&(number, seq)).copied().unwrap_or_default();
                let is_blind = windows.iter().any(|window| sent > window.from && line.at < window.to);
                // A duplicate was durable before.
                if is_blind && status != "duplicate" {
                    false_acks.push(format!("{number}.{seq} was {status} while nothing could be flushed"));
                }
            }
            What::Refused(code) => *verdict.refused.entry(code.clone()).or_default() += 1,
            What::Unanswered => verdict.unanswered += 1,
        }
    }
    verdict.stall = stall(journal, first_sent.values());
    verdict.false_acks = false_acks.len();
    tell(&mut verdict.problems, "false acknowledgements", &false_acks);
    tell(&mut verdict.problems, "out of order", &unsent);
    // Only a store that cannot write, and a server that ends or has too much to do, may refuse what is well formed.
    let wrong = verdict.refused.keys().filter(|code| !code.starts_with("503:")).cloned().collect::<Vec<_>>();
    tell(&mut verdict.problems, "refused with another status than 503", &wrong);
    known
}

/// The longest time without an acknowledgement that began while answers came: after the last of them, one that is sent again
/// may be all that is left to acknowledge.
fn stall<'a>(journal: &[Line], first_sent: impl Iterator<Item = &'a u64> + Clone) -> Duration {
    let (Some(mut since), Some(last)) = (first_sent.clone().min().copied(), first_sent.max()) else {
        return Duration::ZERO;
    };
    let mut longest = 0;
    for line in journal.iter().filter(|line| matches!(line.what, What::Acknowledged(_))) {
        if since <= *last {
            longest = longest.max(line.at.saturating_sub(since));
        }
        since = line.at;
    }
    Duration::from_micros(longest)
}

/// Holds what the score counts against the store, and against the journal where that leaves no doubt.
fn count(verdict: &mut Verdict, known: &BTreeMap<u32, Known>, stored: &[Stored], counted: &[u64; SCORES]) {
    let mut there = [0_u64; SCORES];
    for answer in stored {
        if let Some(count) = there.get_mut(usize::from(answer.score)) {
            *count += 1;
        }
    }
    for (score, (counted, there)) in counted.iter().zip(there).enumerate() {
        if *counted == there {
            continue;
        }
        verdict.twice += counted.saturating_sub(there) as usize;
        verdict.lost += there.saturating_sub(*counted) as usize;
        verdict.problems.push(format!("score {score}: {there} answers are stored and {counted} are counted"));
    }
    if known.values().all(|answer| answer.open.is_empty()) {
        let mut sent = [0_u64; SCORES];
        for answer in known.values() {
            // Everything is acknowledged, so that the highest edition sent is the one that counts.
            let score = answer.editions.last_key_value().map_or(0, |(_, score)| usize::from(*score));
            sent[score.min(SCORES - 1)] += 1;
        }
        if sent != *counted {
            verdict.problems.push(format!("acknowledged by score {sent:?}, counted {counted:?}"));
        }
    }
}

fn tell(problems: &mut Vec<String>, what: &str, which: &[String]) {
    if !which.is_empty() {
        let shown = which.iter().take(EXAMPLES).cloned().collect::<Vec<_>>().join(", ");
        problems.push(format!("{what}: {} ({shown})", which.len()));
    }
}

/// How long after a moment (µs since 1970) the next acknowledgement came. What was sent does not matter: while the server
/// was away, more waits than it can take at once.
pub fn first_ack_after(journal: &[Line], moment: u64) -> Option<Duration> {
    let acknowledged = journal.iter().filter(|line| matches!(line.what, What::Acknowledged(_)));
    acknowledged.map(|line| line.at).filter(|at| *at > moment).min().map(|at| Duration::from_micros(at - moment))
}
