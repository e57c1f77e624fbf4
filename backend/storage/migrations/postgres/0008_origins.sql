-- On which origins the tag was seen, at most so many a site; the origin '' is all the others together.
CREATE TABLE sighting (
    site_id text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    -- 0: on the site's list; 1: allowed otherwise; 2: not allowed. As it was when it was last seen: the last goes first.
    standing smallint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (site_id, origin)
);
SELECT wall('sighting');
