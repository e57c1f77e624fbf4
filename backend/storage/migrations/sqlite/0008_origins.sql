-- On which origins the tag was seen, at most so many a site; the origin '' is all the others together.
CREATE TABLE sighting (
    site_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    -- 0: on the site's list; 1: allowed otherwise; 2: not allowed. As it was when it was last seen: the last goes first.
    standing INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (site_id, origin)
) WITHOUT ROWID;
