//! The journeys of visitors, owners, strangers and operators, one file each, in one binary: linked once, run side by side.

mod agreement;
mod bad_input;
mod calls;
mod click_a_score;
mod command_line;
mod counted_once;
mod demo;
mod first_answer;
mod foot;
mod good_guest;
mod hosted;
mod identity;
mod judgement;
mod keyboard;
mod management;
mod no_wasm;
mod package;
mod positions;
mod real_beps;
mod real_housing;
mod real_movielens;
mod rules;
mod server_away;
mod soak;
mod steps;
mod strict;
