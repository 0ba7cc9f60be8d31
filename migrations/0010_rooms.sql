CREATE TABLE room_choice (
  -- What the admin chose for single conversations, in the channels workbook.
  slack TEXT PRIMARY KEY,          -- C…, G…, D…, or folder:<name>
  include INTEGER,                 -- 0: left out; 1: migrated; null: as the settings say
  name TEXT                        -- the name of its space; null: as the settings say
) STRICT, WITHOUT ROWID;
