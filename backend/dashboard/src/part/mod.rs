//! Parts that screens are made of.

mod ask;
mod comment;
mod copyable;
mod delta;
mod distribution;
mod entries;
mod erased;
mod filters;
mod form;
mod icon;
pub(crate) mod score_card;
mod shell;
mod spark;
mod state;
mod toast;
mod trend;
mod words;

pub(crate) use ask::{Ask, Question};
pub(crate) use comment::Comment;
pub(crate) use copyable::copyable;
pub(crate) use delta::Delta;
pub(crate) use distribution::Distribution;
pub(crate) use entries::{each, list, listed, remover, revealed, row, rows};
pub(crate) use erased::{button, changing, el, lead, mark, named, section};
pub(crate) use filters::{Filters, use_view};
pub(crate) use form::{Field, Form, check, choices};
pub(crate) use icon::Icon;
pub(crate) use score_card::ScoreCard;
pub(crate) use shell::Shell;
pub(crate) use spark::Spark;
pub(crate) use state::{Empty, Failed, Part, Waiting};
pub(crate) use toast::{Toasts, toasts};
pub(crate) use trend::Trend;
pub(crate) use words::{group_name, metric_long, metric_name, touchpoint_name};
