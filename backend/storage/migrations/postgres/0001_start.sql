-- The first schema: sites with keys and surveys, and responses, in a schema of Bearing's own.
--
-- Every table of a site's things has site_id in its primary key and every query names it: a distributing extension such
-- as Citus can spread them by it (site, api_key and meta as reference tables). Texts compare by their bytes ("C"), so
-- that an order never depends on the machine's language.

CREATE TABLE meta (
    name text PRIMARY KEY,
    number bigint,
    bytes bytea
);
INSERT INTO meta (name, number) VALUES ('revision', 1);
-- The key under which erased ids are remembered: 244 random bits of the server's own.
INSERT INTO meta (name, bytes)
    VALUES ('tombstone_key', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE site (
    id text COLLATE "C" PRIMARY KEY,
    site_key text COLLATE "C" NOT NULL UNIQUE,
    identity_secret text NOT NULL,
    settings text NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE api_key (
    id text COLLATE "C" PRIMARY KEY,
    site_id text COLLATE "C" NOT NULL,
    hash bytea NOT NULL UNIQUE,
    scope text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX api_key_site ON api_key (site_id);

CREATE TABLE survey (
    site_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    ordinal bigint NOT NULL,
    state text NOT NULL,
    content text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (site_id, id),
    UNIQUE (site_id, ordinal)
);
CREATE INDEX survey_id ON survey (id);

CREATE TABLE survey_version (
    site_id text COLLATE "C" NOT NULL,
    survey_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    content text NOT NULL,
    published_at bigint NOT NULL,
    closed_at bigint,
    PRIMARY KEY (site_id, survey_id, version)
);

-- A response's place: the order in which generations of counts tell what was there before they began.
CREATE SEQUENCE response_place;

-- answers is JSON and kept as text: a comment may hold what jsonb refuses. What filters look for stands beside it, made
-- by the rules of Bearing when it is written, so that none depends on the server's locale: choices by question, the
-- comment without its case (comment_folded), and the device and language that counts tell apart.
CREATE TABLE response (
    site_id text COLLATE "C" NOT NULL,
    id bytea NOT NULL,
    place bigint NOT NULL DEFAULT nextval('response_place'),
    seq bigint NOT NULL,
    survey_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    instrument text COLLATE "C" NOT NULL,
    touchpoint text COLLATE "C" NOT NULL,
    score smallint NOT NULL,
    completed boolean NOT NULL,
    state text COLLATE "C" NOT NULL,
    identity text COLLATE "C" NOT NULL,
    visitor text COLLATE "C",
    customer text COLLATE "C",
    answers text NOT NULL,
    choices jsonb,
    attributes jsonb NOT NULL,
    context text NOT NULL,
    comment text,
    comment_folded text COLLATE "C",
    device text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    shown_at bigint NOT NULL,
    answered_at bigint NOT NULL,
    received_at bigint NOT NULL,
    source text COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, id)
) PARTITION BY HASH (site_id);
CREATE INDEX response_received ON response (site_id, received_at, id);
-- The order of scans and of building.
CREATE INDEX response_shown ON response (site_id, shown_at, place);
CREATE INDEX response_customer ON response (site_id, customer) WHERE customer IS NOT NULL;

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE response_%s PARTITION OF response FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
    END LOOP;
END $$;

-- Keyed hashes of ids that were erased: a late retry cannot bring them back.
CREATE TABLE tombstone (
    site_id text COLLATE "C" NOT NULL,
    id_hash bytea NOT NULL,
    erased_at bigint NOT NULL,
    PRIMARY KEY (site_id, id_hash)
);

-- The second wall between sites: whatever a query forgets to say, a transaction meets the rows of the sites that it has
-- named beforehand, parted by the unit separator, and `*` names them all. The owner obeys too (FORCE); a superuser does
-- not. The subqueries make PostgreSQL look once a query, not once a row. Sites and keys are found by secrets that only
-- their owners have, and stand before the wall.
CREATE FUNCTION wall(place text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', place);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', place);
    EXECUTE format(
        'CREATE POLICY of_site ON %I USING (
           site_id = ANY ((SELECT string_to_array(current_setting(''bearing.sites'', true), chr(31)))::text[])
           OR (SELECT current_setting(''bearing.sites'', true)) = ''*'')', place);
END $$;
SELECT wall(place) FROM unnest(ARRAY['survey', 'survey_version', 'response', 'tombstone']) AS place;
DO $$
BEGIN
    -- No policy lets anybody into a partition but through its table.
    FOR part IN 0..15 LOOP
        EXECUTE format('ALTER TABLE response_%s ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE response_%s FORCE ROW LEVEL SECURITY', part);
    END LOOP;
END $$;
