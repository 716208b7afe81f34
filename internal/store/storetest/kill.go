package storetest

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
)

const (
	// writerDir tells a child process to write to the store in a folder.
	writerDir = "EARSHOT_STORETEST_DIR"
	// writerRounds limits how much it writes.
	writerRounds = "EARSHOT_STORETEST_ROUNDS"
	// marker begins the lines that the writer prints, among those of the test
	// framework.
	marker = "\x01"
)

// testKill runs a writer in a child process, kills it at random moments and
// checks that everything it was told to be stored is there.
func testKill(t *testing.T, open Open) {
	if dir := os.Getenv(writerDir); dir != "" {
		writeUntilKilled(t, open, dir)
		return
	}
	rounds := 6
	if long() {
		rounds = 200
	}
	dir := t.TempDir()
	told := &told{incoming: map[msgid.ID]number{}, queued: map[msgid.ID]bool{}, acked: map[msgid.ID]bool{}}
	for range rounds {
		before := told.count()
		runWriter(t, dir, told, 1+rand.IntN(80))
		if told.count() == before {
			t.Fatal("the writer stored nothing")
		}
		checkIntegrity(t, dir)
		db := open(t, dir)
		told.check(t, db)
		must(t, db.Close())
	}
	t.Logf("%d kills, %d rows told to be stored", rounds, told.count())
}

// told is what the writers said, each line after its commit.
type told struct {
	incoming map[msgid.ID]number
	queued   map[msgid.ID]bool
	acked    map[msgid.ID]bool
}

func (w *told) count() int { return len(w.incoming) + len(w.queued) + len(w.acked) }

// note reads one line of a writer.
func (w *told) note(t testing.TB, line string) {
	var what, id string
	var n number
	if _, err := fmt.Sscan(line, &what, &id, &n.epoch, &n.seq); err != nil {
		t.Fatalf("line %q: %v", line, err)
	}
	key := ok(msgid.Parse(id))(t)
	switch what {
	case "in":
		w.incoming[key] = n
	case "out":
		w.queued[key] = true
	case "acked":
		w.acked[key] = true
	}
}

func (w *told) check(t testing.TB, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	peer := Device("peer")
	seen := map[uint64]store.Seen{}
	for _, s := range ok(db.Seen(ctx, peer))(t) {
		seen[s.Epoch] = s
	}
	for id, n := range w.incoming {
		m := ok(db.Message(ctx, peer, id))(t)
		equal(t, "text", m.Text, textOf(id))
		s := seen[n.epoch]
		if got := store.MergeRanges(append(s.Ranges, store.Range{Lo: n.seq, Hi: n.seq})...); len(got) != len(s.Ranges) {
			t.Fatalf("number %d of epoch %d is not seen", n.seq, n.epoch)
		}
	}
	waiting := map[msgid.ID]bool{}
	for _, m := range ok(db.Outbox(ctx))(t) {
		waiting[m.ID] = true
	}
	for id := range w.queued {
		m := ok(db.Message(ctx, Self, id))(t)
		equal(t, "text", m.Text, textOf(id))
		if w.acked[id] && (waiting[id] || m.State != store.Delivered) {
			t.Fatalf("an acknowledged message is still %v", m.State)
		}
		if waiting[id] == (m.State == store.Delivered) {
			t.Fatalf("in the outbox: %v, but its state is %v", waiting[id], m.State)
		}
	}
}

// runWriter starts a writer, kills it soon after it printed the given number of
// lines, and notes all whole lines it printed.
func runWriter(t *testing.T, dir string, told *told, lines int) {
	t.Helper()
	cmd, out := startWriter(t, dir, 1<<30)
	in := bufio.NewReader(out)
	for n := 0; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			break // a line without its end was not told
		}
		if line, found := strings.CutPrefix(line, marker); found {
			told.note(t, line)
			if n++; n == lines {
				delay := time.Duration(rand.IntN(3000)) * time.Microsecond // into the next commits
				timer := time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
				defer timer.Stop()
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
}

// startWriter runs this very test in a child process.
func startWriter(t *testing.T, dir string, rounds int) (*exec.Cmd, io.Reader) {
	t.Helper()
	pattern := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+pattern, "-test.count=1")
	cmd.Env = append(os.Environ(), writerDir+"="+dir, fmt.Sprint(writerRounds, "=", rounds))
	cmd.Stderr = os.Stderr
	out := ok(cmd.StdoutPipe())(t)
	must(t, cmd.Start())
	return cmd, out
}

