//! Every situation of a hostile web in three engines, and what becomes of an answer when the page is left or the browser
//! dies: the tables of docs/EMBED.md.

mod delivery;
mod faults;
mod pages;
mod play;
mod policies;
mod report;
mod situation;
mod table;
mod trap;
