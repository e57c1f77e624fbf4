-- The identity secret that a site had before holds until it has had time to take the new one to its pages.

ALTER TABLE site ADD COLUMN previous_secret TEXT;
ALTER TABLE site ADD COLUMN previous_until INTEGER;
