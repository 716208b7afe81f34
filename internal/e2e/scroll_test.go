//go:build e2e

package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/identity"
)

// buildProduct builds the window with the tags of ./run: what a person has, and
// without Fyne's checks of its threads.
var buildProduct = sync.OnceValues(func() (string, error) {
	path := filepath.Join(programs, "earshot-as-run")
	out, err := exec.Command("go", "build", "-tags", "migrated_fynedo,no_animations", "-o", path, "earshot").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the window: %w\n%s", err, out)
	}
	return path, nil
})

// Two contacts, so that the one with the long history can be opened anew.
var (
	longAnna = identity.DeviceID{1}
	someBert = identity.DeviceID{2}
)

// someMessages is how long the other conversation is, and the shortest of those
// that are compared.
const someMessages = 1_000

// reader is a window over a long conversation with the log of its frames.
type reader struct {
	*window
	frames string
}

// openReader fills a home folder through the store and opens the window over it.
func openReader(b testing.TB, messages int) *reader {
	b.Helper()
	app, err := buildProduct()
	if err != nil {
		b.Fatal(err)
	}
	d := newDevice(b, faultbench.NewLAN(b, "anna"), "anna")
	words := strings.Fields(strings.Repeat("A text of the usual length, as people write it: from two words to seventy, mixed sides, 👍 now and then. ", 4))
	text := func(n int) string { return strings.Join(words[n%7:n%7+2+n*37%68], " ") }
	d.chatters(longAnna, "Anna", messages, text)
	d.chatters(someBert, "Bert", someMessages, text)
	frames := filepath.Join(b.TempDir(), "frames")
	r := &reader{window: openApp(d, app, desktopSize, "FYNE_THEME=light", "EARSHOT_UI_FRAMES="+frames), frames: frames}
	r.open(someBert)
	r.open(longAnna)
	return r
}

// in makes b the one that fails when the reader gets no further.
func (r *reader) in(b testing.TB) *reader { r.t = b; return r }

// open clicks on a conversation and returns how long it took until its newest
// messages were placed, up to the frame in which they were drawn.
func (r *reader) open(id identity.DeviceID) time.Duration {
	r.t.Helper()
	e := r.seeID("conversation/" + id.Short())
	r.xdotool("mousemove", fmt.Sprint(int(e.X+e.W/2)), fmt.Sprint(int(e.Y+e.H/2)))
	r.xdotool("mousedown", "1")
	r.settled(time.Now())
	from := time.Now()
	r.xdotool("mouseup", "1")
	r.seeState("chat", id.Short())
	r.see("messages", isMessage)
	turns := r.settled(from)
	for i := len(turns) - 1; i >= 0; i-- {
		if turns[i].moved {
			return turns[i].at.Sub(from)
		}
	}
	r.t.Fatal("nothing was placed")
	return 0
}

// turn is one turn of the loop of the window.
type turn struct {
	at    time.Time
	moved bool
}

// settled waits until nothing moves any more and returns the turns since from.
func (r *reader) settled(from time.Time) (turns []turn) {
	r.t.Helper()
	const still = 12 // turns: a fifth of a second, longer than a page takes
	waitFor(r.t, func() bool {
		turns = r.turns(from)
		return len(turns) >= still && !slices.ContainsFunc(turns[len(turns)-still:], func(t turn) bool { return t.moved })
	})
	return turns
}

func (r *reader) turns(from time.Time) (turns []turn) {
	f, err := os.Open(r.frames)
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var micros, moved int64
		if n, _ := fmt.Sscan(lines.Text(), &micros, &moved); n != 2 {
			continue // a line that is half written
		}
		if t := (turn{time.UnixMicro(micros), moved == 1}); t.at.After(from) {
			turns = append(turns, t)
		}
	}
	return turns
}

// wheel is how a person turns it upwards: one notch is 25 dp.
type wheel struct {
	notches int
	pause   time.Duration
}

