-- What a site's team notes on responses: read, tags, and when a member judged the state.

-- tags is a JSON list, none without tags.
ALTER TABLE response ADD COLUMN read_at bigint, ADD COLUMN judged_at bigint, ADD COLUMN tags text;

-- The tags once more, in the order of lists: received_at never changes.
CREATE TABLE response_tag (
    site_id text COLLATE "C" NOT NULL,
    tag text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    response_id bytea NOT NULL,
    PRIMARY KEY (site_id, tag, at, response_id)
);
CREATE INDEX response_tagged ON response_tag (site_id, response_id);
SELECT wall('response_tag');

-- Each list of the inbox has an index in its order. Most answers are counted, and meet only the second.
DROP INDEX response_customer;
CREATE INDEX response_customer ON response (site_id, customer, received_at, id) WHERE customer IS NOT NULL;
CREATE INDEX response_unread ON response (site_id, received_at, id) WHERE read_at IS NULL;
CREATE INDEX response_apart ON response (site_id, state, received_at, id) WHERE state <> 'counted';
CREATE INDEX response_commented ON response (site_id, received_at, id) WHERE comment IS NOT NULL;
