//! Integrations: what Bearing asks and tells other programs of its own accord.

pub mod fetch;
pub mod webhooks;
