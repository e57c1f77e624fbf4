//! The server from outside: every route through the router, and the accept loop over real sockets.

mod access;
mod breakdown;
mod changes;
mod docs;
mod embed;
mod errors;
mod events;
mod faulty;
mod harness;
mod health;
mod hosted;
mod identity;
mod intake;
mod limits;
mod origins;
mod preview;
mod reports;
mod responses;
mod server;
mod sites;
mod surveys;
mod transfer;
mod trend;
mod versions;
