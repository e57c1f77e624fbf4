//! Mix and rate: what a change of a score owes to who answered, and what to how they answered.

/// A segment's weight and score in two periods; the weights of a period sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Its share of the answers before.
    pub weight_before: f64,
    /// Its score before.
    pub score_before: f64,
    /// Its share of the answers after.
    pub weight_after: f64,
    /// Its score after.
    pub score_after: f64,
}

/// A change taken apart; `mix + rate = change`, and each segment's parts add up to them.
#[derive(Clone, Debug, PartialEq)]
pub struct MixRate {
    /// The score after minus the score before.
    pub change: f64,
    /// What came from the shares of the segments.
    pub mix: f64,
    /// What came from their scores.
    pub rate: f64,
    /// Each segment's mix and rate, in the order given.
    pub segments: Vec<(f64, f64)>,
}

/// Takes a change apart: `Δ = Σ Δwₛ (s̄ₛ − S̄) + Σ w̄ₛ Δsₛ`, with bars for means over both periods and `S` for the whole.
///
/// E. M. Kitagawa, JASA 50 (1955) 1168–1194. Exact, and the same backwards with the sign turned.
pub fn kitagawa(segments: &[Segment]) -> MixRate {
    let whole = |of: fn(&Segment) -> f64| segments.iter().map(of).sum::<f64>();
    let before = whole(|segment| segment.weight_before * segment.score_before);
    let after = whole(|segment| segment.weight_after * segment.score_after);
    let middle = 0.5 * (before + after);
    let parts: Vec<(f64, f64)> = segments
        .iter()
        .map(|segment| {
            let mean = 0.5 * (segment.score_before + segment.score_after);
            let weight = 0.5 * (segment.weight_before + segment.weight_after);
            let mix = (segment.weight_after - segment.weight_before) * (mean - middle);
            (mix, weight * (segment.score_after - segment.score_before))
        })
        .collect();
    let (mix, rate) = parts.iter().fold((0.0, 0.0), |(mix, rate), part| (mix + part.0, rate + part.1));
    MixRate { change: after - before, mix, rate, segments: parts }
}
