-- Members, their roles, invitations and sessions; the audit log; shared links; what a key is for.
--
-- Members and sessions are no site's things and stand before the wall, as sites and keys do: they are found by an address
-- or by a secret. What a member may do in a site, who is invited to it, what was done in it and what is shared of it
-- stands behind the wall. An invitation or entry of no site is met only by who names all sites (`*`). For a distributing
-- extension all but membership and share are reference tables.

ALTER TABLE api_key ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN last_used_at bigint;

CREATE TABLE member (
    id text COLLATE "C" PRIMARY KEY,
    email text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL,
    password text,
    operator smallint NOT NULL,
    locale text,
    created_at bigint NOT NULL
);

CREATE TABLE membership (
    site_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, member_id)
);
CREATE INDEX membership_member ON membership (member_id);

-- A link that works once: into a site with a role, to be an operator, or to set a member's password anew. Of site, member
-- and neither exactly one holds.
CREATE TABLE invitation (
    id text COLLATE "C" PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    site_id text COLLATE "C",
    role text COLLATE "C",
    member_id text COLLATE "C",
    email text COLLATE "C",
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX invitation_site ON invitation (site_id);

CREATE TABLE session (
    id text COLLATE "C" PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    member_id text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    client text NOT NULL
);
CREATE INDEX session_member ON session (member_id);
CREATE INDEX session_expires ON session (expires_at);

-- Added to and never changed; a deleted site's entries stay. Numbers are given one after the other, under a lock.
CREATE TABLE audit (
    id bigint PRIMARY KEY,
    at bigint NOT NULL,
    site_id text COLLATE "C",
    actor_kind text COLLATE "C" NOT NULL,
    actor_id text COLLATE "C" NOT NULL,
    actor_name text NOT NULL,
    action text COLLATE "C" NOT NULL,
    object text COLLATE "C" NOT NULL,
    detail text NOT NULL
);
CREATE INDEX audit_site ON audit (site_id, id);

CREATE TABLE share (
    site_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    hash bytea NOT NULL UNIQUE,
    name text NOT NULL,
    filter text NOT NULL,
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    expires_at bigint,
    last_used_at bigint,
    PRIMARY KEY (site_id, id)
);

SELECT wall(place) FROM unnest(ARRAY['membership', 'invitation', 'audit', 'share']) AS place;
