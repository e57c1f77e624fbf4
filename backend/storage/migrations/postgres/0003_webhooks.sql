-- Webhooks, and the outbox of what they are to be told: written in the same transaction as the answer.

CREATE TABLE webhook (
    site_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    url text NOT NULL,
    notices text NOT NULL,
    score_max smallint,
    secret text NOT NULL,
    previous_secret text,
    previous_until bigint,
    disabled text COLLATE "C",
    failing_since bigint,
    paused_until bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (site_id, id)
);

-- No customer and no text: the message is made of the response at each attempt, so that what is erased is gone here too.
-- A claim moves next_at to the end of its lease (claimed_until) and gets the next number: a server that died leaves
-- nothing but a delivery that is due again.
CREATE TABLE delivery (
    site_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    webhook_id text COLLATE "C" NOT NULL,
    notice text COLLATE "C" NOT NULL,
    response_id bytea,
    seq bigint,
    created_at bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    attempts integer NOT NULL,
    next_at bigint,
    claim bigint NOT NULL,
    claimed_until bigint,
    status integer,
    error text,
    attempted_at bigint,
    delivered_at bigint,
    PRIMARY KEY (site_id, id)
) WITH (fillfactor = 67);
CREATE INDEX delivery_listed ON delivery (site_id, webhook_id, created_at, id);
CREATE INDEX delivery_due ON delivery (site_id, webhook_id, next_at) WHERE state = 'pending';
CREATE INDEX delivery_claimed ON delivery (site_id, webhook_id, claimed_until) WHERE claimed_until IS NOT NULL;
CREATE INDEX delivery_of_response ON delivery (site_id, response_id) WHERE response_id IS NOT NULL;

SELECT wall(place) FROM unnest(ARRAY['webhook', 'delivery']) AS place;
