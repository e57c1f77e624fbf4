-- Members, their roles, invitations and sessions; the audit log; shared links; what a key is for.

ALTER TABLE api_key ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN last_used_at INTEGER;
CREATE INDEX api_key_site ON api_key (site_id);

CREATE TABLE member (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT,
    operator INTEGER NOT NULL,
    locale TEXT,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE membership (
    site_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (site_id, member_id)
) WITHOUT ROWID;
CREATE INDEX membership_member ON membership (member_id);

-- A link that works once: into a site with a role, to be an operator, or to set a member's password anew. Of site, member
-- and neither exactly one holds.
CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    site_id TEXT,
    role TEXT,
    member_id TEXT,
    email TEXT,
    created_by TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX invitation_site ON invitation (site_id);

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    member_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    client TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_member ON session (member_id);
CREATE INDEX session_expires ON session (expires_at);

-- Added to and never changed; a deleted site's entries stay.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    site_id TEXT,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_site ON audit (site_id, id);

CREATE TABLE share (
    site_id TEXT NOT NULL,
    id TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    created_by TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    PRIMARY KEY (site_id, id)
) WITHOUT ROWID;
