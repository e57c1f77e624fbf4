-- The audit log is a chain for each site, and one for what belongs to none: `link` ties an entry to the one before it. The
-- server makes it; entries that are here already get theirs at its first start, and vouch for no more than what stood here
-- then. NULL: noted by a server that knows of no chain.

ALTER TABLE audit ADD COLUMN link text COLLATE "C";
CREATE INDEX audit_unlinked ON audit (id) WHERE link IS NULL;

-- No statement of the server's changes an entry or takes one away; none by mistake can.
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only added to';
END $$;
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
    FOR EACH ROW WHEN (OLD.link IS NOT NULL) EXECUTE FUNCTION audit_stays();
CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays();
