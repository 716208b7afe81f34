//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"earshot/internal/faultbench"
	"earshot/internal/identity"
)

// buildPhone builds the variant for phones, with Fyne's checks of its threads.
// On a computer it shows itself in a window that takes the mouse for a finger
// and knows no keyboard, no clipboard, and no way to leave the screen.
var buildPhone = sync.OnceValues(func() (string, error) {
	path := filepath.Join(programs, "earshot-phone")
	out, err := exec.Command("go", "build", "-tags", "mobile,no_metadata,no_animations", "-o", path, "earshot").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the variant for phones: %w\n%s", err, out)
	}
	return path, nil
})

// Screens of phones, in dp: the narrowest, a usual one and the widest.
var (
	narrowScreen = dp{320, 640}
	usualScreen  = dp{412, 915}
	wideScreen   = dp{540, 960}
)

type dp struct{ w, h int }

// dpScale is how many pixels a dp has in the variant for phones.
const dpScale = 1.4

// phone is the variant for phones, moved by a finger.
type phone struct{ *window }

func openPhone(d *device) *phone {
	d.t.Helper()
	app, err := buildPhone()
	if err != nil {
		d.t.Fatal(err)
	}
	p := &phone{openApp(d, app, "800x1400", "FYNE_THEME=light")}
	p.turn(usualScreen)
	return p
}

// turn gives the phone another screen. The window opens in a size of its own and
// draws nothing before it is given one.
func (p *phone) turn(to dp) {
	p.t.Helper()
	w, h := int(math.Round(float64(to.w)*dpScale)), int(math.Round(float64(to.h)*dpScale))
	p.xdotool("search", "--sync", "--onlyvisible", "--name", "^App$", "windowmove", "0", "0", "windowsize", fmt.Sprint(w), fmt.Sprint(h))
	p.part = fmt.Sprintf("%dx%d+0+0", w, h)
	poll(p.t, glance, func() bool {
		var dump struct{ Width, Height float64 }
		b, err := os.ReadFile(p.dump)
		return err == nil && json.Unmarshal(b, &dump) == nil && math.Round(dump.Width) == float64(w) && math.Round(dump.Height) == float64(h)
	})
}

// touch is a finger that goes down in the middle of an element, and what it does
// there, in the words of xdotool. All is one call: a late lift is a long press.
func (p *phone) touch(e element, doing ...string) {
	p.t.Helper()
	args := []string{"mousemove", fmt.Sprint(int(e.X + e.W/2)), fmt.Sprint(int(e.Y + e.H/2)), "mousedown", "1"}
	p.xdotool(append(append(args, doing...), "mouseup", "1")...)
}

func (p *phone) tap(e element)   { p.t.Helper(); p.touch(e) }
func (p *phone) press(e element) { p.t.Helper(); p.touch(e, "sleep", ".5") }

// drag moves a finger by steps of dy pixels, one a frame, from the middle of an
// element.
func (p *phone) drag(e element, dy, steps int, last ...string) {
	p.t.Helper()
	var doing []string
	for range steps {
		doing = append(doing, "mousemove_relative", "--", "0", fmt.Sprint(dy), "sleep", ".016")
	}
	p.touch(e, append(doing, last...)...)
}

// fits fails the test if something is beside the screen.
func (p *phone) fits(what string, to dp) {
	p.t.Helper()
	for id, e := range p.elements() {
		scrolls := strings.HasPrefix(id, "nearby/")
		if e.W <= 0 || e.H <= 0 || !scrolls && (e.X < 0 || e.X+e.W > float64(to.w)*dpScale+1) {
			p.t.Errorf("%s at %d dp: %s is at %v, %v wide", what, to.w, id, e.X/dpScale, e.W/dpScale)
		}
	}
}

// The variant for phones finds a desktop's window and earshotctl, and they it.
// It is asked, accepts by a tap, and talks to both.
func TestPhone(t *testing.T) {
	lan := faultbench.NewLAN(t, "pixel", "desk", "shell")
	pixel, at, shell := newDevice(t, lan, "pixel"), newDevice(t, lan, "desk"), newDevice(t, lan, "shell")
	pixel.must("name", "Nora's phone, named as long as they get")
	p, desk := openPhone(pixel), openWindow(at, desktopSize)
	shell.start()
	shell.ready()

	p.seeID("nearby/" + at.short())
	p.seeID("nearby/" + shell.short())
	desk.seeID("nearby/" + pixel.short())
	shell.found(pixel)
	if got := pixel.must("peers"); !strings.Contains(got, at.short()) || !strings.Contains(got, shell.short()) {
		t.Errorf("the phone's second process lists:\n%s", got)
	}

	if out, code := shell.ctl("send", "--wait", "0s", pixel.id, question+" "+twoLines); code != 3 {
		t.Fatalf("the first text to a stranger: exit %d: %s", code, out)
	}
	p.see("the request", func(e element) bool { return e.ID == "request/"+shell.short() })
	p.pictures("request", narrowScreen, wideScreen, usualScreen)
	p.tap(p.seeState("request/accept", "ready"))
	shell.wait("delivery", func(e event) bool { return e.str("event") == "delivered" })

	p.tap(p.seeID("conversation/" + shell.short()))
	p.seeText(question + " " + twoLines)
	p.talk(shell)
	p.meet(desk)
	p.tap(p.seeID("back"))
	p.seeGone("composer")
	for _, d := range []*device{at, shell} {
		p.seeID("conversation/" + d.short())
	}
	p.pictures("list", narrowScreen, wideScreen, usualScreen)
	p.links(shell)
}

