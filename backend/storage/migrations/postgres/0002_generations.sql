-- Generations of counts: what counts tell apart changes behind the reports' back, never under them.

-- What the cells of one generation tell apart (config), and how far its building is. A response of the site is counted
-- in a generation that is building when (shown_at, place) <= (progress_at, progress), or when place > last.
CREATE TABLE generation (
    site_id text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    config text NOT NULL,
    state text COLLATE "C" NOT NULL,
    progress_at bigint NOT NULL,
    progress bigint NOT NULL,
    last bigint NOT NULL,
    done bigint NOT NULL,
    PRIMARY KEY (site_id, number)
);

-- Values of declared attributes that no owner listed, in the order in which trusted answers brought them.
CREATE TABLE learned (
    site_id text COLLATE "C" NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    ordinal bigint NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, dimension, ordinal)
);

-- grain: 0 = day, 1 = ISO week; period: days since 1970-01-01 of the (first) day, in the generation's time zone.
-- The period stands before survey and touchpoint: what one report reads, and what one day's answers touch, is together.
-- A third of each page stays free, so that adding to a cell rewrites it in its place and touches no index.
CREATE TABLE cell (
    site_id text COLLATE "C" NOT NULL,
    generation integer NOT NULL,
    grain smallint NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    period integer NOT NULL,
    instrument text COLLATE "C" NOT NULL,
    survey_id text COLLATE "C" NOT NULL,
    touchpoint text COLLATE "C" NOT NULL,
    c0 bigint NOT NULL, c1 bigint NOT NULL, c2 bigint NOT NULL, c3 bigint NOT NULL,
    c4 bigint NOT NULL, c5 bigint NOT NULL, c6 bigint NOT NULL, c7 bigint NOT NULL,
    c8 bigint NOT NULL, c9 bigint NOT NULL, c10 bigint NOT NULL,
    completed bigint NOT NULL,
    PRIMARY KEY (site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint)
) WITH (fillfactor = 67);

-- The denominators that nothing else tells. They are added to a day when they come and stay there.
CREATE TABLE funnel (
    site_id text COLLATE "C" NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    period integer NOT NULL,
    instrument text COLLATE "C" NOT NULL,
    survey_id text COLLATE "C" NOT NULL,
    touchpoint text COLLATE "C" NOT NULL,
    eligible bigint NOT NULL,
    shown bigint NOT NULL,
    started bigint NOT NULL,
    dismissed bigint NOT NULL,
    PRIMARY KEY (site_id, dimension, value, period, instrument, survey_id, touchpoint)
) WITH (fillfactor = 67);

SELECT wall(place) FROM unnest(ARRAY['generation', 'learned', 'cell', 'funnel']) AS place;
