//! What the embed API answers to responses and events, and what it takes for events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::ErrorDetail;
use crate::answer::Plain;

/// The reply to one or several responses: an outcome each, in the order sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntakeReply {
    /// The outcomes.
    pub results: Vec<ItemResult>,
}

/// The outcome of one response.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemResult {
    /// The response's id as it was sent; null when it could not be read.
    pub id: Option<String>,
    /// What became of it.
    pub status: ItemStatus,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDetail>,
}

/// What became of one response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// New, and on disk.
    Stored,
    /// A higher `seq` replaced what was there, on disk.
    Updated,
    /// This `seq` or a higher one is there already; nothing changed.
    Duplicate,
    /// Taken back by its respondent: it is erased for good, and so it says each time that it is taken back.
    Withdrawn,
    /// It breaks a rule; nothing was stored.
    Rejected,
}

/// Something that happened to a showing: a denominator, counted and not kept one by one.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventIn {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// The survey.
    pub survey: String,
    /// Its version.
    pub version: u32,
    /// The touchpoint.
    #[serde(default)]
    pub touchpoint: Option<String>,
    /// The reader's locale.
    #[serde(default)]
    pub locale: Option<String>,
    /// `desktop`, `mobile` or `tablet`.
    #[serde(default)]
    pub device: Option<String>,
    /// What the site says about the respondent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub attributes: BTreeMap<String, Plain>,
}

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Every rule but sampling and rest holds.
    Eligible,
    /// The first question was shown.
    Shown,
    /// The respondent began to answer.
    Started,
    /// The card was closed.
    Dismissed,
}

/// The reply to events.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventsReply {
    /// A token that ties a response to this showing; null where the server issues none.
    pub display: Option<String>,
    /// While the site is under attack: the zero bits with which the SHA-256 of `<token>~<number>` must begin; a response
    /// whose `display` is that text has done the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<u8>,
}
