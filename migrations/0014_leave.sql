ALTER TABLE lane ADD COLUMN heir INTEGER REFERENCES account (id); -- who stays in charge once the admin, who completes it for want of a member, has left; NULL: the admin stays
