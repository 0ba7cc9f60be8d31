ALTER TABLE room_choice ADD COLUMN google_group TEXT; -- of a public channel: the group that stands for its members, an address or groups/…; null: none
ALTER TABLE lane ADD COLUMN google_group TEXT; -- the group that is added in place of single people: groups/…
ALTER TABLE person ADD COLUMN reads INTEGER NOT NULL DEFAULT 0; -- 1: a full member of the workspace at export time, who could read every public channel

CREATE TABLE google_group (
  -- A group of the organisation as the Directory had it when it was looked up, kept so that planning works offline.
  asked TEXT PRIMARY KEY,          -- as the admin named it: an address, lower case, or groups/…
  name TEXT NOT NULL,              -- groups/<id>
  email TEXT NOT NULL,             -- its address
  seen INTEGER NOT NULL            -- when it was looked up, µs
) STRICT, WITHOUT ROWID;

CREATE TABLE google_group_member (
  -- Who was in it then, through other groups too.
  name TEXT NOT NULL,              -- the group: groups/<id>
  user TEXT NOT NULL,              -- users/<id>
  email TEXT NOT NULL,             -- primary address, lower case
  PRIMARY KEY (name, user)
) STRICT, WITHOUT ROWID;

-- The last wall: whatever the program believes, only a public conversation's space can be owed a group.
CREATE TRIGGER group_only_public BEFORE INSERT ON step WHEN NEW.kind = 10
BEGIN
  SELECT RAISE(ABORT, 'only a public conversation can be opened to a group')
  WHERE (SELECT c.kind FROM lane l JOIN conversation c ON c.id = l.conversation WHERE l.id = NEW.id >> 32) IS NOT 'public';
END;
CREATE TRIGGER group_stays_what_it_is BEFORE UPDATE OF kind ON step WHEN NEW.kind = 10
BEGIN
  SELECT RAISE(ABORT, 'no other call can become one that lets a group into a space');
END;
