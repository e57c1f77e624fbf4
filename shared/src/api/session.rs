//! The session of a member, on the wire: who is signed in, where, and which sites are open.

use serde::{Deserialize, Deserializer, Serialize};

use super::members::Role;
use crate::id::{MemberId, SessionId, SiteId, SiteKey};

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionReply {
    /// The member.
    pub member: MemberReply,
    /// This session.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub session: SessionId,
    /// The sites in which the member has a role; every site for an operator. The oldest first.
    pub sites: Vec<OwnSite>,
}

/// The member who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberReply {
    /// The id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MemberId,
    /// The address that the member signs in with.
    pub email: String,
    /// The name.
    pub name: String,
    /// The language of the screens; null: the browser's.
    pub locale: Option<String>,
    /// Whether the member may make sites and is owner of every site.
    pub operator: bool,
}

/// A site that is open to the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnSite {
    /// The site's id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// Its public key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site_key: SiteKey,
    /// What the member may do there.
    pub role: Role,
}

/// A change to the member's own account; what is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SessionPatch {
    /// The name, 1 to 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The language of the screens; null: the browser's.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub locale: Option<Option<String>>,
    /// Another password; it ends every other session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordChange>,
}

/// Tells a field that is null from one that is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Another password, for whoever knows the present one.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    pub current: String,
    /// The new one: 10 to 200 characters.
    pub new: String,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordChange(…)")
    }
}

/// One open session of the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: SessionId,
    /// Where: `Firefox on Linux`; empty where it is not known.
    pub client: String,
    /// When it began.
    pub created_at: String,
    /// When it was last used, to about five minutes.
    pub seen_at: String,
    /// When it ends, unless it is used before.
    pub expires_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}
