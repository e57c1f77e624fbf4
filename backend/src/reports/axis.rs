//! By what a report can be parted: the names that `by=` takes.

use bearing_shared::cell;
use bearing_shared::question::is_name;
use bearing_storage::Axis;

/// What `by=` takes, for messages.
pub const NAMES: &str = "touchpoint, device, locale, survey, version, attr.<name> or choice.<question>";

/// An axis by its name on the wire.
pub fn named(name: &str) -> Option<Axis> {
    match name {
        "touchpoint" => Some(Axis::Touchpoint),
        "survey" => Some(Axis::Survey),
        "device" | "locale" | "version" => Some(Axis::Dimension(name.to_owned())),
        _ => {
            let (kind, rest) = name.split_once('.')?;
            let known = matches!(kind, "attr" | "choice") && is_name(rest);
            known.then(|| Axis::Dimension(name.to_owned()))
        }
    }
}

/// The axis's name on the wire.
pub fn name(axis: &Axis) -> &str {
    match axis {
        Axis::Touchpoint => "touchpoint",
        Axis::Survey => "survey",
        Axis::Dimension(name) => name,
    }
}

/// Whether an answer can be in several parts.
pub fn overlaps(axis: &Axis) -> bool {
    matches!(axis, Axis::Dimension(name) if name.starts_with("choice."))
}

/// The axis of a declared attribute.
pub fn attribute(name: &str) -> Axis {
    Axis::Dimension(cell::attribute(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_counted_is_an_axis() {
        for good in ["touchpoint", "survey", "device", "locale", "version", "attr.plan", "choice.topics"] {
            assert_eq!(named(good).as_ref().map(name), Some(good));
        }
        for bad in ["", "attr", "attr.", "attr.Plan", "attr.a'b", "weather", "choice.", "url"] {
            assert_eq!(named(bad), None, "{bad}");
        }
    }
}
