//! The server from outside: every route through the router, and the accept loop over real sockets.

mod access;
mod breakdown;
mod changes;
mod docs;
mod embed;
mod errors;
mod events;
mod explain;
mod faulty;
mod harness;
mod health;
mod hosted;
mod identity;
mod intake;
mod limits;
mod origins;
mod reports;
mod responses;
mod rules;
mod server;
mod sites;
mod surveys;
mod transfer;
mod trend;
mod versions;
mod withdraw;
