ALTER TABLE lane ADD COLUMN accepted TEXT; -- hash of who will see the space, as the admin said yes to it; another one is not completed
ALTER TABLE account ADD COLUMN outside INTEGER NOT NULL DEFAULT 0; -- 1: of somebody outside the organisation, who is invited and never acts
