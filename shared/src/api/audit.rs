//! The audit log on the wire: who changed what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What kind of caller made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A member who was signed in.
    Member,
    /// An API key.
    Key,
    /// A command on the server's machine.
    CommandLine,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Member, Self::Key, Self::CommandLine];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Key => "key",
            Self::CommandLine => "command_line",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// What kind of caller.
    pub kind: ActorKind,
    /// The member's or key's id; empty for the command line.
    pub id: String,
    /// The member's or key's name as it was then.
    pub name: String,
}

/// One entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditReply {
    /// Its number: later entries have higher ones.
    pub id: i64,
    /// When.
    pub at: String,
    /// Who.
    pub actor: Actor,
    /// What was done: `survey.published`, `member.invited`.
    pub action: String,
    /// The id of what it was done to.
    pub object: String,
    /// What has changed, by name; never an answer's text, a secret or a customer's id.
    pub detail: BTreeMap<String, String>,
}
