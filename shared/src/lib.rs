//! Bearing's common ground: what a survey is, what an answer may be, and how answers become scores.
//!
//! Everything here is pure: no I/O, no clock, no randomness, nothing that does not compile to WebAssembly. The widget
//! draws a [`survey::Survey`]; the server checks a [`answer::Submission`] against it, counts the score in a
//! [`histogram::Histogram`] under the keys of [`cell`], and a [`metric`] turns the histogram into a number.
//!
//! `api` holds wire types and may use the domain types; the domain never uses `api`.

pub mod answer;
pub mod api;
pub mod cell;
pub mod delivery;
pub mod fault;
pub mod formula;
pub mod histogram;
pub mod id;
pub mod instrument;
pub mod look;
pub mod metric;
pub mod privacy;
pub mod question;
pub mod rule;
#[cfg(feature = "stats")]
pub mod stats;
pub mod survey;
pub mod suspicion;
pub mod text;
