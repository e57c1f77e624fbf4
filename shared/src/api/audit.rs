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
    /// The server itself, whoever had asked it for something.
    Server,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Member, Self::Key, Self::CommandLine, Self::Server];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Key => "key",
            Self::CommandLine => "command_line",
            Self::Server => "server",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The actions, once: variant, name and meaning.
macro_rules! actions {
    ($($(#[$about:meta])* $variant:ident = $name:literal,)*) => {
        /// What can be done and is noted. An entry may hold another: one that a newer or an older server knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$about])* $variant,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name on the wire and in the database.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

actions! {
    /// An attack on the site was noticed.
    AttackBegan = "attack.began",
    /// An attack on the site is over.
    AttackEnded = "attack.ended",
    /// A customer and all their responses were erased.
    CustomerErased = "customer.erased",
    /// Everything that is held on a customer was handed out.
    CustomerExported = "customer.exported",
    /// A message to a webhook is sent again.
    DeliveryReplayed = "delivery.replayed",
    /// An invitation was taken back.
    InvitationDeleted = "invitation.deleted",
    /// A key was made.
    KeyCreated = "key.created",
    /// A key was revoked.
    KeyDeleted = "key.deleted",
    /// Somebody was invited.
    MemberInvited = "member.invited",
    /// Somebody used an invitation.
    MemberJoined = "member.joined",
    /// A member came by a provider for the first time.
    MemberLinked = "member.linked",
    /// A link for a member’s new password was made.
    MemberPasswordLink = "member.password_link",
    /// A member set a new password by such a link.
    MemberPasswordSet = "member.password_set",
    /// A member was taken out.
    MemberRemoved = "member.removed",
    /// A member has another role.
    MemberRoleSet = "member.role_set",
    /// A member changed their account.
    MemberUpdated = "member.updated",
    /// A response was erased.
    ResponseDeleted = "response.deleted",
    /// Responses were brought in by the site’s own server.
    ResponsesImported = "responses.imported",
    /// A shared link was made.
    ShareCreated = "share.created",
    /// A shared link was taken back.
    ShareDeleted = "share.deleted",
    /// A site was made.
    SiteCreated = "site.created",
    /// A site was deleted.
    SiteDeleted = "site.deleted",
    /// A site’s settings were changed.
    SiteUpdated = "site.updated",
    /// A survey was made.
    SurveyCreated = "survey.created",
    /// A survey was paused.
    SurveyPaused = "survey.paused",
    /// A version of a survey was published.
    SurveyPublished = "survey.published",
    /// A survey was edited.
    SurveyUpdated = "survey.updated",
    /// A webhook was made.
    WebhookCreated = "webhook.created",
    /// A webhook was deleted.
    WebhookDeleted = "webhook.deleted",
    /// A webhook has a new secret.
    WebhookRotated = "webhook.rotated",
    /// A test message is sent to a webhook.
    WebhookTested = "webhook.tested",
    /// A webhook was changed.
    WebhookUpdated = "webhook.updated",
}

impl Action {
    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// What kind of caller.
    pub kind: ActorKind,
    /// The member's or key's id; empty for the command line and for the server.
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
    /// What ties it to the entry before it, SHA-256 in hexadecimal; not there where a server noted it that knew of no chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// Whether a site's audit log is as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainReply {
    /// How many entries it has.
    pub entries: u64,
    /// The hash of the last one; null without one. Whoever keeps it elsewhere can tell later that none behind it was lost.
    pub head: Option<String>,
    /// Whether every entry fits the one before it.
    pub intact: bool,
    /// The number of the first entry that does not fit; null when all do.
    pub broken: Option<i64>,
    /// Whether the head that was asked for is in the chain; null where none was.
    pub holds_head: Option<bool>,
}
