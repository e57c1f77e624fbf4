//! Trust: which answers teach a dimension values that its owner did not list, and which values those are.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::{Dimension, OTHER, VALUES_LIMIT};
use bearing_shared::question::is_name;

use super::generation::{Learned, declared};
use crate::responses::StoredResponse;

/// What answers that are there say of dimensions that were not declared when they came: the values of each, the most
/// frequent first.
pub(crate) type History = Vec<(String, Vec<String>)>;

/// The names of those of these dimensions that are not declared yet.
pub(crate) fn undeclared(before: &[Dimension], asked: &[Dimension]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for Dimension { name, .. } in asked {
        let is_declared = before.iter().any(|dimension| dimension.name == *name);
        if is_name(name) && !is_declared && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// What a history says of the listed dimensions and is not known yet, as far as they have room: (dimension, value).
pub(crate) fn lessons<'a>(listed: &[Dimension], learned: &Learned, history: &'a History) -> Vec<(String, &'a str)> {
    let mut lessons = Vec::new();
    for mut dimension in declared(listed, learned) {
        let values = history.iter().filter(|(name, _)| *name == dimension.name).flat_map(|(_, values)| values);
        for value in values {
            if dimension.values.len() < VALUES_LIMIT && !dimension.values.contains(value) {
                lessons.push((dimension.name.clone(), value.as_str()));
                dimension.values.push(value.clone());
            }
        }
    }
    lessons
}

/// Whether what a response says of itself is its site's own word: strangers invent values without end.
pub(crate) fn is_trusted(response: &StoredResponse) -> bool {
    response.state == ResponseState::Counted && (response.source == "server" || response.identity == Identity::Verified)
}

/// Whether a text can be told apart as a value: the empty one and the remainder's name cannot.
pub(crate) fn is_value(text: &str) -> bool {
    !text.is_empty() && text != OTHER
}

/// The (dimension, value) pairs of a response that its site's dimensions do not tell apart and have room for.
pub(crate) fn news<'a>(
    response: &'a StoredResponse,
    declared: &'a [Dimension],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    declared.iter().filter(|dimension| dimension.values.len() < VALUES_LIMIT).filter_map(|dimension| {
        let value = response.attributes.get(&dimension.name)?.as_str();
        let is_new = is_value(value) && !dimension.values.iter().any(|known| known == value);
        is_new.then_some((dimension.name.as_str(), value))
    })
}
