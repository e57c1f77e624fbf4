//! Lines and bands as SVG paths, with gaps where there are no answers.

use std::fmt::Write;

/// One point of a chart in pixels: where it is, and how far its interval reaches. `None` is a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// From the left.
    pub x: f64,
    /// The number, from the top.
    pub y: f64,
    /// The lower limit, from the top.
    pub low: f64,
    /// The upper limit, from the top.
    pub high: f64,
}

/// Marks that follow each other without a gap.
fn runs(marks: &[Option<Mark>]) -> impl Iterator<Item = Vec<Mark>> {
    marks
        .split(Option::is_none)
        .map(|run| run.iter().flatten().copied().collect())
        .filter(|run: &Vec<Mark>| !run.is_empty())
}

/// The line through the marks, broken at gaps.
pub fn line(marks: &[Option<Mark>]) -> String {
    let mut path = String::new();
    for run in runs(marks) {
        for (place, mark) in run.iter().enumerate() {
            add(&mut path, if place == 0 { 'M' } else { 'L' }, mark.x, mark.y);
        }
    }
    path
}

/// The area between the limits of the marks, broken at gaps; a mark between two gaps gets 2 pixels to each side.
pub fn band(marks: &[Option<Mark>]) -> String {
    let mut path = String::new();
    for mut run in runs(marks) {
        if let [only] = run[..] {
            run = vec![Mark { x: only.x - 2.0, ..only }, Mark { x: only.x + 2.0, ..only }];
        }
        for (place, mark) in run.iter().enumerate() {
            add(&mut path, if place == 0 { 'M' } else { 'L' }, mark.x, mark.high);
        }
        for mark in run.iter().rev() {
            add(&mut path, 'L', mark.x, mark.low);
        }
        path.push('Z');
    }
    path
}

fn add(path: &mut String, letter: char, x: f64, y: f64) {
    // Writing into a string cannot fail; a tenth of a pixel is all that a screen shows.
    let _ = write!(path, "{letter}{x:.1} {y:.1}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(x: f64) -> Option<Mark> {
        Some(Mark { x, y: 5.0, low: 8.0, high: 2.0 })
    }

    #[test]
    fn a_gap_breaks_the_line_and_the_band() {
        let marks = [mark(0.0), mark(10.0), None, mark(30.0)];
        assert_eq!(line(&marks), "M0.0 5.0L10.0 5.0M30.0 5.0");
        assert_eq!(band(&marks), "M0.0 2.0L10.0 2.0L10.0 8.0L0.0 8.0ZM28.0 2.0L32.0 2.0L32.0 8.0L28.0 8.0Z");
        assert_eq!(line(&[None, None]), "");
    }
}
