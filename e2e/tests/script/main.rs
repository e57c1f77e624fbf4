//! Strings of script in every text field, shown by the card, the hosted page, the dashboard and the way into it: none of it runs.

mod control;
mod dashboard;
mod fields;
mod fill;
mod members;
mod strings;
mod visitors;
mod watch;
