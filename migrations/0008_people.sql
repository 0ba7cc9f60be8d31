ALTER TABLE directory ADD COLUMN archived INTEGER NOT NULL DEFAULT 0; -- 1: without any service; can't be impersonated
ALTER TABLE directory ADD COLUMN guest INTEGER NOT NULL DEFAULT 0; -- 1: somebody of another organisation with a guest account
ALTER TABLE directory ADD COLUMN contacts TEXT NOT NULL DEFAULT ''; -- addresses on the card that are not the account's own, separated by spaces
CREATE TABLE choice (
  -- What the admin chose for a Slack identity in the workbook; kept until it is changed there.
  slack TEXT PRIMARY KEY,          -- U…, W… or B…
  account TEXT,                    -- the address of the account; empty: none; null: as it is matched
  policy TEXT                      -- for authors without an account: admin, app, skip or an address; null: as for their class
) STRICT, WITHOUT ROWID;
CREATE TABLE unmatched (
  -- How many messages of authors without an account a conversation has, and who speaks for them.
  conversation INTEGER NOT NULL REFERENCES conversation,
  class TEXT NOT NULL,             -- active, deactivated, guest, external, bot, unknown
  speaker TEXT NOT NULL,           -- admin, app, skip (nobody: left out), or an account's address
  messages INTEGER NOT NULL,
  PRIMARY KEY (conversation, class, speaker)
) STRICT, WITHOUT ROWID;
