//! The answer to "is this survey shown to that visitor, and why not?"

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::surveys::SurveyState;
use crate::id::SurveyId;
use crate::rule::Reason;

/// Whether a made-up visitor is asked, and every reason why not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainReply {
    /// The survey.
    pub survey: SurveyId,
    /// The version that was judged: the latest published; null for a draft, whose content being edited was.
    pub version: Option<u32>,
    /// Whether it is shown at all.
    pub state: SurveyState,
    /// Whether the visitor is asked: there is no reason why not.
    pub due: bool,
    /// Every reason why not.
    pub reasons: Vec<ReasonReply>,
    /// The visitor's place in the survey's sample.
    pub sample: SampleReply,
}

/// One reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonReply {
    /// Its word, the same as in `bearing('explain')`.
    pub code: Reason,
    /// What is so, and what to do.
    pub text: Cow<'static, str>,
}

impl From<Reason> for ReasonReply {
    fn from(code: Reason) -> Self {
        Self { code, text: code.text().into() }
    }
}

/// A place in a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleReply {
    /// The place, 0 to 9,999: FNV-1a, 32 bits, of `visitor|survey`, modulo 10,000; null where no visitor is named.
    pub bucket: Option<u32>,
    /// Below this place a visitor is asked: the sample's percentage times 100.
    pub limit: u16,
}
