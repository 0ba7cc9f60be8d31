CREATE TABLE rebuild (
  -- Lanes whose space the admin agreed to delete, so that all of it is sent anew under the authors' own names.
  conversation INTEGER NOT NULL REFERENCES conversation,
  generation INTEGER NOT NULL,     -- the one that is deleted; a later one is nobody's to delete
  PRIMARY KEY (conversation, generation)
) STRICT, WITHOUT ROWID;
