package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/words"
)

// The index holds, under the number of a message, its words as package words
// makes them, and as one more word its conversation; it does not hold the text.
// The tokenizer "ascii" takes them apart at the blanks between them and changes
// nothing, because a word has only a-z, 0-9 and characters above ASCII. No word
// begins with "@", as the name of a conversation does.
const (
	schemaWords = `
CREATE VIRTUAL TABLE message_words USING fts5 (
	words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '@'", prefix = '1 2 3');
CREATE TRIGGER message_gone AFTER DELETE ON message BEGIN -- its number may be given to another message
	DELETE FROM message_words WHERE rowid = old.num;
END;
`

	// selectFound begins with the newest, so that a page of a word that is
	// everywhere costs no more than one of a word that is rare.
	selectFound = `SELECT ` + messageColumns + ` FROM message_words w CROSS JOIN message m ON m.num = w.rowid
		LEFT JOIN contact c ON c.id = m.peer
		WHERE w.words MATCH ? AND w.rowid < ? AND m.kind < 2 ORDER BY w.rowid DESC LIMIT ?`

	// selectTail is what is too new for the index.
	selectTail = selectMessage + `WHERE m.num > ? AND m.num < ? AND m.kind < 2 ORDER BY m.num DESC`

	// maxTail is how many of the newest messages wait for the index. A commit that
	// adds to it writes five pages more, and merges what earlier ones added: with
	// each message on its own that doubles the cost of storing one. A search reads
	// the few texts that wait itself, in well under a millisecond.
	maxTail = 64
	// indexBatch is how many messages are read at once to be indexed: with
	// texts of 64 KiB, 16 MiB.
	indexBatch = 256
)

// indexNew is called for every message that was inserted. Every maxTail-th call
// indexes those that wait.
func indexNew(ctx context.Context, t *tx, num int64) error {
	if num%maxTail != 0 {
		return nil
	}
	return indexTail(ctx, t)
}

// indexText makes a stored message found by another text than the one it had
// before. Its row has that text already: one that waits for the index is indexed
// with what its row says then.
func indexText(ctx context.Context, t *tx, num int64, text string) error {
	top, err := indexTop(ctx, t)
	if err != nil || num > top {
		return err
	}
	m, err := one(ctx, t, scanIndexed, `SELECT num, peer, text FROM message WHERE num = ?`, num)
	if err != nil {
		return err
	}
	m.text = text
	return addWords(ctx, t, m)
}

// indexed is what the index takes from a message.
type indexed struct {
	num  int64
	peer identity.DeviceID
	text string
}

func scanIndexed(s scanner) (m indexed, err error) {
	var peer, text []byte
	err = s.Scan(&m.num, &peer, &text)
	m.peer, m.text = toDevice(peer), string(text)
	return m, err
}

// indexTop is the highest number in the index: messages above it wait. When the
// message that had it is deleted, it goes down over rows that are no texts.
func indexTop(ctx context.Context, q querier) (int64, error) {
	top, err := one(ctx, q, func(s scanner) (n int64, err error) {
		err = s.Scan(&n)
		return n, err
	}, `SELECT rowid FROM message_words ORDER BY rowid DESC LIMIT 1`)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return top, err
}

// indexTail indexes all messages that wait.
func indexTail(ctx context.Context, t *tx) error {
	last, err := indexTop(ctx, t)
	if err != nil {
		return err
	}
	for {
		batch, err := all(ctx, t, scanIndexed, `SELECT num, peer, text FROM message WHERE num > ? AND kind < 2 ORDER BY num LIMIT ?`, last, indexBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, m := range batch {
			if err := addWords(ctx, t, m); err != nil {
				return err
			}
		}
		last = batch[len(batch)-1].num
	}
}

// addWords writes one entry. It has to be a statement that SQLite needs no
// savepoint for, which INSERT ... SELECT does: before one the index writes what it
// gathered, and all that is to be merged later.
func addWords(ctx context.Context, t *tx, m indexed) error {
	_, err := t.exec(ctx, `INSERT OR REPLACE INTO message_words (rowid, words) VALUES (?, ?)`,
		m.num, joinTokens(m.text)+" @"+hex.EncodeToString(m.peer[:]))
	return err
}

// indexHistory is the migration that makes the index and fills it with what is
// there.
func indexHistory(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, schemaWords); err != nil {
		return err
	}
	t := &tx{conn: c, stmts: map[string]*sql.Stmt{}}
	return errors.Join(indexTail(ctx, t), t.close())
}

// remakeIndex makes the index of a file anew.
func remakeIndex(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, `DROP TRIGGER IF EXISTS message_gone; DROP TABLE message_words`); err != nil {
		return err
	}
	return indexHistory(ctx, c)
}

func joinTokens(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, t := range words.Tokens(text) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

// matchExpression writes a query in the language of FTS5: phrases in quotes, which
// hold no quotes themselves, with * where the last word is a beginning.
func matchExpression(q words.Query, peer identity.DeviceID) string {
	var b strings.Builder
	for i, t := range q.Terms() {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(`"` + strings.Join(t.Tokens, " ") + `"`)
		if t.Prefix {
			b.WriteString(" *")
		}
	}
	if !peer.IsZero() {
		b.WriteString(` AND "@` + hex.EncodeToString(peer[:]) + `"`)
	}
	return b.String()
}
