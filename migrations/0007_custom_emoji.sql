CREATE TABLE emoji (
  -- A custom emoji that messages or reactions use. All of them are settled before anything that shows one is frozen.
  slack TEXT PRIMARY KEY,          -- Slack's name of the emoji that has the picture
  name TEXT NOT NULL,              -- the name it gets in Chat, without colons
  state INTEGER NOT NULL DEFAULT 0, -- 0 owed, 1 in Chat, 2 given up: its name stands in the text
  resource TEXT,                   -- in Chat: customEmojis/…, as texts show it
  uid TEXT,                        -- in Chat: what reactions name
  reason TEXT,                     -- given up: why, a code
  note TEXT                        -- given up: in Google's own words, redacted
) STRICT, WITHOUT ROWID;
