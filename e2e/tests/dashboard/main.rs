//! A team at its dashboard, in real browsers: what it sees, what it may do, and who is kept out.

mod access;
mod first_run;
mod keyboard;
mod live;
mod oidc;
mod pictures;
mod privacy;
mod publish;
mod quarantine;
mod screens;
mod seen;
mod shared;
mod trouble;
mod why;
