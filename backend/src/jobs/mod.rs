//! Jobs: work that goes on beside requests, in steps so small that no answer waits for them.

pub mod attacks;
pub mod caps;
pub mod deliveries;
pub mod displays;
pub mod keys;
pub mod recount;
pub mod retention;
pub mod sightings;
