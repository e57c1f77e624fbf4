//! How long the statistics of a report take, in milliseconds on this machine.

use std::time::Instant;

use bearing_shared::histogram::Histogram;
use bearing_shared::metric::{self, LEVEL, nps::NPS};
use bearing_shared::stats::alarm;
use bearing_shared::stats::random::Generator;

use crate::{Expected, Figure};

/// Cells of a trend: weeks and segments.
const CELLS: usize = 6_000;
const SEGMENTS: usize = 50;

pub(crate) fn figures() -> Vec<Figure> {
    let mut generator = Generator::new(1);
    let mut histogram = || {
        let mut histogram = Histogram::default();
        let most = [5, 60, 2_000, 1_000_000][generator.below(4)];
        histogram.counts.iter_mut().for_each(|count| *count = generator.below(most) as u64);
        histogram.counts[8] += 1;
        histogram
    };
    let cells: Vec<Histogram> = (0..CELLS).map(|_| histogram()).collect();
    let segments: Vec<Histogram> = (0..=SEGMENTS).map(|_| histogram()).collect();
    let intervals = timed(|| cells.iter().filter_map(|cell| metric::interval(&NPS, cell, LEVEL)).count());
    let differences =
        timed(|| segments.windows(2).filter_map(|pair| metric::difference(&NPS, &pair[0], &pair[1], LEVEL)).count());
    let limit = timed(|| alarm::limit(12, alarm::Step::Day));
    let target = timed(|| metric::target(&NPS, &cells[0], 30.0, LEVEL).is_some());
    vec![
        Figure::new("6,000 score intervals, ms", (intervals, 0.0), Expected::AtMost(15.0)),
        Figure::new("50 differences with p-values, ms", (differences, 0.0), Expected::AtMost(10.0)),
        Figure::new("the L of twelve streams, ms", (limit, 0.0), Expected::AtMost(10.0)),
        Figure::new("one target with its probability, ms", (target, 0.0), Expected::AtMost(10.0)),
    ]
}

/// The shortest of a few tries: what is measured is the code, not what else the machine does.
fn timed<T>(work: impl Fn() -> T) -> f64 {
    let one = || {
        let start = Instant::now();
        std::hint::black_box(work());
        1000.0 * start.elapsed().as_secs_f64()
    };
    (0..7).map(|_| one()).fold(f64::INFINITY, f64::min)
}
