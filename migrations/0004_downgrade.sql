-- A refused post goes out poorer: how poor, and what it was.
ALTER TABLE step ADD COLUMN rung INTEGER NOT NULL DEFAULT 0; -- 0 whole, 1 without markup, 2 nor attachment, 3 a notice
ALTER TABLE step ADD COLUMN original TEXT; -- the request as it was frozen, while another is owed in its place

CREATE INDEX step_notice ON step (id) WHERE rung = 3;
CREATE INDEX step_skipped ON step (id) WHERE state = 3;
