package store

// schema4 keeps in which order the epochs of a peer began to come: of many, the
// newest are what a Resume has room for. Of those that are there already, that of
// the newest message counts as the newest.
const schema4 = `
CREATE TABLE seen_epoch (
	num   INTEGER PRIMARY KEY AUTOINCREMENT,
	peer  BLOB NOT NULL CHECK (length(peer) = 32),
	epoch INTEGER NOT NULL,
	UNIQUE (peer, epoch)
) STRICT;
INSERT INTO seen_epoch (peer, epoch)
	SELECT s.peer, s.epoch FROM (SELECT DISTINCT peer, epoch FROM seen) s
	LEFT JOIN (SELECT sender, epoch, max(num) AS num FROM message GROUP BY sender, epoch) m
		ON m.sender = s.peer AND m.epoch = s.epoch ORDER BY m.num;
`
