//! Many tests at once: p-values corrected for how many were looked at.

/// The q-values (Benjamini–Hochberg adjusted p-values) in the order given: calling everything with `q ≤ 0.05` is wrong in
/// at most 5 % of the calls, on average. `q₍ᵢ₎ = min over j ≥ i of m p₍ⱼ₎/j`, at most 1.
///
/// Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289–300.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*other].total_cmp(&p[*one]));
    let mut adjusted = vec![0.0; p.len()];
    let mut smallest: f64 = 1.0;
    // From the largest p-value down; the rank of the largest is m.
    for (place, rank) in order.into_iter().zip((1..=p.len()).rev()) {
        smallest = smallest.min(p[place] * (p.len() as f64 / rank as f64));
        adjusted[place] = smallest;
    }
    adjusted
}

/// Holm's adjusted p-values in the order given: with those at most 0.05, the probability of even one wrong call is at
/// most 5 %. `max over j ≤ i of (m − j + 1) p₍ⱼ₎`, at most 1. Stricter than [`benjamini_hochberg`].
///
/// S. Holm, Scandinavian Journal of Statistics 6 (1979) 65–70.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*one].total_cmp(&p[*other]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (place, left) in order.into_iter().zip((1..=p.len()).rev()) {
        largest = largest.max((p[place] * left as f64).min(1.0));
        adjusted[place] = largest;
    }
    adjusted
}
