//! Bearing's survey views, written once and built twice.
//!
//! With `ssr` (native) the backend gets the hosted page and the first question of a survey as HTML or as an element
//! tree: see [`server`]. With `csr` (wasm32) the loader gets `open`, which draws what follows the first question: see
//! `host`. Views and controls are plain functions from data to Leptos views: no signal, no effect, no DOM; the browser
//! rebuilds them after each step of the [`session`], the server prints them. See docs/adr/0005.

pub mod ask;
mod control;
#[cfg(feature = "csr")]
pub mod host;
#[cfg(feature = "ssr")]
pub mod server;
pub mod session;
pub mod style;
#[cfg(feature = "ssr")]
pub mod tree;
mod view;
