package view

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// alerted is a window that tells of a history that was restored and of one that
// can only be read.
func alerted() viewmodel.Snapshot {
	s := asking("Workshop tablet")
	s.Alerts = []viewmodel.Alert{{
		ID: "damaged-1",
		Text: "The history was damaged and is restored from the copy of 2026-11-19 08:15; what contacts wrote since comes again when they are in earshot. " +
			"The damaged file is kept in /home/lena/.local/share/earshot/damaged-1.",
	}, {
		ID:   "read-only",
		Text: "A newer version of Earshot wrote this history: it can be read here, but nothing can be sent or received. Install that version or a later one.",
	}}
	return s
}

func TestPicturesOfAlerts(t *testing.T) {
	pictures(t, "desktop-alerts", alerted(), 1000, 700, nil)
	pictures(t, "phone-narrow-alerts", closed(alerted()), narrowPhone, 640, nil)
}

func closed(s viewmodel.Snapshot) viewmodel.Snapshot {
	s.Chat = nil
	return s
}

// TestAlertsAreReadAndDismissed: the whole text is on the screen, and OK is
// about the one it stands below.
func TestAlertsAreReadAndDismissed(t *testing.T) {
	root, rec, _ := window(t, closed(alerted()), narrowPhone, 640)
	rec.take()
	for i, a := range alerted().Alerts {
		e := element(root, "alert/"+a.ID)
		if e.Text != string(a.Text) {
			t.Errorf("it says %q", e.Text)
		}
		label := root.side.alerts[i].text
		whole := kit.NewLabel(kit.Style{Size: cardText, Color: root.t.Text}, 100)
		whole.SetText(safetext.Display(a.Text))
		if got, want := label.Fit(label.Size().Width), whole.Fit(label.Size().Width); got != want {
			t.Errorf("cut: %v dp high, all of it needs %v", got, want)
		}
		test.Tap(element(root, "alert/"+a.ID+"/ok").Object.(*kit.TextButton))
		if got := strings.Join(rec.take(), ", "); got != "dismiss "+a.ID {
			t.Errorf("OK did %q", got)
		}
	}
	s := alerted()
	s.Alerts = s.Alerts[1:]
	root.Set(closed(s))
	if e := element(root, "alert/read-only"); e.Text != string(s.Alerts[0].Text) || len(root.side.alerts) != 1 {
		t.Errorf("after one was dismissed: %q", e.Text)
	}
	root.Set(sample())
	for _, e := range root.Elements() {
		if strings.HasPrefix(e.ID, "alert/") {
			t.Errorf("%s stays", e.ID)
		}
	}
}
