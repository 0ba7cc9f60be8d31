-- Why nothing more can be paid in a lane, though it owes: space_gone. Null: it goes on.
ALTER TABLE lane ADD COLUMN blocked TEXT;
