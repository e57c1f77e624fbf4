//! One against another: two periods or two segments, and what a change between periods is made of.

use std::collections::BTreeMap;

use bearing_shared::api::reports::{CompareReport, MixRateReply, MixSegment, Side, Source};
use bearing_shared::cell;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::{Definition, Orientation};
use bearing_shared::metric::{self, LEVEL, State};
use bearing_storage::{Axis, Grouping, Store, Tallied};

use super::breakdown::{parts, rest};
use super::{Question, axis, estimate, sum, worst};
use crate::error::ApiResult;
use crate::time;

/// What is compared.
#[derive(Clone, Debug)]
pub enum Against {
    /// The question's days with other days (first and last, both included); parted by an axis where one is given.
    Days(Option<(i32, i32)>, Option<Axis>),
    /// One value of an axis with another, or with all the rest.
    Values(Axis, String, Option<String>),
}

/// The comparison.
///
/// # Errors
/// `invalid_parameter` for all time against the time before, `mixed_instruments`, or what the store says.
pub async fn report(store: &dyn Store, question: &Question, against: Against) -> ApiResult<CompareReport> {
    match against {
        Against::Days(days, by) => periods(store, question, days, by.as_ref()).await,
        Against::Values(axis, value, other) => segments(store, question, &axis, value, other).await,
    }
}

async fn periods(
    store: &dyn Store,
    question: &Question,
    days: Option<(i32, i32)>,
    by: Option<&Axis>,
) -> ApiResult<CompareReport> {
    let earlier = match days {
        Some((from, to)) => question.on(Some(from), Some(to)),
        None => question.before().ok_or_else(|| {
            let message = "Name the days: from and to, and against_from and against_to unless it is the time before.";
            Fault::at(Code::INVALID_PARAMETER, "from", message)
        })?,
    };
    let a = question.tally(store, Grouping::Whole, None).await?;
    let b = earlier.tally(store, Grouping::Whole, None).await?;
    let definition = question.instrument(a.tallies.iter().chain(&b.tallies))?.definition();
    let (mix_rate, parted) = match by {
        Some(axis) => mix_rate(store, definition, question, &earlier, axis).await?,
        None => (None, Source::Cells),
    };
    let sides = (side(definition, question, &a, None), side(definition, &earlier, &b, None));
    let sources = [a.source, b.source];
    let mut report = put_together(question, definition, sides, [sum(&a.tallies), sum(&b.tallies)], sources);
    report.mix_rate = mix_rate;
    report.source = worst([report.source, parted]);
    Ok(report)
}

async fn segments(
    store: &dyn Store,
    question: &Question,
    by: &Axis,
    value: String,
    other: Option<String>,
) -> ApiResult<CompareReport> {
    let whole = question.tally(store, Grouping::Whole, None).await?;
    let tallied = question.tally(store, Grouping::Whole, Some(by)).await?;
    let definition = question.instrument(whole.tallies.iter().chain(&tallied.tallies))?.definition();
    let parts = parts(&tallied.tallies);
    let of = |wanted: &str| {
        let mut found = Histogram::default();
        parts.iter().filter(|((_, value), _)| value == wanted).for_each(|(_, part)| found.merge(part));
        found
    };
    let first = of(&value);
    let second = other.as_deref().map_or_else(|| rest(&sum(&whole.tallies), &first), of);
    let labelled =
        |histogram: &Histogram, value: Option<String>| Side { value, ..side_of(definition, question, histogram) };
    let sides = (labelled(&first, Some(value)), labelled(&second, other));
    Ok(put_together(question, definition, sides, [first, second], [tallied.source, whole.source]))
}

fn side(definition: &Definition, question: &Question, tallied: &Tallied, value: Option<String>) -> Side {
    Side { value, ..side_of(definition, question, &sum(&tallied.tallies)) }
}

fn side_of(definition: &Definition, question: &Question, histogram: &Histogram) -> Side {
    let date = |day: Option<i32>| day.map(|day| time::date_of(day).to_string());
    Side {
        from: date(question.filter.from_day),
        to: date(question.filter.to_day),
        value: None,
        estimate: estimate::estimate(definition, histogram, &question.thresholds),
        mean: histogram.mean(),
    }
}

