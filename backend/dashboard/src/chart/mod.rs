//! Geometry of the charts: from numbers to points and paths, knowing no browser.

mod path;
pub mod picture;
mod scale;

pub use path::{Mark, band, line};
pub use scale::Scale;
