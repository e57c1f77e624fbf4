//! Parts that screens are made of.

mod ask;
mod comment;
mod delta;
mod distribution;
mod filters;
mod icon;
pub(crate) mod score_card;
mod score_chip;
mod shell;
mod spark;
mod state;
mod toast;
mod trend;
mod words;

pub(crate) use ask::Ask;
pub(crate) use comment::{Comment, score_of, text_of};
pub(crate) use delta::Delta;
pub(crate) use distribution::Distribution;
pub(crate) use filters::{Filters, surveys, use_view};
pub(crate) use icon::Icon;
pub(crate) use score_card::ScoreCard;
pub(crate) use score_chip::score_chip;
pub(crate) use shell::Shell;
pub(crate) use spark::Spark;
pub(crate) use state::{Empty, Failed, Part, Waiting};
pub(crate) use toast::{Toasts, toasts};
pub(crate) use trend::Trend;
pub(crate) use words::{group_name, metric_long, metric_name, touchpoint_name};
