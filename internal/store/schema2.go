package store

// schema2 brings changes of messages (edits, deletions, reactions), which are
// rows of message too, and read receipts. What was read before is not told.
const schema2 = `
ALTER TABLE message ADD COLUMN target       BLOB;    -- of a change: the message it is about
ALTER TABLE message ADD COLUMN target_mine  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN edited_at    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN deleted      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN react_mine   BLOB NOT NULL DEFAULT x'';
ALTER TABLE message ADD COLUMN react_theirs BLOB NOT NULL DEFAULT x'';
ALTER TABLE message ADD COLUMN changing     INTEGER NOT NULL DEFAULT 0; -- changes of it in the outbox
ALTER TABLE message ADD COLUMN told         INTEGER NOT NULL DEFAULT 1; -- that it was read: 0 to be told, 1 no, 2 done
ALTER TABLE contact ADD COLUMN receipts     INTEGER NOT NULL DEFAULT 1;
ALTER TABLE numbering ADD COLUMN sent       INTEGER NOT NULL DEFAULT 0; -- the highest number that may have left this device
UPDATE numbering SET sent = top;

DROP INDEX message_shown;
CREATE INDEX message_shown  ON message (peer, sort_key, sender, seq) WHERE kind < 2;
CREATE INDEX message_target ON message (peer, target) WHERE kind >= 2;
CREATE INDEX message_untold ON message (peer) WHERE told = 0;
`