fn put_together(
    question: &Question,
    definition: &Definition,
    (a, b): (Side, Side),
    [first, second]: [Histogram; 2],
    sources: [Source; 2],
) -> CompareReport {
    let means = metric::mean_difference(definition, &first, &second, LEVEL);
    CompareReport {
        metric: definition.metric,
        base: question.counted(),
        n: first.n() + second.n(),
        a,
        b,
        difference: estimate::difference(definition, &first, &second),
        mean_difference: means.map(|comparison| estimate::alone(comparison, "welch")),
        mix_rate: None,
        rule: State::of(first.n().min(second.n()), &question.thresholds).rule().into(),
        method: metric::difference_method(definition).into(),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        scale_direction: definition.orientation,
        source: worst(sources),
        explain: "/docs/scoring#differences".into(),
    }
}

/// Checks that an answer is in one part of an axis only: the parts of a change have to add up to it.
///
/// # Errors
/// `invalid_parameter` for picked choices.
pub fn check_parts(by: &Axis) -> Result<(), Fault> {
    if axis::overlaps(by) {
        let message = "An answer can have several picked choices, so they cannot be set off against each other; take \
                       another by.";
        return Err(Fault::at(Code::INVALID_PARAMETER, "by", message));
    }
    Ok(())
}

/// One period by segment; the answers in no segment are `None`.
struct Parted {
    segments: BTreeMap<Option<String>, Histogram>,
    source: Source,
}

impl Parted {
    async fn read(store: &dyn Store, question: &Question, by: &Axis) -> ApiResult<Self> {
        let whole = question.tally(store, Grouping::Whole, None).await?;
        let tallied = question.tally(store, Grouping::Whole, Some(by)).await?;
        let mut left = sum(&whole.tallies);
        let mut segments = BTreeMap::new();
        for ((survey, value), histogram) in parts(&tallied.tallies) {
            left = rest(&left, &histogram);
            let name = survey.map_or(value.clone(), |survey| format!("{survey} {value}"));
            segments.insert(Some(name), histogram);
        }
        segments.insert(None, left);
        Ok(Self { segments, source: worst([whole.source, tallied.source]) })
    }

    fn has_remainder(&self) -> bool {
        self.segments.contains_key(&Some(cell::OTHER.to_owned()))
    }

    /// Puts what the other period does not tell apart into the remainder. A scan tells the most frequent values apart,
    /// which may be others in each period: a value would seem to come or go that was there all the time.
    fn fold(&mut self, other: &Self) {
        let (told, folded): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.segments).into_iter().partition(|(name, _)| other.segments.contains_key(name));
        self.segments = told;
        let remainder = self.segments.entry(Some(cell::OTHER.to_owned())).or_default();
        folded.values().for_each(|histogram| remainder.merge(histogram));
    }
}

/// A change between two periods taken apart by segment, and where it was read; `None` where one has no answers. Answers
/// in no segment are one of their own, so that the parts add up to the change.
///
/// # Errors
/// What the store says.
pub(super) async fn mix_rate(
    store: &dyn Store,
    definition: &Definition,
    later: &Question,
    earlier: &Question,
    by: &Axis,
) -> ApiResult<(Option<MixRateReply>, Source)> {
    let mut after = Parted::read(store, later, by).await?;
    let mut before = Parted::read(store, earlier, by).await?;
    let source = worst([before.source, after.source]);
    if source == Source::Scan && (before.has_remainder() || after.has_remainder()) {
        after.fold(&before);
        before.fold(&after);
    }
    let mut found: BTreeMap<Option<String>, (Histogram, Histogram)> = BTreeMap::new();
    for (name, histogram) in before.segments {
        found.entry(name).or_default().0 = histogram;
    }
    for (name, histogram) in after.segments {
        found.entry(name).or_default().1 = histogram;
    }
    found.retain(|_, (before, after)| before.n() + after.n() > 0);
    let pairs: Vec<(Histogram, Histogram)> = found.values().copied().collect();
    let Some(parted) = metric::mix_rate(definition, &pairs) else { return Ok((None, source)) };
    let mut segments: Vec<MixSegment> = found
        .into_iter()
        .zip(&parted.segments)
        .map(|((value, (before, after)), (mix, rate))| MixSegment {
            value,
            n_a: after.n(),
            n_b: before.n(),
            score_a: metric::score(definition, &after),
            score_b: metric::score(definition, &before),
            mix: *mix,
            rate: *rate,
        })
        .collect();
    segments.sort_by(|one, other| {
        let size = |segment: &MixSegment| (segment.mix + segment.rate).abs();
        size(other).total_cmp(&size(one))
    });
    let (change, mix, rate) = (parted.change, parted.mix, parted.rate);
    Ok((Some(MixRateReply { by: axis::name(by).to_owned(), change, mix, rate, segments }), source))
}
