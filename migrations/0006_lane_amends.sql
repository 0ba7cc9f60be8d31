ALTER TABLE lane ADD COLUMN amends INTEGER NOT NULL DEFAULT 0; -- of the others: texts that are corrected before completion
