package store

// schema6 keeps which messages of others were removed here. Their numbers are in
// seen; but a writer that puts back an older copy, in which they still wait, sends
// them under new ones.
const schema6 = `
CREATE TABLE removed (
	num    INTEGER PRIMARY KEY AUTOINCREMENT,
	sender BLOB NOT NULL CHECK (length(sender) = 32),
	id     BLOB NOT NULL CHECK (length(id) = 16),
	UNIQUE (sender, id)
) STRICT;
`
