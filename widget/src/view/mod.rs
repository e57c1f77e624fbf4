//! Views: what a respondent sees, as functions from data to Leptos views; nothing here knows a browser or a server.

#[cfg(feature = "ssr")]
pub(crate) mod first;
#[cfg(feature = "ssr")]
pub(crate) mod foot;
#[cfg(feature = "ssr")]
pub(crate) mod hosted;
#[cfg(feature = "ssr")]
pub(crate) mod preview;
pub(crate) mod rest;
pub(crate) mod thanks;
