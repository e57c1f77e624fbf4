//! The tables that a move and a backup take along row by row, with their columns.

/// A table that goes over row by row, as it is.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// The columns of its key, which is the order of the pages; they come first in `columns`.
    pub(crate) key: usize,
    /// Its columns, those of the key first.
    pub(crate) columns: &'static [&'static str],
}

/// The tables, what others belong to first; responses go last, by themselves. Cells and generations are derived.
pub(crate) const TABLES: [Table; 22] = [
    Table { name: "deleted_site", key: 1, columns: &["site_id"] },
    Table {
        name: "site",
        key: 1,
        columns: &["id", "site_key", "identity_secret", "settings", "created_at", "previous_secret", "previous_until"],
    },
    Table {
        name: "api_key",
        key: 1,
        columns: &["id", "site_id", "hash", "scope", "created_at", "name", "last_used_at"],
    },
    Table { name: "member", key: 1, columns: &["id", "email", "name", "password", "operator", "locale", "created_at"] },
    Table { name: "membership", key: 2, columns: &["site_id", "member_id", "role"] },
    Table {
        name: "invitation",
        key: 1,
        columns: &["id", "hash", "site_id", "role", "member_id", "email", "created_by", "created_at", "expires_at"],
    },
    Table {
        name: "session",
        key: 1,
        columns: &["id", "hash", "member_id", "created_at", "seen_at", "expires_at", "client"],
    },
    Table { name: "identity", key: 2, columns: &["issuer", "subject", "member_id", "linked_at"] },
    Table { name: "unvouched", key: 1, columns: &["member_id"] },
    Table {
        name: "audit",
        key: 1,
        columns: &["id", "at", "site_id", "actor_kind", "actor_id", "actor_name", "action", "object", "detail", "link"],
    },
    Table {
        name: "share",
        key: 2,
        columns: &["site_id", "id", "hash", "name", "filter", "created_by", "created_at", "expires_at", "last_used_at"],
    },
    Table {
        name: "survey",
        key: 2,
        columns: &["site_id", "id", "ordinal", "state", "content", "created_at", "updated_at"],
    },
    Table {
        name: "survey_version",
        key: 3,
        columns: &["site_id", "survey_id", "version", "content", "published_at", "closed_at"],
    },
    Table { name: "tombstone", key: 2, columns: &["site_id", "id_hash", "erased_at", "until"] },
    Table { name: "learned", key: 3, columns: &["site_id", "dimension", "ordinal", "value"] },
    Table {
        name: "funnel",
        key: 7,
        columns: &[
            "site_id",
            "dimension",
            "value",
            "period",
            "instrument",
            "survey_id",
            "touchpoint",
            "eligible",
            "shown",
            "started",
            "dismissed",
        ],
    },
    Table {
        name: "webhook",
        key: 2,
        columns: &[
            "site_id",
            "id",
            "url",
            "notices",
            "score_max",
            "secret",
            "previous_secret",
            "previous_until",
            "disabled",
            "failing_since",
            "paused_until",
            "created_at",
        ],
    },
    Table {
        name: "delivery",
        key: 2,
        columns: &[
            "site_id",
            "id",
            "webhook_id",
            "notice",
            "response_id",
            "seq",
            "created_at",
            "state",
            "attempts",
            "next_at",
            "claim",
            "claimed_until",
            "status",
            "error",
            "attempted_at",
            "delivered_at",
        ],
    },
    Table { name: "display", key: 2, columns: &["token", "site_id", "holder"] },
    Table { name: "attack", key: 1, columns: &["site_id", "began_at", "until_at"] },
    Table { name: "sighting", key: 2, columns: &["site_id", "origin", "standing", "first_at", "last_at", "requests"] },
    Table { name: "expiry", key: 1, columns: &["site_id", "received_at", "response_id"] },
];
