CREATE TABLE learnt (
    what       TEXT    PRIMARY KEY,
    per_minute INTEGER NOT NULL, -- calls at the pace of then
    documented INTEGER NOT NULL,
    whole      INTEGER NOT NULL, -- as fast as it may again
    refusals   INTEGER NOT NULL, -- of the run that noted it last
    slow       INTEGER NOT NULL,
    at         INTEGER NOT NULL  -- microseconds since the epoch
) STRICT, WITHOUT ROWID; -- what was learnt of limits, to be shown; a run begins without it
