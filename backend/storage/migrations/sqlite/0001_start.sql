-- The first schema: sites with keys and surveys, responses, and the counts that reports read.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

CREATE TABLE site (
    id TEXT PRIMARY KEY,
    site_key TEXT NOT NULL UNIQUE,
    identity_secret TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE survey (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX survey_of_site ON survey (site_id, ordinal);

CREATE TABLE survey_version (
    survey_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    closed_at INTEGER,
    PRIMARY KEY (survey_id, version)
) WITHOUT ROWID;

-- A rowid table: rows arrive in about the order of their UUIDv7, so both b-trees grow at their end.
CREATE TABLE response (
    site_id TEXT NOT NULL,
    id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    survey_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    instrument TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    score INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    state TEXT NOT NULL,
    identity TEXT NOT NULL,
    visitor TEXT,
    customer TEXT,
    answers TEXT NOT NULL,
    attributes TEXT NOT NULL,
    context TEXT NOT NULL,
    comment TEXT,
    shown_at INTEGER NOT NULL,
    answered_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    day INTEGER NOT NULL,
    source TEXT NOT NULL
);
CREATE UNIQUE INDEX response_id ON response (site_id, id);
CREATE INDEX response_received ON response (site_id, received_at, id);

-- Keyed hashes of ids that were erased: a late retry cannot bring them back.
CREATE TABLE tombstone (
    site_id TEXT NOT NULL,
    id_hash BLOB NOT NULL,
    erased_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, id_hash)
) WITHOUT ROWID;

-- grain: 0 = day, 1 = ISO week; period: days since 1970-01-01 of the (first) day, in the site's time zone.
CREATE TABLE cell (
    site_id TEXT NOT NULL,
    grain INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    instrument TEXT NOT NULL,
    survey_id TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    period INTEGER NOT NULL,
    c0 INTEGER NOT NULL, c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL,
    c4 INTEGER NOT NULL, c5 INTEGER NOT NULL, c6 INTEGER NOT NULL, c7 INTEGER NOT NULL,
    c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    PRIMARY KEY (site_id, grain, dimension, value, instrument, survey_id, touchpoint, period)
) WITHOUT ROWID;

-- Denominators by day. answered and completed follow the responses; the others are counted and not kept one by one.
CREATE TABLE funnel (
    site_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    instrument TEXT NOT NULL,
    survey_id TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    period INTEGER NOT NULL,
    eligible INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    started INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    dismissed INTEGER NOT NULL,
    PRIMARY KEY (site_id, dimension, value, instrument, survey_id, touchpoint, period)
) WITHOUT ROWID;
