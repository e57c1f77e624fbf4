//! The Nelder–Mead method: the smallest value of a smooth function of a few numbers, without its derivatives.

/// Most steps of one search.
const MOST_STEPS: usize = 5_000;

/// Where `f` is smallest, from `start`, searching first within `size` of it, and its value there. Restarted from what it
/// finds until that no longer helps, which mends a simplex that has become flat.
///
/// J. A. Nelder and R. Mead, The Computer Journal 7 (1965) 308–313.
pub fn minimum(f: impl Fn(&[f64]) -> f64, start: &[f64], size: f64) -> (Vec<f64>, f64) {
    let mut best = (start.to_vec(), f(start));
    for _ in 0..10 {
        let found = search(&f, &best.0, size);
        let gain = best.1 - found.1;
        best = found;
        if gain < 1e-12 * best.1.abs().max(1.0) {
            break;
        }
    }
    best
}

fn search(f: &impl Fn(&[f64]) -> f64, start: &[f64], size: f64) -> (Vec<f64>, f64) {
    let count = start.len();
    let mut corners: Vec<(Vec<f64>, f64)> = (0..=count)
        .map(|corner| {
            let mut at = start.to_vec();
            if corner > 0 {
                at[corner - 1] += size;
            }
            let value = f(&at);
            (at, value)
        })
        .collect();
    for _ in 0..MOST_STEPS {
        corners.sort_by(|one, other| one.1.total_cmp(&other.1));
        let spread = corners[count].1 - corners[0].1;
        let width = (0..count).map(|axis| (corners[count].0[axis] - corners[0].0[axis]).abs()).fold(0.0, f64::max);
        if spread <= 1e-14 * corners[0].1.abs() && width <= 1e-9 {
            break;
        }
        let middle: Vec<f64> = (0..count)
            .map(|axis| corners[..count].iter().map(|corner| corner.0[axis]).sum::<f64>() / count as f64)
            .collect();
        let towards = |factor: f64| {
            let at: Vec<f64> = middle
                .iter()
                .zip(&corners[count].0)
                .map(|(middle, worst)| middle + factor * (worst - middle))
                .collect();
            let value = f(&at);
            (at, value)
        };
        let reflected = towards(-1.0);
        let next = if reflected.1 < corners[0].1 {
            let expanded = towards(-2.0);
            if expanded.1 < reflected.1 { Some(expanded) } else { Some(reflected) }
        } else if reflected.1 < corners[count - 1].1 {
            Some(reflected)
        } else {
            let contracted = if reflected.1 < corners[count].1 { towards(-0.5) } else { towards(0.5) };
            (contracted.1 < reflected.1.min(corners[count].1)).then_some(contracted)
        };
        match next {
            Some(corner) => corners[count] = corner,
            None => {
                let (best, rest) = corners.split_at_mut(1);
                for corner in rest {
                    corner.0.iter_mut().zip(&best[0].0).for_each(|(at, best)| *at = 0.5 * (*at + best));
                    corner.1 = f(&corner.0);
                }
            }
        }
    }
    corners.sort_by(|one, other| one.1.total_cmp(&other.1));
    corners.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_curved_valley_is_found() {
        let valley = |at: &[f64]| (1.0 - at[0]).powi(2) + 100.0 * (at[1] - at[0] * at[0]).powi(2);
        let (at, value) = minimum(valley, &[-1.2, 1.0], 0.5);
        assert!((at[0] - 1.0).abs() < 1e-5 && (at[1] - 1.0).abs() < 1e-5 && value < 1e-10);
    }
}
