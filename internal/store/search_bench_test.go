package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/internal/benchratio"
	"earshot/internal/identity"
)

// searchSizes are the histories that are searched.
func searchSizes() []int {
	if os.Getenv("EARSHOT_LONG") != "" {
		return []int{10_000, 1_000_000}
	}
	return []int{10_000}
}

// BenchmarkSearch looks for words in one home folder with many messages. The
// times are medians, the ratio is that to the shortest history.
func BenchmarkSearch(b *testing.B) {
	shortest := benchratio.Shortest{}
	for _, size := range searchSizes() {
		db := fillSearch(b, size)
		for _, c := range []struct {
			what string
			q    Query
		}{
			{"rare", Query{Text: rareWord}},
			{"common", Query{Text: `"` + vocabulary(0) + `"`}},
			{"absent", Query{Text: "qqqqqq"}},
			{"han", Query{Text: "天门"}},
			{"han-common", Query{Text: string([]rune{hanBase, hanBase + 1})}},
			{"thai", Query{Text: "กินข้าว"}},
			{"prefix1", Query{Text: "b"}},
			{"prefix2", Query{Text: "ba"}},
			{"prefix2-rare", Query{Text: rareWord[:2]}},
			{"prefix3", Query{Text: vocabulary(1)}},
			{"prefix4", Query{Text: vocabulary(72)}},
			{"phrase", Query{Text: `"` + vocabulary(0) + " " + vocabulary(1) + `"`}},
			{"phrase-rare", Query{Text: `"` + vocabulary(3) + " " + vocabulary(9_000) + `"`}},
			{"both", Query{Text: `"` + vocabulary(0) + `" ` + rareWord}},
			{"peer-common", Query{Text: vocabulary(0), Peer: benchPeer(benchPeers - 1)}},
			{"peer-rare", Query{Text: vocabulary(2_000), Peer: benchPeer(benchPeers - 1)}},
			{"peer-none", Query{Text: vocabulary(0), Peer: identity.DeviceID{0xFF}}},
		} {
			b.Run(fmt.Sprintf("%s/messages=%d", c.what, size), func(b *testing.B) {
				c.q.Limit = screenPage
				var times []time.Duration
				hits := 0
				for b.Loop() {
					start := time.Now()
					found, err := db.Search(b.Context(), c.q)
					if err != nil {
						b.Fatal(err)
					}
					times = append(times, time.Since(start))
					hits = len(found)
				}
				shortest.Report(b, c.what, times)
				b.ReportMetric(float64(hits), "hits")
			})
		}
	}
}

// BenchmarkIndex stores messages with and without their words in the index, one
// commit here and one there. The time is the mean of a commit, because one in
// maxTail messages pays for all; the ratio is that to the store without an index.
func BenchmarkIndex(b *testing.B) {
	for _, group := range []int{1, 64} {
		b.Run(fmt.Sprintf("group%d", group), func(b *testing.B) {
			with, without := openInside(b, b.TempDir()), openInside(b, b.TempDir())
			full := `INSERT INTO message_words (rowid, words) VALUES (1 << 62, '')` // as if all that comes was in it
			if _, err := without.writer.conn.ExecContext(b.Context(), full); err != nil {
				b.Fatal(err)
			}
			var took [2]time.Duration
			var worst time.Duration
			w, n := newWriter(), 0
			for b.Loop() {
				messages := make([]Incoming, group)
				for i := range messages {
					messages[i] = w.next()
				}
				n += group
				for i, db := range []*DB{with, without} {
					start := time.Now()
					if _, err := db.Receive(b.Context(), messages); err != nil {
						b.Fatal(err)
					}
					commit := time.Since(start)
					if took[i] += commit; i == 0 {
						worst = max(worst, commit)
					}
				}
			}
			b.ReportMetric(float64(took[0].Nanoseconds())/float64(b.N), "ns/op")
			b.ReportMetric(float64(took[0])/float64(took[1]), "ratio")
			b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
			b.ReportMetric(float64(fileSize(b, with)-fileSize(b, without))/float64(n), "index-bytes/message")
		})
	}
}

const (
	rareWord   = "zyzzyva"
	rareHits   = 20
	benchPeers = 8
	hanBase    = '一'
)

func benchPeer(i int) identity.DeviceID { return identity.DeviceID{2, byte(i)} }

// vocabulary returns the word of a rank: the common ones have two and three letters.
func vocabulary(rank int) string {
	const consonants, vowels = "bdfghjklmnprst", "aeiou"
	const n = len(consonants) * len(vowels)
	var b strings.Builder
	third := rank%3 == 1
	for rank++; rank > 0; rank = (rank - 1) / n {
		s := (rank - 1) % n
		b.WriteByte(consonants[s/len(vowels)])
		b.WriteByte(vowels[s%len(vowels)])
	}
	if third {
		b.WriteByte('n')
	}
	return b.String()
}

// writer makes messages of words as common as those of a language (Zipf), in
// several conversations of different length and several scripts. The same ones
// every time.
type writer struct {
	random     *rand.Rand
	word, char *rand.Zipf
	peer       *rand.Zipf
	seq        [benchPeers]int
}

func newWriter() *writer {
	r := rand.New(rand.NewPCG(1, 2))
	return &writer{random: r, word: rand.NewZipf(r, 1.1, 3, 50_000), char: rand.NewZipf(r, 1.1, 10, 4_000), peer: rand.NewZipf(r, 1.5, 1, benchPeers-1)}
}

func (w *writer) next() Incoming {
	p := int(w.peer.Uint64())
	w.seq[p]++
	return text(benchPeer(p), w.seq[p], w.text())
}

func (w *writer) text() string {
	var b strings.Builder
	script := w.random.IntN(100)
	for range 2 + w.random.IntN(18) {
		switch {
		case script < 10:
			b.WriteRune(hanBase + rune(w.char.Uint64()))
		case script < 13:
			b.WriteRune('ぁ' + rune(w.char.Uint64())%80)
		case script < 16:
			b.WriteRune('ก' + rune(w.char.Uint64())%46)
		default:
			b.WriteString(vocabulary(int(w.word.Uint64())) + " ")
		}
	}
	return b.String()
}

// fillSearch stores messages; the rare ones are spread evenly.
func fillSearch(b *testing.B, size int) *DB {
	b.Helper()
	db := openInside(b, b.TempDir())
	w := newWriter()
	start := time.Now()
	for n := 0; n < size; {
		group := make([]Incoming, min(size-n, 1_000))
		for i := range group {
			n++
			group[i] = w.next()
			switch n % (size / rareHits) {
			case 1:
				group[i].Text += " " + rareWord
			case 2:
				group[i].Text = "我爱北京天安门，天门很远"
			case 3:
				group[i].Text = "ผมกินข้าวแล้ว"
			}
		}
		if _, err := db.Receive(b.Context(), group); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d messages in %s, %d bytes each", size, time.Since(start), fileSize(b, db)/int64(size))
	return db
}

// fileSize is that of the store without its log.
func fileSize(b *testing.B, db *DB) int64 {
	b.Helper()
	if _, err := db.writer.conn.ExecContext(b.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(db.dir, dbFile))
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}
