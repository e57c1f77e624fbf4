//! From being asked to being done, on the wire.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Source;

/// From being asked to being done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelReport {
    /// Visitors for whom every rule but sampling and rest held.
    pub eligible: u64,
    /// Times a first question was shown.
    pub shown: u64,
    /// Times a respondent began.
    pub started: u64,
    /// Responses with a score.
    pub answered: u64,
    /// Responses that were finished.
    pub completed: u64,
    /// Times the card was closed.
    pub dismissed: u64,
    /// The number of responses behind the shares of `answered`: the same as it.
    pub n: u64,
    /// Shares of one step in another, in percent.
    pub rates: FunnelRates,
    /// How the shares were computed.
    pub method: Cow<'static, str>,
    /// What the reader should know of them.
    pub rule: Cow<'static, str>,
    /// Where the numbers were read.
    pub source: Source,
    /// Where the numbers are explained.
    pub explain: Cow<'static, str>,
}

/// Shares in percent; null where nothing was counted below the line, and where less was than above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelRates {
    /// Shown of eligible: the coverage.
    pub shown_of_eligible: Option<f64>,
    /// Started of shown: the start rate.
    pub started_of_shown: Option<f64>,
    /// Answered of shown: the response rate.
    pub answered_of_shown: Option<f64>,
    /// Completed of started: the completion rate.
    pub completed_of_started: Option<f64>,
    /// Completed of answered.
    pub completed_of_answered: Option<f64>,
    /// Dismissed of shown.
    pub dismissed_of_shown: Option<f64>,
}
