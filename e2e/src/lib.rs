//! Starts the real binary and drives a real browser over pages of strangers: what the tests in `tests/` are made of.
//!
//! The binary is `dist/bearing`, or what `BEARING_BIN` names. Browsers and drivers are those that `cargo xtask setup`
//! brings, or what `CHROMIUM`, `CHROMEDRIVER`, `FIREFOX`, `GECKODRIVER`, `WEBKITDRIVER` and `XVFB` name. Everything runs
//! on loopback, in temporary folders, on ports that the system picks.

pub mod agree;
pub mod api;
pub mod axe;
pub mod browser;
pub mod calm;
pub mod card;
pub mod dataset;
mod driver;
pub mod engine;
pub mod geometry;
pub mod host;
pub mod http;
pub mod image;
pub mod page;
pub mod posthog;
pub mod provider;
pub mod proxy;
pub mod recorder;
pub mod server;
pub mod soak;
pub mod stage;
pub mod survey;
pub mod team;
pub mod template;
pub mod throttle;
pub mod wait;
