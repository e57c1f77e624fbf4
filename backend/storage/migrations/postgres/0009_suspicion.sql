-- What keeps forged answers out of the score: signs on answers, display tokens that were used, and attacks.

-- Bits, as bearing_shared::suspicion has them.
ALTER TABLE response ADD COLUMN suspicion integer NOT NULL DEFAULT 0;
CREATE INDEX response_suspicious ON response (site_id, received_at) WHERE suspicion <> 0;

-- Which response a display token came with first, as a hash of its id. Tokens begin with the time at which they were issued: new ones are added
-- at the end, old ones are taken from the beginning.
CREATE TABLE display (
    token bytea NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    holder bytea NOT NULL,
    PRIMARY KEY (token, site_id)
);
SELECT wall('display');

-- The last attack on each site, ms since 1970 UTC.
CREATE TABLE attack (
    site_id text COLLATE "C" NOT NULL PRIMARY KEY,
    began_at bigint NOT NULL,
    until_at bigint NOT NULL
);
SELECT wall('attack');
