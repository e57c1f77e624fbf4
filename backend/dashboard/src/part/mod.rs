//! Parts that screens are made of.

mod ask;
mod comment;
mod copyable;
mod delta;
mod dialog;
mod distribution;
mod entries;
mod erased;
mod filters;
mod form;
mod icon;
mod picture;
pub(crate) mod plain;
pub(crate) mod score_card;
mod score_chip;
mod shell;
mod spark;
mod state;
mod toast;
mod trend;
mod words;

pub(crate) use ask::{Ask, Question};
pub(crate) use comment::{Comment, score_of, text_of};
pub(crate) use copyable::copyable;
pub(crate) use delta::Delta;
pub(crate) use dialog::dialog;
pub(crate) use distribution::Distribution;
pub(crate) use entries::{each, hold_focus, list, listed, remover, revealed, revelation, row, rows};
pub(crate) use erased::{
    bit, button, changing, effect, el, icon_button, iconed, lead, mark, memo, named, section, toggle,
};
pub(crate) use filters::{Filters, surveys, use_view};
pub(crate) use form::{Field, Form, check, choices};
pub(crate) use icon::Icon;
pub(crate) use picture::{Chart, picture, shown};
pub(crate) use score_card::ScoreCard;
pub(crate) use score_chip::score_chip;
pub(crate) use shell::Shell;
pub(crate) use spark::Spark;
pub(crate) use state::{Empty, Failed, Part, Waiting};
pub(crate) use toast::{Toasts, toasts};
pub(crate) use trend::Trend;
pub(crate) use words::{filter_words, group_name, metric_long, metric_name, touchpoint_name};
