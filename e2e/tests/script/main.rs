//! Strings of script in every text field, shown by the card, the hosted page and the dashboard: none of it runs.

mod control;
mod dashboard;
mod fields;
mod fill;
mod strings;
mod visitors;
mod watch;
