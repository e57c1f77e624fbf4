//! Likelihood to recommend: a scored question on a scale.

use super::{Control, Rules, check_scale, keep_score};
use crate::metric::Metric;

/// The rules of this kind.
pub(super) const RULES: Rules =
    Rules { control: Control::Scale, metric: Some(Metric::Nps), check: check_scale, keep: keep_score };
