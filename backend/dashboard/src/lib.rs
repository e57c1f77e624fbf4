//! Bearing's dashboard: how are we doing, is it real, why, and whom do we call?
//!
//! What needs no browser (texts, the state of a view in its address, days, the geometry of charts) is compiled and tested
//! natively; everything else is switched on by `csr`, for wasm32 alone.

pub mod change;
pub mod chart;
pub mod csv;
pub mod day;
pub mod deed;
pub mod edit;
pub mod inbox;
pub mod json;
pub mod place;
pub mod query;
pub mod text;
pub mod view;

#[cfg(feature = "csr")]
mod app;
#[cfg(feature = "csr")]
mod browser;
#[cfg(feature = "csr")]
mod fetch;
#[cfg(feature = "csr")]
mod keys;
#[cfg(feature = "csr")]
mod listing;
#[cfg(feature = "csr")]
mod live;
#[cfg(feature = "csr")]
mod locale;
#[cfg(feature = "csr")]
#[expect(unreachable_pub, reason = "Leptos makes the properties of every component public")]
mod part;
#[cfg(feature = "csr")]
#[expect(unreachable_pub, reason = "Leptos makes the properties of every component public")]
mod screen;
#[cfg(feature = "csr")]
mod session;
#[cfg(feature = "csr")]
mod site;

/// Puts the dashboard into the page.
#[cfg(any(feature = "reading", feature = "exploring", feature = "making", feature = "showing"))]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    #[cfg(feature = "showing")]
    if place::program(&browser::path()) == place::Program::Showing {
        screen::show_board();
        return;
    }
    #[cfg(any(feature = "reading", feature = "exploring", feature = "making"))]
    app::mount();
}