var (
	steadily = wheel{400, 12 * time.Millisecond} // about 2,000 dp a second
	fast     = wheel{1200, 3 * time.Millisecond} // about 8,000: twelve screens
)

// scroll turns the wheel over the messages and returns how long each picture
// stood while something moved.
func (r *reader) scroll(w wheel) (frames []time.Duration) {
	r.t.Helper()
	r.xdotool("mousemove", "600", "350")
	r.settled(time.Now())
	from := time.Now()
	r.xdotool("click", "--repeat", fmt.Sprint(w.notches), "--delay", fmt.Sprint(w.pause.Milliseconds()), "4")
	turns := r.settled(from)
	for i := 1; i < len(turns); i++ {
		if turns[i-1].moved || turns[i].moved {
			frames = append(frames, turns[i].at.Sub(turns[i-1].at))
		}
	}
	return frames
}

// BenchmarkScroll turns the wheel of a mouse over a real window with a
// conversation of 100,000 messages, whose rows come from the store as one
// scrolls, and reads how long each picture stood: a sixtieth of a second when
// the window keeps up. In its long form three quarters of the messages are in
// memory first.
func BenchmarkScroll(b *testing.B) {
	const messages, pages = 100_000, 1_250
	r := openReader(b, messages)
	for _, c := range []struct {
		what string
		how  wheel
	}{{"steady", steadily}, {"fast", fast}} {
		b.Run(c.what, func(b *testing.B) {
			r.in(b)
			var frames []time.Duration
			for b.Loop() {
				r.open(someBert)
				r.open(longAnna)
				frames = append(frames, r.scroll(c.how)...)
			}
			reportFrames(b, frames)
		})
	}
	if os.Getenv("EARSHOT_LONG") == "" {
		return
	}
	b.Run("deep", func(b *testing.B) {
		r.in(b).open(someBert)
		r.open(longAnna)
		r.xdotool("key", "--repeat", fmt.Sprint(pages), "--delay", "25", "Home") // each brings a page
		var frames []time.Duration
		for b.Loop() {
			frames = append(frames, r.scroll(fast)...)
		}
		reportFrames(b, frames)
	})
}

func reportFrames(b *testing.B, frames []time.Duration) {
	slices.Sort(frames)
	const limit = 33 * time.Millisecond // two sixtieths: from there on an eye sees it
	slow := len(frames) - sort.Search(len(frames), func(i int) bool { return frames[i] > limit })
	b.ReportMetric(milliseconds(frames[len(frames)/2]), "median-ms")
	b.ReportMetric(milliseconds(frames[len(frames)*99/100]), "p99-ms")
	b.ReportMetric(milliseconds(frames[len(frames)-1]), "worst-ms")
	b.ReportMetric(float64(slow), "over-33-ms")
	b.ReportMetric(float64(len(frames)), "frames")
	b.ReportMetric(0, "ns/op") // the pace is that of the wheel
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkOpen clicks on conversations of very different length in a real
// window. It should take the same for all; the ratio is that to the shortest,
// the times are medians. Both hold up to a sixtieth of a second of waiting for
// the next frame.
func BenchmarkOpen(b *testing.B) {
	sizes := []int{someMessages, 100_000}
	if os.Getenv("EARSHOT_LONG") != "" {
		sizes = append(sizes, 1_000_000)
	}
	var shortest time.Duration
	for _, size := range sizes {
		b.Run(fmt.Sprintf("messages=%d", size), func(b *testing.B) {
			r := openReader(b, size)
			var times []time.Duration
			for b.Loop() {
				r.open(someBert)
				times = append(times, r.open(longAnna))
			}
			slices.Sort(times)
			median := times[len(times)/2]
			if shortest == 0 {
				shortest = median
			}
			b.ReportMetric(milliseconds(median), "median-ms")
			b.ReportMetric(float64(median)/float64(shortest), "ratio")
			b.ReportMetric(0, "ns/op") // with what it takes to see that it is over
		})
	}
}
