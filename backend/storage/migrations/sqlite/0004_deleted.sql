-- Sites that were deleted and whose answers are still being cleared away, in steps.
CREATE TABLE deleted_site (
    site_id TEXT PRIMARY KEY
) WITHOUT ROWID;
