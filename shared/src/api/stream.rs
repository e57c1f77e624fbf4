//! The live stream on the wire: what is told of a site while somebody listens. No text of a respondent, and no customer.

use serde::{Deserialize, Serialize};

use super::responses::ResponseState;
use crate::id::SurveyId;
use crate::metric::Metric;

/// A response was stored, or a later edition of it, or a member changed its state: the data of `response.stored`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponseStored {
    /// Its id.
    pub id: String,
    /// Its latest edition.
    pub seq: u32,
    /// The survey.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub survey: SurveyId,
    /// What the survey measures.
    pub metric: Metric,
    /// The touchpoint as sent; empty without one.
    pub touchpoint: String,
    /// The score as it was picked, 0 to 10.
    pub score: u8,
    /// Whether it is in the score.
    pub state: ResponseState,
    /// Whether it has a comment.
    pub has_comment: bool,
    /// When the server had this edition, RFC 3339 UTC.
    pub received_at: String,
}

/// One event of the stream, by its fields; as text they are lines, and an empty line ends it.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = StreamEvent)]
pub struct Event {
    /// `response.stored` or `score.changed`.
    pub event: String,
    /// What it is about, as JSON: ResponseStored or ScoreChanged.
    pub data: String,
}

/// Counts have changed: the data of `score.changed`. Empty, it says that anything may have: read everything again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreChanged {
    /// The metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// The survey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub survey: Option<SurveyId>,
    /// The touchpoint as sent; empty without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<String>,
}

impl ScoreChanged {
    /// Anything may have changed.
    pub const ANYTHING: Self = Self { metric: None, survey: None, touchpoint: None };

    /// What a response counts in.
    pub fn of(response: &ResponseStored) -> Self {
        Self {
            metric: Some(response.metric),
            survey: Some(response.survey.clone()),
            touchpoint: Some(response.touchpoint.clone()),
        }
    }
}

/// The names of the events on the wire.
pub const RESPONSE_STORED: &str = "response.stored";
/// See [`RESPONSE_STORED`].
pub const SCORE_CHANGED: &str = "score.changed";
