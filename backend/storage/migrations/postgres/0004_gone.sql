-- Sites that were deleted and whose answers are still being cleared away, in steps.
CREATE TABLE gone (
    site_id text COLLATE "C" PRIMARY KEY
);
SELECT wall('gone');
