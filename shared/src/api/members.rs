//! A site's members and those who are invited, on the wire.

use serde::{Deserialize, Serialize};

use super::keys::Scope;
use crate::id::{InvitationId, MemberId};

/// What a member may do in a site; each role includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads surveys, responses and reports.
    Viewer,
    /// Also changes surveys and removes responses.
    Editor,
    /// Also changes or removes the site, its keys and its members.
    Owner,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What a key that may do the same is made with.
    pub fn scope(self) -> Scope {
        match self {
            Self::Viewer => Scope::Read,
            Self::Editor => Scope::Write,
            Self::Owner => Scope::Admin,
        }
    }
}

/// One member of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteMemberReply {
    /// The member's id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MemberId,
    /// The address that the member signs in with.
    pub email: String,
    /// The name.
    pub name: String,
    /// What the member may do in this site.
    pub role: Role,
    /// Whether the member is an operator, who is owner of every site.
    pub operator: bool,
    /// When the account was made.
    pub created_at: String,
}

/// An operator, who may make sites and owns every one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorReply {
    /// The id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MemberId,
    /// The address to sign in with.
    pub email: String,
    /// The name.
    pub name: String,
    /// When the account was made.
    pub created_at: String,
}

/// Another role for a member.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RolePatch {
    /// The role.
    pub role: Role,
}

/// Whom to invite.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InvitationCreate {
    /// What whoever joins may do in the site.
    pub role: Role,
    /// The one address that may join; left out: whoever has the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// One invitation that nobody has used yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationReply {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: InvitationId,
    /// What whoever joins may do in the site.
    pub role: Role,
    /// The one address that may join; null: whoever has the link.
    pub email: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it ends.
    pub expires_at: String,
    /// The link, shown once: it works once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A link by which a member sets a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordLinkReply {
    /// The link, shown once: it works once.
    pub link: String,
    /// When it ends.
    pub expires_at: String,
}
