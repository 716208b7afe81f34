package store

import (
	"context"
	"database/sql"
	"encoding/hex"
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
	schemaWords = `CREATE VIRTUAL TABLE message_words USING fts5 (
		words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '@'", prefix = '1 2 3')`

	// selectFound begins with the newest, so that a page of a word that is
	// everywhere costs no more than one of a word that is rare.
	selectFound = `SELECT ` + messageColumns + ` FROM message_words w CROSS JOIN message m ON m.num = w.rowid
		LEFT JOIN contact c ON c.id = m.peer
		WHERE w.words MATCH ? AND w.rowid < ? ORDER BY w.rowid DESC LIMIT ?`

	// indexBatch is how many messages an older file are read at once to be
	// indexed: with texts of 64 KiB, 16 MiB.
	indexBatch = 256
)

// indexText makes the text of a stored message found, and no longer the one that
// was indexed for it before.
func indexText(ctx context.Context, t *tx, num int64, text string) error {
	_, err := t.exec(ctx, `INSERT OR REPLACE INTO message_words (rowid, words)
		SELECT num, ? || ' @' || hex(peer) FROM message WHERE num = ?`, joinTokens(text), num)
	return err
}

// unindexText makes a message not found any more; one that is not indexed stays
// so. It comes before or with the deletion of the row, whose number may be given
// to another message.
func unindexText(ctx context.Context, t *tx, num int64) error {
	_, err := t.exec(ctx, `DELETE FROM message_words WHERE rowid = ?`, num)
	return err
}

// indexHistory is the migration that makes the index and fills it with what is
// there.
func indexHistory(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, schemaWords); err != nil {
		return err
	}
	t := &tx{conn: c, stmts: map[string]*sql.Stmt{}}
	defer t.close()
	type text struct {
		num  int64
		text []byte
	}
	scan := func(s scanner) (m text, err error) {
		err = s.Scan(&m.num, &m.text)
		return m, err
	}
	for last := int64(-1 << 63); ; {
		batch, err := all(ctx, t, scan, `SELECT num, text FROM message WHERE num > ? AND kind IN (0, 1) ORDER BY num LIMIT ?`, last, indexBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, m := range batch {
			if err := indexText(ctx, t, m.num, string(m.text)); err != nil {
				return err
			}
		}
		last = batch[len(batch)-1].num
	}
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
