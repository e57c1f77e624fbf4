//! Deviations: days held against a baseline, so that a change is told from a wobble.

use std::ops::Range;

use bearing_shared::api::reports::{BaselineReply, Change, ChangeKind, ChangesReport, LinePoint, VolumeReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::{Instrument, Orientation};
use bearing_shared::stats::alarm::{self, Step};
use bearing_storage::{Axis, Base, Grouping, Store};

use super::{Question, compare, worst};
use crate::error::ApiResult;
use crate::time;

/// How far before the window a baseline is looked for, in days.
const REACH: i32 = 365;
/// The days that are watched where none are named.
const LAST: i32 = 90;
/// The most changes that are taken apart by segment: each costs four questions to the store.
const TAKEN_APART: usize = 10;

/// Days that were watched, and what was found.
pub(super) struct Watched {
    instrument: Instrument,
    /// The day of the first one in `answers`.
    first: i32,
    baseline: Range<usize>,
    /// The first day that the question is about.
    from: i32,
    score: alarm::Watch,
    answers: Vec<u64>,
    streams: u32,
    source: bearing_shared::api::reports::Source,
}

/// Watches the days of a question, which names both ends, against `baseline` (first and last day) or, without it,
/// against the days before the window, or the first days there are.
///
/// # Errors
/// `mixed_instruments`, or what the store says.
pub(super) async fn watch(
    store: &dyn Store,
    question: &Question,
    baseline: Option<(i32, i32)>,
    streams: u32,
) -> ApiResult<Watched> {
    // A day that is not over says nothing yet: by its first hours every site would be silent.
    let to = question.filter.to_day.unwrap_or(question.today).min(question.today - 1);
    let from = question.filter.from_day.unwrap_or(to);
    let reach = baseline.map_or(from.saturating_sub(REACH), |(first, _)| first.min(from));
    let tallied = question.on(Some(reach), Some(to)).tally(store, Grouping::Day, None).await?;
    let instrument = question.instrument(&tallied.tallies)?;
    // Before the first answer there was no survey, which is not the same as days without answers.
    let first = match baseline {
        Some((first, _)) => first,
        None => tallied.tallies.iter().map(|tally| tally.period).min().unwrap_or(from),
    };
    let mut days = vec![Histogram::default(); usize::try_from(to - first + 1).unwrap_or(0)];
    for tally in &tallied.tallies {
        if let Some(day) = usize::try_from(tally.period - first).ok().and_then(|place| days.get_mut(place)) {
            day.merge(&tally.histogram);
        }
    }
    let baseline = match baseline {
        Some((first, last)) => 0..usize::try_from(last - first + 1).unwrap_or(0).min(days.len()),
        None => chosen(&days, usize::try_from(from - first).unwrap_or(0)),
    };
    let definition = instrument.definition();
    let counts: Vec<alarm::Day> = days.iter().map(|histogram| alarm::day(definition, histogram)).collect();
    let score = alarm::watch(&counts, baseline.clone(), streams);
    let answers: Vec<u64> = days.iter().map(Histogram::n).collect();
    Ok(Watched { instrument, first, answers, baseline, from, score, streams, source: tallied.source })
}

/// The baseline among days of which the first `before` lie before the window: those right before it, as few as are
/// enough; where they are not, the first days there are, as many as are enough.
fn chosen(days: &[Histogram], before: usize) -> Range<usize> {
    let before = before.min(days.len());
    // Each day is added once: a window may be ten years long.
    let enough = |length: usize, answers: u64| length >= alarm::BASELINE_DAYS && answers >= alarm::BASELINE_ANSWERS;
    let mut answers = 0;
    for start in (0..before).rev() {
        answers += days[start].n();
        if enough(before - start, answers) {
            return start..before;
        }
    }
    for (end, day) in days.iter().enumerate().skip(before) {
        if enough(end, answers) {
            return 0..end;
        }
        answers += day.n();
    }
    0..days.len()
}

impl Watched {
    fn date(&self, place: usize) -> String {
        time::date_of(self.day(place)).to_string()
    }

    fn day(&self, place: usize) -> i32 {
        self.first.saturating_add(i32::try_from(place).unwrap_or(i32::MAX))
    }

    /// The changes of the score within the window, in the order of time.
    pub(super) fn of_score(&self) -> impl Iterator<Item = Change> {
        let expected = self.score.baseline.as_ref().map_or(0.0, |baseline| baseline.score);
        self.score.alarms.iter().filter_map(move |alarm| self.change(ChangeKind::Score, alarm, expected))
    }

    /// How the number of answers went along.
    fn volume(&self) -> alarm::VolumeWatch {
        alarm::watch_volume(&self.answers, self.baseline.clone(), self.streams)
    }

    /// The changes of the number of answers within the window, in the order of time.
    fn of_volume<'a>(&'a self, volume: &'a alarm::VolumeWatch) -> impl Iterator<Item = Change> + 'a {
        volume.alarms.iter().filter_map(|found| {
            let kind = if found.silence { ChangeKind::Silence } else { ChangeKind::Volume };
            self.change(kind, &found.alarm, volume.expected)
        })
    }

    /// An alarm as it goes out; `None` before the window.
    fn change(&self, kind: ChangeKind, alarm: &alarm::Alarm, expected: f64) -> Option<Change> {
        let change = Change {
            kind,
            start: self.date(alarm.start),
            noticed: self.date(alarm.at),
            better: alarm.better,
            value: alarm.line,
            expected,
            mix_rate: None,
        };
        (self.day(alarm.at) >= self.from).then_some(change)
    }

    fn line(&self) -> Vec<LinePoint> {
        let points = self.score.points.iter();
        points
            .filter(|point| self.day(point.at) >= self.from)
            .map(|point| LinePoint {
                day: self.date(point.at),
                score: point.line,
                low: point.low,
                high: point.high,
                armed: point.armed,
            })
            .collect()
    }
}

/// The first and last day that a question asks to watch; the last is over.
fn days_of(question: &Question) -> (i32, i32) {
    let to = question.filter.to_day.unwrap_or(question.today).min(question.today - 1);
    (question.filter.from_day.unwrap_or(to.saturating_sub(LAST - 1)), to)
}

/// The most days that are watched in one report.
pub(super) const DAYS: i32 = 3_660;

/// Checks the days of a question before anything is read.
///
/// # Errors
/// `invalid_parameter` for respondents, for more than ten years, and for a baseline that does not lie before the days that are watched.
pub fn check(question: &Question, baseline: Option<(i32, i32)>) -> Result<(), Fault> {
    if question.base == Base::Respondents {
        let message = "Days are judged on every answer, since later ones would empty the earlier; take base=responses.";
        return Err(Fault::at(Code::INVALID_PARAMETER, "base", message));
    }
    let (from, to) = days_of(question);
    if from > to {
        let message = "No day of that window is over yet; take an earlier `from`.";
        return Err(Fault::at(Code::INVALID_PARAMETER, "from", message));
    }
    let first = baseline.map_or(from, |(first, _)| first);
    if to.saturating_sub(first) >= DAYS {
        let message = format!("At most {DAYS} days can be watched at once; take a later first day.");
        return Err(Fault::at(Code::INVALID_PARAMETER, "from", message));
    }
    if baseline.is_some_and(|(_, last)| last >= from) {
        let message = "The baseline ends before the days that are held against it; move `baseline_to` before `from`.";
        return Err(Fault::at(Code::INVALID_PARAMETER, "baseline_to", message));
    }
    Ok(())
}

/// The changes report: without dates over the last 90 days.
///
/// # Errors
/// `mixed_instruments`, or what the store says.
pub async fn report(
    store: &dyn Store,
    question: &Question,
    baseline: Option<(i32, i32)>,
    streams: u32,
    by: Option<&Axis>,
) -> ApiResult<ChangesReport> {
    let (from, to) = days_of(question);
    let asked = question.on(Some(from), Some(to));
    let watched = watch(store, &asked, baseline, streams).await?;
    let definition = watched.instrument.definition();
    let volume = watched.volume();
    let mut changes: Vec<Change> = watched.of_score().chain(watched.of_volume(&volume)).collect();
    // Dates of one width sort as texts.
    changes.sort_by(|one, other| one.noticed.cmp(&other.noticed));
    let mut source = watched.source;
    if let Some(axis) = by {
        let (first, last) = (watched.day(0), watched.day(watched.baseline.end.saturating_sub(1)));
        let earlier = question.on(Some(first.saturating_add(watched.baseline.start as i32)), Some(last));
        for change in changes.iter_mut().filter(|change| change.kind == ChangeKind::Score).take(TAKEN_APART) {
            let day = |text: &str| text.parse().ok().map(time::day_number);
            let later = question.on(day(&change.start), day(&change.noticed));
            let (mix_rate, read) = compare::mix_rate(store, definition, &later, &earlier, axis).await?;
            change.mix_rate = mix_rate;
            source = worst([source, read]);
        }
    }
    let place = |day: i32| usize::try_from(day - watched.first).unwrap_or(0).min(watched.answers.len());
    let score = &watched.score;
    Ok(ChangesReport {
        metric: definition.metric,
        base: question.counted(),
        from: time::date_of(from).to_string(),
        to: time::date_of(to).to_string(),
        n: watched.answers[place(from)..].iter().sum(),
        baseline: score.baseline.as_ref().map(|found| BaselineReply {
            from: watched.date(watched.baseline.start),
            to: watched.date(watched.baseline.end.saturating_sub(1)),
            score: found.score,
            n: found.n,
            phi: found.phi,
        }),
        idle: score.idle.map(|idle| idle.name().into()),
        step: score.step.name().into(),
        limit: score.limit,
        streams,
        changes,
        line: watched.line(),
        volume: score
            .baseline
            .as_ref()
            .map(|_| VolumeReply { expected: volume.expected, silence_days: volume.silence_days }),
        method: "discounted_score".into(),
        rule: rule(score),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        source,
        explain: "/docs/scoring#changes".into(),
    })
}

/// What the reader should know of a watch.
fn rule(score: &alarm::Watch) -> String {
    match (score.idle, &score.baseline) {
        (Some(idle), _) => format!("Nothing is watched: {}", idle.meaning()),
        (None, Some(baseline)) if baseline.phi > 1.5 => format!(
            "The days of the baseline differ {:.1} times as much as chance alone makes them, so only large changes are \
             told.",
            baseline.phi
        ),
        _ => match score.step {
            Step::Day => {
                "Judged day by day; one false alarm of the score a year is expected over all streams.".to_owned()
            }
            Step::Week => "Fewer than two answers a day: judged week by week, so changes are told late.".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: usize, a_day: u64) -> Vec<Histogram> {
        let mut day = Histogram::default();
        day.counts[9] = a_day;
        vec![day; count]
    }

    #[test]
    fn the_baseline_lies_before_the_window_and_is_as_short_as_can_be() {
        assert_eq!(chosen(&days(200, 10), 150), 94..150);
        assert_eq!(chosen(&days(200, 2), 150), 50..150);
    }

    #[test]
    fn a_young_site_is_watched_from_its_own_first_days_on() {
        assert_eq!(chosen(&days(100, 10), 0), 0..56);
        assert_eq!(chosen(&days(100, 10), 30), 0..56);
        assert_eq!(chosen(&days(40, 10), 30), 0..40);
    }
}
