CREATE TABLE migration (
  -- Whose ledger this is: one row. Every command compares it with its settings first.
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,              -- the migration's name; part of every request id
  team TEXT,                       -- Slack's team id, where the export tells
  customer TEXT,                   -- the target customer; unknown until the first contact
  realm TEXT,                      -- 'google', or 'emulator <instance>' for a rehearsal; unknown until then
  admin TEXT,                      -- the account that creates spaces; unknown until then
  newest INTEGER NOT NULL DEFAULT 0 -- newest ts of all sources, µs: when people who are still in 'left' for history
) STRICT;

CREATE TABLE source (
  -- An archive that items came from. Where it lies may change; what it holds may not.
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,              -- where it was last seen
  name TEXT NOT NULL,              -- its file name
  hash TEXT NOT NULL UNIQUE        -- SHA-256 over names, sizes and checksums of its entries
) STRICT;

CREATE TABLE account (
  -- A Google account that calls are made as, or that is a member.
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,      -- what a token is asked for
  user TEXT NOT NULL               -- the resource name that requests and answers use: users/…
) STRICT;

CREATE TABLE directory (
  -- The organisation's accounts as Google listed them, kept so that planning works offline.
  email TEXT PRIMARY KEY,          -- primary address, lower case
  user TEXT NOT NULL,              -- users/<id>
  name TEXT NOT NULL,              -- full name
  suspended INTEGER NOT NULL,      -- 1: can't be impersonated
  aliases TEXT NOT NULL            -- other addresses, lower case, separated by spaces
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  -- A Slack identity and the account that it was matched with.
  slack TEXT PRIMARY KEY,          -- U…, W… or B…
  name TEXT NOT NULL,              -- the name shown in Slack
  kind TEXT NOT NULL,              -- human, guest, bot, slackbot
  account INTEGER REFERENCES account, -- null: posts as the admin with the name in front
  how TEXT NOT NULL                -- file, email, alias, assumed, none
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation (
  -- A Slack conversation.
  id INTEGER PRIMARY KEY,
  slack TEXT NOT NULL UNIQUE,      -- C…, G…, D…, or folder:<name>
  name TEXT NOT NULL,              -- Slack's name
  kind TEXT NOT NULL               -- public, private, group, direct, unlisted
) STRICT;

CREATE TABLE lane (
  -- A space in the making: (conversation, part, generation).
  id INTEGER PRIMARY KEY,
  conversation INTEGER REFERENCES conversation, -- null: steps of the whole organisation
  part INTEGER NOT NULL DEFAULT 0, -- counts the spaces of a split conversation
  generation INTEGER NOT NULL DEFAULT 0, -- counts how often it was started over
  target TEXT NOT NULL DEFAULT 'import_space', -- import_space; later direct, group
  state TEXT NOT NULL DEFAULT 'planned', -- planned, staged, open, drained, completed, present
  fingerprint TEXT NOT NULL,       -- of settings, people and converter; a planned lane with another one is planned anew
  disordered INTEGER NOT NULL DEFAULT 0, -- 1: the archive does not hold it in the order of time
  threaded INTEGER NOT NULL DEFAULT 0, -- 1: the space has threads
  name TEXT NOT NULL,              -- what people will see
  created INTEGER NOT NULL,        -- the space's createTime, µs
  completer INTEGER REFERENCES account, -- who ends import mode and becomes the owner
  admin_owned INTEGER NOT NULL DEFAULT 0, -- 1: that is the admin, for want of a mapped member
  posts INTEGER NOT NULL DEFAULT 0,  -- calls planned, by what an admin counts
  reactions INTEGER NOT NULL DEFAULT 0,
  others INTEGER NOT NULL DEFAULT 0,
  past INTEGER NOT NULL DEFAULT 0,   -- of the others: past memberships
  present INTEGER NOT NULL DEFAULT 0, -- of the others: present memberships
  paid_posts INTEGER NOT NULL DEFAULT 0, -- calls settled
  paid_reactions INTEGER NOT NULL DEFAULT 0,
  paid_others INTEGER NOT NULL DEFAULT 0,
  space TEXT,                      -- spaces/…, once Google named it
  expires INTEGER,                 -- when Google deletes it unless completed, µs
  verdict TEXT,                    -- what the last read-back found, as JSON
  verified INTEGER NOT NULL DEFAULT 0, -- 1: read back clean, and nothing settled since
  UNIQUE (conversation, part, generation)
) STRICT;

CREATE TABLE item (
  -- One row per source message, file, reaction, membership and unreadable record; kept for ever.
  -- The sums over it are the honest account.
  id INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversation,
  ts INTEGER NOT NULL,             -- Slack's ts in µs; 0 where there is none
  kind INTEGER NOT NULL,           -- 0 message, 1 file, 2 reaction, 3 membership, 4 record
  sub TEXT NOT NULL DEFAULT '',    -- file id; emoji and user; user; day file and index
  source INTEGER NOT NULL REFERENCES source,
  hash BLOB,                       -- of the source record: tells whether the archive changed
  state INTEGER NOT NULL,          -- 0 owed, 1 sent, 2 transformed, 3 skipped, 4 wedged, 5 lost at source
  reason TEXT,                     -- why it is skipped, wedged or lost
  losses TEXT,                     -- what does not survive, as code:count,…
  created INTEGER,                 -- a message's createTime, a membership's begin, µs; never moves once sent
  root INTEGER,                    -- ts of the thread's root, of messages in a thread, µs
  ended INTEGER,                   -- a membership's end, µs; null: still in
  actor INTEGER REFERENCES account, -- who it is sent as
  calls INTEGER NOT NULL DEFAULT 0, -- calls that pay for it
  paid INTEGER NOT NULL DEFAULT 0, -- of those, settled
  message TEXT,                    -- spaces/…/messages/…
  thread TEXT                      -- spaces/…/threads/…
) STRICT;

CREATE UNIQUE INDEX item_key ON item (conversation, ts, kind, sub);

CREATE TABLE step (
  -- One call we owe. Pending until it has a receipt or is wedged; 'sending' is never stored.
  id INTEGER PRIMARY KEY,          -- lane << 32 | place in the lane
  phase INTEGER NOT NULL,          -- 0 space, 1 history, 2 content, 3 amend, 4 complete, 5 present, 6 publish
  kind INTEGER NOT NULL,           -- 0 space, 1 past member, 2 post, 3 react, 4 complete, 5 member
  after INTEGER,                   -- the step that must be done first; may be in another lane
  thread INTEGER,                  -- the step that opens the thread of a reply
  item INTEGER,                    -- what it pays for
  part INTEGER NOT NULL DEFAULT 0, -- which part of a split message
  carries INTEGER NOT NULL DEFAULT 0, -- 1: files travel as text inside the message
  actor INTEGER NOT NULL,          -- the account that makes the call
  created INTEGER,                 -- a post's createTime, µs
  hash BLOB,                       -- SHA-256 of a post's text, cut to 16; stays when the body goes
  revision INTEGER NOT NULL DEFAULT 0, -- how often its payload had to change
  state INTEGER NOT NULL DEFAULT 0, -- 0 pending, 1 done, 2 wedged
  reason TEXT,                     -- why it is wedged: a stable code
  detail TEXT,                     -- what Google said, redacted
  receipt TEXT,                    -- the name that Google gave, where something needs it
  request TEXT                     -- the frozen request; dropped at the receipt
) STRICT;

CREATE INDEX step_wedged ON step (id) WHERE state = 2;
