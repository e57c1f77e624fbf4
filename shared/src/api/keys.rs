//! API keys on the wire.

use serde::{Deserialize, Serialize};

use crate::id::KeyId;

/// What a key may do; each scope includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read surveys, responses and reports.
    Read,
    /// Also change surveys and remove responses.
    Write,
    /// Also change or remove the site.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// The name on the wire, on the command line and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A key to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyCreate {
    /// What it is for, in words of its owner: 1 to 100 characters.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
}

/// One key without its secret; with it right after it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyReply {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: KeyId,
    /// What it is for; empty where nobody said.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: String,
    /// When it was last used, to about a minute; null: never.
    pub last_used_at: Option<String>,
    /// The key itself, `sk_…`: shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}
