//! The draws that the sample is made of: seeded, and the same on every machine.

use std::f64::consts::TAU;

use bearing_shared::id::ResponseId;
use bearing_shared::instrument::Definition;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::visit::Place;

/// A score of the page's usual distribution, tilted towards better (above 0) or worse.
pub(super) fn score(definition: &Definition, place: Place, tilt: f64, rng: &mut ChaCha8Rng) -> u8 {
    let usual: &[f64] = match place {
        Place::ThankYou => &[1.4, 0.6, 0.9, 1.2, 1.4, 3.6, 4.4, 11.0, 19.0, 22.0, 31.0],
        Place::Product => &[4.0, 6.0, 13.0, 38.0, 39.0],
        Place::Checkout => &[3.0, 4.0, 5.0, 10.0, 20.0, 31.0, 27.0],
    };
    let last = (usual.len() - 1) as f64;
    let tilted: Vec<f64> = usual
        .iter()
        .enumerate()
        .map(|(place, share)| share * (tilt * (2.0 * place as f64 / last - 1.0)).exp())
        .collect();
    definition.min + pick(rng, &tilted) as u8
}

/// A moment between 6:00 and 21:30, most likely at noon or in the evening; ms since midnight UTC.
pub(super) fn moment(rng: &mut ChaCha8Rng) -> i64 {
    let (peak, spread) = if rng.random_bool(0.4) { (11.5, 2.2) } else { (18.8, 1.7) };
    let hour: f64 = peak + spread * normal(rng);
    let hour = if (6.0..21.5).contains(&hour) { hour } else { rng.random_range(6.0..21.5) };
    (hour * 3_600_000.0) as i64
}

/// A UUIDv7: the time, then random bits.
pub(super) fn id(at: i64, rng: &mut ChaCha8Rng) -> ResponseId {
    let mut bytes: [u8; 16] = rng.random();
    bytes[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    bytes[6] = 0x70 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    ResponseId(bytes)
}

/// A place in a list, with a chance in proportion to its weight.
pub(super) fn pick(rng: &mut ChaCha8Rng, weights: &[f64]) -> usize {
    let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
    for (place, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return place;
        }
    }
    weights.len() - 1
}

/// A draw from the standard normal distribution (Box and Muller).
pub(super) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (TAU * rng.random::<f64>()).cos()
}
