//! Webhooks on the wire: what an owner sets, what became of each delivery, and the message that a receiver gets.

use serde::{Deserialize, Deserializer, Serialize};

use super::responses::ResponseReply;
use crate::id::{DeliveryId, SiteId, WebhookId};
use crate::metric::{Group, Metric};

/// What a message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Notice {
    /// A response came, or a later edition of it.
    #[serde(rename = "response.stored")]
    ResponseStored,
    /// A response's score is low, for the first time.
    #[serde(rename = "score.low")]
    ScoreLow,
    /// Somebody wants to see whether messages arrive; nobody subscribes to it.
    #[serde(rename = "webhook.test")]
    Test,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 3] = [Self::ResponseStored, Self::ScoreLow, Self::Test];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::ResponseStored => "response.stored",
            Self::ScoreLow => "score.low",
            Self::Test => "webhook.test",
        }
    }

    /// The notice of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }
}

/// Why a webhook gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Disabled {
    /// Its owner said so.
    Owner,
    /// Its receiver answered 410: it wants no more.
    Gone,
    /// Nothing has arrived for 5 days.
    Failing,
}

impl Disabled {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Gone, Self::Failing];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits for its next attempt.
    Pending,
    /// Its receiver answered 2xx.
    Delivered,
    /// No attempt is left.
    Failed,
    /// The response that it tells of was erased: nothing is sent.
    Erased,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Erased];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Erased => "erased",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A new webhook.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookCreate {
    /// The site; the key's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Where messages go: an https address.
    pub url: String,
    /// What it is told.
    pub events: Vec<Notice>,
    /// The highest low score, 0 to 10; without it, what each metric calls low.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_max: Option<u8>,
}

/// A change to a webhook: only what is named changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    /// Where messages go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Notice>>,
    /// The highest low score; null for what each metric calls low.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u8>))]
    pub score_max: Option<Option<u8>>,
    /// Whether it gets messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A field that is there, be it null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u8>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A webhook as it is read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookReply {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: WebhookId,
    /// Its site.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site: SiteId,
    /// Where messages go; below the scope `admin` without what is behind the host.
    pub url: String,
    /// What it is told.
    pub events: Vec<Notice>,
    /// The highest low score; null for what each metric calls low.
    pub score_max: Option<u8>,
    /// Whether it gets messages.
    pub enabled: bool,
    /// Why it gets none; null while it does.
    pub disabled: Option<Disabled>,
    /// Since when no attempt has succeeded, RFC 3339 UTC; null while the last one did.
    pub failing_since: Option<String>,
    /// Until when messages are signed with the secret before this one too, RFC 3339 UTC; null without one.
    pub previous_secret_until: Option<String>,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
    /// The secret that messages are signed with, in the reply that made it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// One delivery as it is read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryReply {
    /// Its id: the header `webhook-id` of every attempt.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: DeliveryId,
    /// What it tells.
    #[serde(rename = "type")]
    pub notice: Notice,
    /// The response that it tells of; null without one, and after that response was erased.
    pub response: Option<String>,
    /// The edition of the response that made it; null without one.
    pub seq: Option<u32>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, RFC 3339 UTC; null when it is not.
    pub next_at: Option<String>,
    /// The status of the last reply; null without one.
    pub status: Option<u16>,
    /// Why the last attempt failed: one word; null when it did not.
    pub error: Option<String>,
    /// When it was tried last, RFC 3339 UTC.
    pub attempted_at: Option<String>,
    /// When it arrived, RFC 3339 UTC.
    pub delivered_at: Option<String>,
    /// When what it tells happened, RFC 3339 UTC.
    pub created_at: String,
}

/// The body of a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// What it tells.
    #[serde(rename = "type")]
    pub notice: Notice,
    /// When that happened, RFC 3339 UTC.
    pub timestamp: String,
    /// The rest.
    pub data: MessageData,
}

/// What a message tells of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageData {
    /// The site.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site: SiteId,
    /// The webhook.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub webhook: WebhookId,
    /// The response and its score; not in a test.
    #[serde(flatten)]
    pub told: Option<Told>,
}

/// A response in a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Told {
    /// What was measured.
    pub metric: Metric,
    /// The score.
    pub score: u8,
    /// The group that the score belongs to.
    pub group: Option<Group>,
    /// Whether texts were cut so that the message stays small; left out when not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shortened: bool,
    /// The response as it stands at the attempt.
    pub response: ResponseReply,
}
