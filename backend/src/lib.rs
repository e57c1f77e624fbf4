//! Bearing's server.
//!
//! An answer's path: [`http`] takes it off the wire if [`admission`] lets it in, [`intake`] checks it against its survey
//! and puts it into a batch, the store flushes the batch to disk, and only then does the reply leave. A report's path:
//! `http` reads the question, [`reports`] asks the store for histograms and turns them into scores. What other programs
//! are told of answers lies in the store with them, and [`integrations`] sends it. [`app::App`] holds the parts that all
//! of them share; [`server`] is the accept loop around the router, and [`cli`] the command line around it all.

pub mod admission;
pub mod app;
pub mod assets;
pub mod audit;
pub mod auth;
pub mod caps;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod directory;
pub mod error;
mod held;
pub mod http;
pub mod intake;
pub mod integrations;
pub mod jobs;
pub mod live;
pub mod metrics;
pub mod origins;
pub mod pages;
pub mod reading;
pub mod reports;
pub mod server;
pub mod sightings;
pub mod strangers;
pub mod telemetry;
pub mod texts;
pub mod time;
