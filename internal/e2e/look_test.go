//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/identity"
)

// A window over a home folder that has been used for days: what it remembers is
// in the list and in the chat, in both sizes and both colours. With
// EARSHOT_PICTURES the four are there to be looked at.
func TestLook(t *testing.T) {
	lan := faultbench.NewLAN(t, "lena", "mia", "lounge", "jonas", "ipad")
	lena := newDevice(t, lan, "lena")
	lena.must("name", "Lena")
	var mia *device
	for _, n := range []struct{ host, name string }{{"mia", "Mia's Pixel 9"}, {"lounge", "Living-room PC"}, {"jonas", "Jonas Weber"}, {"ipad", "iPad"}} {
		d := newDevice(t, lan, n.host)
		d.must("name", n.name)
		if n.host != "ipad" { // which stays a stranger
			d.remembers(idOf(t, lena), "Lena")
			lena.remembers(idOf(t, d), n.name, before(n.host)...)
		}
		d.start()
		d.ready()
		if mia == nil {
			mia = d
		}
	}
	for i, n := range []struct{ key, name string }{{"amélie", "Amélie"}, {"thinkpad", "ThinkPad X1"}, {"tablet", "Workshop tablet"}, {"小林", "小林 健"}, {"omar", "Omar's phone"}} {
		lena.remembers(identity.DeviceID{byte(3 + i), 1}, n.name, before(n.key)...)
	}
	t.Run("desktop-light", func(t *testing.T) { look(t, lena, mia, desktopSize, "light") })
	t.Run("desktop-dark", func(t *testing.T) { look(t, lena, mia, desktopSize, "dark") })
	t.Run("phone-light", func(t *testing.T) { look(t, lena, mia, phoneSize, "light") })
	t.Run("phone-dark", func(t *testing.T) { look(t, lena, mia, phoneSize, "dark") })
}

func idOf(t *testing.T, d *device) identity.DeviceID {
	t.Helper()
	id, err := identity.ParseDeviceID(d.id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// before is what was said, by name.
func before(name string) []said {
	now := time.Now()
	ago := func(days int, minutes int) time.Time {
		return now.AddDate(0, 0, -days).Add(-time.Duration(minutes) * time.Minute)
	}
	switch name {
	case "mia":
		return []said{
			{at: ago(1, 13), text: "I found the old photos from the lake house on my drive."},
			{at: ago(1, 10), mine: true, state: 4, text: "Oh wow! Can you send me the full-resolution ones?"},
			{at: ago(0, 12), text: "They are here, all of them:\nhttps://example.org/lake-house-2019"},
			{at: ago(0, 11), text: "😍"},
			{at: ago(0, 4), mine: true, state: 4, text: "That sunset 😍 Here is the floor plan you asked for, page 3 has the measurements."},
			{at: ago(0, 3), mine: true, text: "Floor-plan.pdf"},
			{at: ago(0, 1), text: "Perfect! Shall we meet at the station?"},
			{at: ago(0, 0), mine: true, text: "See you at 6 then 👋"},
		}
	case "lounge":
		return []said{{at: ago(0, 90), text: "Backup begun", unread: true}, {at: ago(0, 80), text: "Holiday-video.mp4 · 1.2 GB", unread: true}}
	case "jonas":
		return []said{{at: ago(0, 170), text: "Can you send me the invoice again? The first one had no number.", unread: true}}
	case "amélie":
		return []said{{at: ago(1, 0), mine: true, text: "Merci beaucoup !"}}
	case "thinkpad":
		return []said{{at: ago(1, 60), mine: true, state: 4, text: "You sent 14 photos"}}
	case "tablet":
		return []said{{at: ago(4, 0), text: "drawing-v7.pdf"}}
	case "小林":
		return []said{{at: ago(5, 0), text: "ありがとう！"}}
	}
	return []said{{at: ago(8, 0), text: "شكرا جزيلا"}}
}

// look opens the window of lena, compares the list and the chat with what is
// remembered, and takes pictures.
func look(t *testing.T, lena, mia *device, size, colours string) {
	d := &device{t: t, lan: lena.lan, host: lena.host, home: lena.home, id: lena.id} // for the life of this test
	w := openWindow(d, size, "FYNE_THEME="+colours)
	name := map[string]string{desktopSize: "desktop", phoneSize: "phone"}[size]
	for _, near := range []string{"Mia", "Living-room PC", "Jonas", "iPad"} {
		w.see(near+" in earshot", func(e element) bool {
			return strings.HasPrefix(e.ID, "nearby/") && strings.HasPrefix(e.Text, near[:3]) // not all of it has room
		})
	}
	row := w.seeID("conversation/" + mia.short())
	var list []element
	for _, e := range w.elements() {
		if strings.HasPrefix(e.ID, "conversation/") {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b element) int { return int(a.Y - b.Y) })
	want := []string{
		"See you at 6 then 👋", "Holiday-video.mp4 · 1.2 GB", "Can you send me the invoice again? The first one had no number.",
		"Merci beaucoup !", "You sent 14 photos", "drawing-v7.pdf", "ありがとう！", "شكرا جزيلا",
	}
	for i, text := range want {
		if i >= len(list) || list[i].Text != text {
			t.Errorf("row %d of %d should say %q: %+v", i, len(list), text, list)
		}
	}
	w.picture(name + "-chats-" + colours)
	w.click(row)
	said := before("mia")
	last := w.seeText(said[len(said)-1].text)
	if last.State != "delivered" {
		t.Errorf("the newest message is %q", last.State)
	}
	for _, m := range said[2:] {
		w.seeText(m.text)
	}
	if size == desktopSize {
		w.seeID("conversation/" + mia.short())
	} else {
		w.seeGone("conversation/" + mia.short())
	}
	w.picture(name + "-chat-" + colours)
}