// textOf is a text that follows from the ID, so that a mixed-up row is noticed.
func textOf(id msgid.ID) string { return strings.Repeat(id.String()+"\x00", 1+int(id[15])%40) }

// writeUntilKilled stores, queues and acknowledges, and prints what is durable.
func writeUntilKilled(t *testing.T, open Open, dir string) {
	db := open(t, dir)
	ctx := t.Context()
	peer := Device("peer")
	rounds := 0
	fmt.Sscan(os.Getenv(writerRounds), &rounds)
	epoch, seq := rand.Uint64(), uint64(0)
	var queue []msgid.ID
	for range rounds {
		var group []store.Incoming
		for range 1 + rand.IntN(8) {
			seq++
			in := incoming(peer, epoch, seq, "", time.Now())
			in.Text = textOf(in.ID)
			group = append(group, in)
		}
		for _, r := range ok(db.Receive(ctx, group))(t) {
			fmt.Printf("%sin %v %d %d\n", marker, r.Message.ID, r.Message.Epoch, r.Message.Seq)
		}
		queue = append(queue, enqueueAndTell(ctx, t, db, peer))
		if len(queue) > 5 {
			for _, m := range ok(db.Acked(ctx, peer, queue[:3], store.Delivered))(t) {
				fmt.Printf("%sacked %v %d %d\n", marker, m.ID, m.Epoch, m.Seq)
			}
			queue = queue[3:]
		}
		if rand.IntN(20) == 0 {
			ok(db.NewEpoch(ctx))(t)
			ok(db.MarkRead(ctx, peer))(t)
		}
	}
}

func enqueueAndTell(ctx context.Context, t testing.TB, db *store.DB, peer identity.DeviceID) msgid.ID {
	out := written(peer, "", time.Now())
	out.Text = textOf(out.ID)
	m, _, err := db.Enqueue(ctx, out)
	must(t, err)
	fmt.Printf("%sout %v %d %d\n", marker, m.ID, m.Epoch, m.Seq)
	return m.ID
}

// checkIntegrity lets SQLite check the file, before the store has repaired
// anything by opening it.
func checkIntegrity(t testing.TB, dir string) {
	t.Helper()
	db := ok(sql.Open("sqlite", filepath.Join(dir, "earshot.db")))(t)
	defer db.Close()
	var result string
	must(t, db.QueryRow("PRAGMA integrity_check").Scan(&result))
	equal(t, "integrity", result, "ok")
	rows := ok(db.Query("PRAGMA foreign_key_check"))(t)
	defer rows.Close()
	equal(t, "a row without its parent", rows.Next(), false)
}

// testTwoProcesses writes and reads here while a child process writes to the
// same store.
func testTwoProcesses(t *testing.T, open Open) {
	if dir := os.Getenv(writerDir); dir != "" {
		writeUntilKilled(t, open, dir)
		return
	}
	const rounds = 100
	dir := t.TempDir()
	db := open(t, dir)
	other := Device("other")
	cmd, out := startWriter(t, dir, rounds)
	in := bufio.NewReader(out)
	told := &told{incoming: map[msgid.ID]number{}, queued: map[msgid.ID]bool{}, acked: map[msgid.ID]bool{}}
	here := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		line, found := strings.CutPrefix(line, marker)
		if !found {
			continue
		}
		told.note(t, line)
		if here < rounds {
			_, _, err := db.Enqueue(t.Context(), written(other, "here", time.Now()))
			must(t, err)
			ok(db.Conversations(t.Context()))(t)
			ok(db.Seen(t.Context(), Device("peer")))(t)
			here++
		}
	}
	must(t, cmd.Wait())
	told.check(t, db)
	equal(t, "messages of the child", len(told.queued), rounds)
	equal(t, "messages queued here", len(ok(db.Pending(t.Context(), other, 0, 0))(t)), here)
}
