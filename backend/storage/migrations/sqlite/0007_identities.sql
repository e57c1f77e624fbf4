-- Who a member is to a provider that signs people in, and whose address nobody has vouched for.

CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    member_id TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;
CREATE UNIQUE INDEX identity_member ON identity (member_id, issuer);

-- Members who chose their address themselves, by a link that was for anybody.
CREATE TABLE unvouched (
    member_id TEXT PRIMARY KEY
) WITHOUT ROWID;
