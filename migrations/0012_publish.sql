ALTER TABLE lane ADD COLUMN audience TEXT; -- who may find the space once it is open: audiences/…
ALTER TABLE lane ADD COLUMN external INTEGER NOT NULL DEFAULT 0; -- 1: people from outside may be members
ALTER TABLE room_choice ADD COLUMN audience TEXT; -- of a public channel: who may find its space, audiences/… or none; null: as the settings say

-- The last wall: whatever the program believes, only a public conversation's space can be owed an audience.
CREATE TRIGGER publish_only_public BEFORE INSERT ON step WHEN NEW.kind = 8 OR NEW.phase = 6
BEGIN
  SELECT RAISE(ABORT, 'only a public conversation can become discoverable')
  WHERE (SELECT c.kind FROM lane l JOIN conversation c ON c.id = l.conversation WHERE l.id = NEW.id >> 32) IS NOT 'public';
END;
CREATE TRIGGER publish_stays_what_it_is BEFORE UPDATE OF kind, phase ON step WHEN NEW.kind = 8 OR NEW.phase = 6
BEGIN
  SELECT RAISE(ABORT, 'no other call can become one that makes a space discoverable');
END;
