//! What is believed of strangers: whose address a request counts as, and what a display token says. Pure rules, in a crate
//! of their own so that they are built and tested alone.

pub mod address;
pub mod display;
