//! Bearing as a guest: on pages that none of us wrote, for every visitor, past every list, and without a trace.

mod access;
mod blocklists;
mod keys;
mod looks;
mod room;
mod shift;
mod storage;
mod templates;
mod walk;
