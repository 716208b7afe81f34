package store

// schema5 keeps what a person decided about a contact beyond its level: a name of
// this device's own, what it was before it was blocked, and by which device it was
// replaced. Of devices that were blocked before, that is not known: they count as
// strangers.
const schema5 = `
ALTER TABLE contact ADD COLUMN nick         BLOB NOT NULL DEFAULT x'';
ALTER TABLE contact ADD COLUMN level_before INTEGER NOT NULL DEFAULT 0; -- of a blocked device: its level before
ALTER TABLE contact ADD COLUMN retired_by   BLOB;                       -- the device that took its place
ALTER TABLE contact ADD COLUMN retired_at   INTEGER NOT NULL DEFAULT 0;
`
