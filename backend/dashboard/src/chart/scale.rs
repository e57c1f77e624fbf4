//! A linear scale: from numbers to pixels, with ticks that people read easily.

/// A linear scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale that puts `low` at the pixel `from` and `high` at the pixel `to`. One number alone lies in the middle.
    pub fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        let (low, high) = if high > low { (low, high) } else { (low - 1.0, low + 1.0) };
        Self { low, high, from, to }
    }

    /// A scale that holds all of these numbers and ends at ticks, within `least` and `most` where these are limits of
    /// what can be. Without numbers it is the whole of what can be.
    pub fn around(numbers: impl Iterator<Item = f64>, (least, most): (f64, f64), (from, to): (f64, f64)) -> Self {
        let (low, high) = numbers.fold((f64::MAX, f64::MIN), |(low, high), number| (low.min(number), high.max(number)));
        if low > high {
            return Self::new(least, most, from, to);
        }
        let step = step((high - low).max((most - least) / 50.0) / 4.0);
        let low = ((low / step).floor() * step).max(least);
        let high = ((high / step).ceil() * step).min(most);
        if high > low { Self::new(low, high, from, to) } else { Self::new(low - step, high + step, from, to) }
    }

    /// The pixel of a number.
    pub fn at(&self, number: f64) -> f64 {
        self.from + (number - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round numbers on the scale, about `count` of them, in order.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        let step = step((self.high - self.low) / count.max(1) as f64);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|number| number as f64 * step).collect()
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `rough`.
fn step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.max(1e-9).log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999_999).unwrap_or(10.0);
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_meets_its_ends_and_its_ticks_are_round() {
        let scale = Scale::around([12.0, 47.0].into_iter(), (-100.0, 100.0), (100.0, 0.0));
        assert_eq!(scale.ticks(4), [10.0, 20.0, 30.0, 40.0, 50.0]);
        assert_eq!((scale.at(10.0), scale.at(50.0)), (100.0, 0.0));
    }

    #[test]
    fn limits_are_kept_and_one_number_or_none_has_a_scale_too() {
        let full = Scale::around([99.5, 100.0].into_iter(), (0.0, 100.0), (0.0, 1.0));
        assert_eq!(full.at(100.0), 1.0);
        assert_eq!(Scale::around(std::iter::empty(), (0.0, 100.0), (0.0, 1.0)).at(50.0), 0.5);
        let one = Scale::around([0.0].into_iter(), (-100.0, 100.0), (0.0, 1.0));
        assert!((0.0..=1.0).contains(&one.at(0.0)) && one.ticks(4).contains(&0.0));
    }
}
