//! Complementary suppression: which parts of a whole are hidden, so that no small part can be worked out.

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Its numbers are shown.
    Shown,
    /// Hidden, because it has few answers.
    Small,
    /// Hidden for another's sake: whole minus shown would give a small part away.
    Complementary,
}

/// Which parts of a whole with these counts are hidden.
///
/// A part with fewer than `threshold` answers is `Small`. One without any is shown: it says nothing about anybody, and
/// hiding it would protect nobody. When the whole is known, what is hidden can be had by subtraction as a sum, so that sum
/// must be of two parts at least and reach the threshold: the smallest parts that are still shown are hidden too, until
/// it does. Where all are hidden and it still does not, the whole is as small as its parts, and whoever shows it must
/// hide it by the same threshold. (After L. Willenborg and T. de Waal, Elements of Statistical Disclosure Control, 2001.)
pub fn hidden(counts: &[u64], total_is_known: bool, threshold: u64) -> Vec<Hidden> {
    let small = |count: u64| count > 0 && count < threshold;
    let mut hidden: Vec<Hidden> =
        counts.iter().map(|count| if small(*count) { Hidden::Small } else { Hidden::Shown }).collect();
    let (mut parts, mut sum) = counts
        .iter()
        .filter(|count| small(**count))
        .fold((0, 0_u64), |(parts, sum), count| (parts + 1, sum.saturating_add(*count)));
    if !total_is_known || parts == 0 {
        return hidden;
    }
    let mut shown: Vec<usize> = (0..counts.len()).filter(|place| counts[*place] >= threshold.max(1)).collect();
    shown.sort_by_key(|place| (counts[*place], *place));
    for place in shown {
        if parts >= 2 && sum >= threshold {
            break;
        }
        hidden[place] = Hidden::Complementary;
        parts += 1;
        sum = sum.saturating_add(counts[place]);
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use Hidden::{Complementary, Shown, Small};

    #[test]
    fn one_small_part_takes_the_next_smallest_along() {
        assert_eq!(hidden(&[100, 3, 20, 50], true, 5), [Shown, Small, Complementary, Shown]);
        assert_eq!(hidden(&[100, 3, 20, 50], false, 5), [Shown, Small, Shown, Shown]);
    }

    #[test]
    fn two_small_parts_hide_each_other_once_they_reach_the_threshold() {
        assert_eq!(hidden(&[3, 2, 40], true, 5), [Small, Small, Shown]);
        assert_eq!(hidden(&[1, 2, 40, 60], true, 5), [Small, Small, Complementary, Shown]);
    }

    #[test]
    fn a_part_without_answers_is_shown_and_protects_nobody() {
        assert_eq!(hidden(&[0, 3, 10], true, 5), [Shown, Small, Complementary]);
        assert_eq!(hidden(&[0, 10], true, 5), [Shown, Shown]);
        assert_eq!(hidden(&[0, 0], true, 0), [Shown, Shown]);
        assert_eq!(hidden(&[3], true, 5), [Small]);
    }
}