// talk: texts go both ways with earshotctl. What the phone writes is typed
// through a second process on its home folder.
func (p *phone) talk(shell *device) {
	p.t.Helper()
	p.must("send", shell.id, scripts)
	p.seeTick(scripts, "delivered")
	shell.wait("the phone's text", func(e event) bool { return e.str("event") == "message" && e.str("text") == scripts })
	shell.must("send", p.id, byButton)
	p.seeText(byButton)
	waitFor(p.t, func() bool { return shell.has(p.device) })
	if got := p.history(shell); len(got) != 2 || got[1] != byButton {
		p.t.Errorf("the phone has %q", got)
	}
}

// has reports whether a device has another one in earshot, on its screen.
func (d *device) has(o *device) bool {
	d.t.Helper()
	for line := range strings.Lines(d.must("--json", "peers")) {
		var peer struct {
			ID           string
			Online, Away bool
		}
		if err := json.Unmarshal([]byte(line), &peer); err != nil {
			d.t.Fatalf("%v: %s", err, line)
		}
		if peer.ID == o.id {
			return peer.Online && !peer.Away
		}
	}
	return false
}

// meet: the phone asks a desktop, which accepts; texts go both ways.
func (p *phone) meet(desk *window) {
	p.t.Helper()
	if out, code := p.ctl("send", "--wait", "0s", desk.id, question); code != 3 {
		p.t.Fatalf("exit %d: %s", code, out)
	}
	desk.click(desk.seeState("request/accept", "ready"))
	p.tap(p.seeID("back"))
	p.tap(p.seeID("conversation/" + desk.short()))
	p.seeTick(question, "delivered")
	desk.click(desk.seeID("conversation/" + p.short()))
	desk.seeText(question)
	desk.click(desk.seeID("composer"))
	desk.keys(unwatched)
	desk.press("Return")
	p.seeText(unwatched)
	p.must("send", desk.id, scripts)
	desk.seeText(scripts)
	p.pictures("chat", narrowScreen, wideScreen, usualScreen)
}

// links: a tap asks before a link that hides where it leads.
func (p *phone) links(shell *device) {
	p.t.Helper()
	p.tap(p.seeID("conversation/" + shell.short()))
	p.seeText(byButton)
	shell.must("send", p.id, "https://bank.example@evil.example/login")
	p.tap(p.see("a link", func(e element) bool { return e.ID == "link/1" && e.State == "asks" }))
	p.seeID("ask")
	p.pictures("ask", wideScreen, usualScreen, narrowScreen)
	p.tap(p.seeID("ask/cancel"))
	p.seeGone("ask")
	p.press(p.seeText(byButton))
	p.seeID("menu/copy")
	p.picture("phone-menu")
}

// pictures looks at what is shown on several screens and stays at the last.
func (p *phone) pictures(what string, screens ...dp) {
	p.t.Helper()
	for _, s := range screens {
		p.turn(s)
		p.fits(what, s)
		p.picture(fmt.Sprintf("phone-%s-%d", what, s.w))
	}
}

// A finger moves the messages as far as it moves itself, and throws them.
func TestPhoneScrolls(t *testing.T) {
	const messages, inView, way = 400, 12, 100
	d := newDevice(t, faultbench.NewLAN(t, "pixel"), "pixel")
	anna := identity.DeviceID{1}
	d.chatters(anna, "Anna", messages, func(n int) string { return fmt.Sprintf("message %d of many", n) })
	p := openPhone(d)
	p.tap(p.seeID("conversation/" + anna.Short()))
	p.seeText(fmt.Sprintf("message %d of many", messages))
	from := p.rest(p.seeText(fmt.Sprintf("message %d of many", messages-inView)))
	chat := element{X: 200, Y: 500}

	// The toolkit times the movements by when it takes them, so a machine that
	// stands still for a moment turns a drag into a throw, or the other way.
	const tries = 3
	moves := func(what string, ok func(px float64) bool, pause ...string) {
		t.Helper()
		var got float64
		for range tries {
			p.drag(chat, 10, way/10, pause...)
			p.seeID("jump")
			now := p.rest(from)
			got, from = now.Y-from.Y, now
			if ok(got) {
				return
			}
		}
		t.Errorf("%s %d pixels moved the messages by %v", what, way, got)
	}
	moves("a finger that rested after", func(px float64) bool { return math.Abs(px-way) <= 1 }, "sleep", ".3")
	p.picture("phone-dragged")
	moves("a finger that left moving after", func(px float64) bool { return px >= way+1 })
	p.picture("phone-thrown")
	for range messages {
		if _, away := p.elements()["jump"]; !away {
			break
		}
		p.drag(chat, -40, 10)
	}
	p.seeGone("jump")
	p.seeText(fmt.Sprintf("message %d of many", messages))
}

// rest waits until an element has not moved for a while.
func (p *phone) rest(e element) element {
	p.t.Helper()
	const enough = 15 // glances
	at, same := e.Y, 0
	poll(p.t, glance, func() bool {
		now, there := p.elements()[e.ID]
		if !there || now.Y != at {
			at, same = now.Y, 0
			return false
		}
		e = now
		same++
		return same >= enough
	})
	return e
}
