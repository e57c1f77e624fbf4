//! Responses on the wire: they read with the intake's names, and what the server added.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Context, Respondent};
use crate::id::SurveyId;
use crate::suspicion::Sign;

/// Whether a response is in the score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResponseState {
    /// In the score.
    #[default]
    Counted,
    /// Suspicious: kept, outside the score.
    Quarantined,
    /// A try-out: kept, outside the score.
    Test,
    /// Taken out of the score by a member.
    Excluded,
}

impl ResponseState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Counted, Self::Quarantined, Self::Test, Self::Excluded];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Quarantined => "quarantined",
            Self::Test => "test",
            Self::Excluded => "excluded",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How sure it is that the customer named is the one who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// The signature matches.
    Verified,
    /// A customer is named, without a matching signature.
    Unverified,
    /// No customer is named.
    Anonymous,
}

impl Identity {
    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Anonymous => "anonymous",
        }
    }

    /// The identity of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Verified, Self::Unverified, Self::Anonymous].into_iter().find(|identity| identity.name() == name)
    }
}

/// One response as it is read back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponseReply {
    /// Its id.
    pub id: String,
    /// Its latest edition.
    pub seq: u32,
    /// The survey.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub survey: SurveyId,
    /// The version that was answered.
    pub version: u32,
    /// The touchpoint; empty without one.
    pub touchpoint: String,
    /// Whether the respondent finished.
    pub completed: bool,
    /// Whether it was sent as a try-out.
    pub test: bool,
    /// The answers.
    pub answers: Vec<Answer>,
    /// Who answered.
    pub respondent: Respondent,
    /// The attributes when it was given.
    pub attributes: BTreeMap<String, String>,
    /// Where it was given.
    pub context: Context,
    /// When the survey was shown, RFC 3339 UTC; the response counts on that day.
    pub shown_at: String,
    /// When it was answered, RFC 3339 UTC.
    pub answered_at: String,
    /// When the server first had it, RFC 3339 UTC.
    pub received_at: String,
    /// Whether it is in the score.
    pub state: ResponseState,
    /// What makes it suspicious, whether it is quarantined for that or not.
    #[serde(default)]
    pub suspicion: Vec<Sign>,
    /// How sure the customer is.
    pub identity: Identity,
    /// How it came: `embed`, `hosted`, `server` or `sample`.
    pub source: String,
    /// Whether somebody of the site's team has read it, with the comment that it has now.
    #[serde(default)]
    pub read: bool,
    /// The team's tags, in order.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Whose responses are to be erased.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// The site; defaults to the key's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The site's id of its customer, as the tag or the server sent it.
    pub customer: String,
}

/// Whose data are to be handed out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HeldRequest {
    /// The site; defaults to the key's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The site's id of its customer, as the tag or the server sent it.
    pub customer: String,
}

/// Everything that is held on one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldReply {
    /// The site's id of its customer.
    pub customer: String,
    /// When this was put together, RFC 3339 UTC.
    pub at: String,
    /// Every response in every state, newest first, with all that is kept of it and the team's tags.
    pub responses: Vec<ResponseReply>,
    /// Whether these are all; past 10,000 the export of `/v1/exports/responses.jsonl` by `customer=` and `state=all` is.
    pub complete: bool,
}

/// What was erased.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EraseReply {
    /// Responses that are gone, from the counts too; their ids cannot come back.
    pub erased: u64,
}
