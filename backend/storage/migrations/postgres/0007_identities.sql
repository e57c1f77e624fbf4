-- Who a member is to a provider that signs people in, and whose address nobody has vouched for.
--
-- Both stand before the wall, as members do. For a distributing extension they are reference tables.

CREATE TABLE identity (
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    linked_at bigint NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX identity_member ON identity (member_id, issuer);

-- Members who chose their address themselves, by a link that was for anybody.
CREATE TABLE unvouched (
    member_id text COLLATE "C" PRIMARY KEY
);
