-- Webhooks, and the outbox of what they are to be told: written in the same transaction as the answer.

CREATE TABLE webhook (
    site_id TEXT NOT NULL,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    notices TEXT NOT NULL,
    score_max INTEGER,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until INTEGER,
    disabled TEXT,
    failing_since INTEGER,
    paused_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, id)
) WITHOUT ROWID;

-- No customer and no text: the message is made of the response at each attempt, so that what is erased is gone here too.
-- A claim moves next_at to the end of its lease (claimed_until) and gets the next number: a server that died leaves
-- nothing but a delivery that is due again.
CREATE TABLE delivery (
    site_id TEXT NOT NULL,
    id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    notice TEXT NOT NULL,
    response_id BLOB,
    seq INTEGER,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER,
    claim INTEGER NOT NULL,
    claimed_until INTEGER,
    status INTEGER,
    error TEXT,
    attempted_at INTEGER,
    delivered_at INTEGER,
    PRIMARY KEY (site_id, id)
) WITHOUT ROWID;
CREATE INDEX delivery_listed ON delivery (site_id, webhook_id, created_at, id);
CREATE INDEX delivery_due ON delivery (site_id, webhook_id, next_at) WHERE state = 'pending';
CREATE INDEX delivery_claimed ON delivery (site_id, webhook_id, claimed_until) WHERE claimed_until IS NOT NULL;
CREATE INDEX delivery_of_response ON delivery (site_id, response_id) WHERE response_id IS NOT NULL;
