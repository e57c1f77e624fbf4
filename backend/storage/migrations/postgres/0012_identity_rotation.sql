-- The identity secret that a site had before holds until it has had time to take the new one to its pages.

ALTER TABLE site ADD COLUMN previous_secret text COLLATE "C";
ALTER TABLE site ADD COLUMN previous_until bigint;
