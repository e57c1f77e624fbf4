-- Generations of counts: what counts tell apart changes behind the reports' back, never under them.

-- What the cells of one generation tell apart (config), and how far its building is. A response of the site is counted
-- in a generation that is building when (shown_at, place) <= (progress_at, progress), or when place > last.
CREATE TABLE generation (
    site_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    config TEXT NOT NULL,
    state TEXT NOT NULL,
    progress_at INTEGER NOT NULL,
    progress INTEGER NOT NULL,
    last INTEGER NOT NULL,
    done INTEGER NOT NULL,
    PRIMARY KEY (site_id, number)
) WITHOUT ROWID;

-- Values of declared attributes that no owner listed, in the order in which trusted answers brought them.
CREATE TABLE learned (
    site_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (site_id, dimension, ordinal)
) WITHOUT ROWID;

-- Cells are derived: they are dropped here, and every site is counted anew after the start.
-- grain: 0 = day, 1 = ISO week; period: days since 1970-01-01 of the (first) day, in the generation's time zone.
-- The period stands before survey and touchpoint: what one report reads, and what one day's answers touch, is together.
DROP TABLE cell;
CREATE TABLE cell (
    site_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    grain INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    period INTEGER NOT NULL,
    instrument TEXT NOT NULL,
    survey_id TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    c0 INTEGER NOT NULL, c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL,
    c4 INTEGER NOT NULL, c5 INTEGER NOT NULL, c6 INTEGER NOT NULL, c7 INTEGER NOT NULL,
    c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    PRIMARY KEY (site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint)
) WITHOUT ROWID;

-- The denominators that nothing else tells. They are added to a day when they come and stay there.
CREATE TABLE funnel_next (
    site_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    period INTEGER NOT NULL,
    instrument TEXT NOT NULL,
    survey_id TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    eligible INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    started INTEGER NOT NULL,
    dismissed INTEGER NOT NULL,
    PRIMARY KEY (site_id, dimension, value, period, instrument, survey_id, touchpoint)
) WITHOUT ROWID;
INSERT INTO funnel_next
    SELECT site_id, dimension, value, period, instrument, survey_id, touchpoint, eligible, shown, started, dismissed
    FROM funnel WHERE eligible <> 0 OR shown <> 0 OR started <> 0 OR dismissed <> 0;
DROP TABLE funnel;
ALTER TABLE funnel_next RENAME TO funnel;

-- A response's day follows from shown_at and the generation's time zone. Its place is named, so that VACUUM keeps it.
CREATE TABLE response_next (
    place INTEGER PRIMARY KEY,
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
    source TEXT NOT NULL
);
INSERT INTO response_next
    SELECT rowid, site_id, id, seq, survey_id, version, instrument, touchpoint, score, completed, state, identity,
           visitor, customer, answers, attributes, context, comment, shown_at, answered_at, received_at, source
    FROM response ORDER BY rowid;
DROP TABLE response;
ALTER TABLE response_next RENAME TO response;
CREATE UNIQUE INDEX response_id ON response (site_id, id);
CREATE INDEX response_received ON response (site_id, received_at, id);
-- Every index ends with the place: this one is the order of scans and of building.
CREATE INDEX response_shown ON response (site_id, shown_at);
CREATE INDEX response_customer ON response (site_id, customer) WHERE customer IS NOT NULL;
