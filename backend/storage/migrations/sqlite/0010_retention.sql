-- Retention: how long an id is kept out, and how far it is known that a site's old responses do not say who gave them.

-- NULL: as long as the site is there.
ALTER TABLE tombstone ADD COLUMN until INTEGER;
CREATE INDEX tombstone_until ON tombstone (until) WHERE until IS NOT NULL;

CREATE TABLE expiry (
    site_id TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL,
    response_id BLOB NOT NULL
) WITHOUT ROWID;
