//! Lays expected numbers over a reply: what is expected must be there and agree, what else is there is not looked at.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// How far two ways to work out one number may lie apart, of the number itself or, for small ones, of 1. Equations
/// are solved to 1e-10 and better on both sides; p-values and q-values are judged by their own size however small.
const TOLERANCE: f64 = 1e-7;

/// How many numbers agree.
///
/// # Errors
/// The first place where the two do not agree.
pub fn agree(actual: &Value, expected: &Value) -> Result<usize> {
    let count = at("", actual, expected)?;
    ensure!(count > 0, "nothing was compared");
    Ok(count)
}

fn at(path: &str, actual: &Value, expected: &Value) -> Result<usize> {
    let both = || format!("{path}: {actual} and expected {expected}");
    match expected {
        Value::Object(members) => members.iter().try_fold(0, |count, (name, expected)| {
            let path = format!("{path}.{name}");
            let found = actual.get(name).with_context(|| format!("{path} is not there: {actual}"))?;
            Ok(count + at(&path, found, expected)?)
        }),
        Value::Array(items) => {
            let found = actual.as_array().with_context(|| format!("{path} is no list: {actual}"))?;
            ensure!(found.len() == items.len(), "{path}: {} items and expected {}", found.len(), items.len());
            let pairs = found.iter().zip(items).enumerate();
            pairs.map(|(place, (actual, expected))| at(&format!("{path}[{place}]"), actual, expected)).sum()
        }
        Value::Number(number) => {
            let expected = number.as_f64().with_context(both)?;
            let actual = actual.as_f64().with_context(both)?;
            let least = if path.ends_with(".p_value") || path.ends_with(".q_value") { 0.0 } else { 1.0 };
            ensure!((actual - expected).abs() <= TOLERANCE * expected.abs().max(least), both());
            Ok(1)
        }
        _ => {
            ensure!(actual == expected, both());
            Ok(0)
        }
    }
}
