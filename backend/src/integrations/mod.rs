//! Integrations: what Bearing tells other programs of its own accord.

pub mod webhooks;
