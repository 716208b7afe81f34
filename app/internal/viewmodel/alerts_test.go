package viewmodel

import (
	"context"
	"slices"
	"testing"

	"earshot/internal/messenger"
)

func (f *fake) Notices(ctx context.Context) ([]messenger.Notice, error) {
	err := f.reads(ctx, "notices")
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.notices), err
}

func (f *fake) DismissNotice(ctx context.Context, id string) error {
	if err := f.called(ctx, "dismiss "+id); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notices = slices.DeleteFunc(f.notices, func(n messenger.Notice) bool { return n.ID == id })
	return nil
}

// TestAlerts: what is to be known is there from the start, follows the events,
// and goes when it was read.
func TestAlerts(t *testing.T) {
	svc := newFake()
	restored := messenger.Notice{ID: "damaged-1", Kind: messenger.NoticeRestored, Folder: "/home/me/damaged-1"}
	svc.notices = []messenger.Notice{restored}
	atDesk(t, svc, func(d *desk) {
		got := d.settle().Alerts
		if len(got) != 1 || got[0].ID != restored.ID || string(got[0].Text) != restored.Text() {
			t.Fatalf("alerts %+v", got)
		}
		svc.mu.Lock()
		svc.notices = append(svc.notices, messenger.Notice{ID: "damaged", Kind: messenger.NoticeDamaged})
		svc.mu.Unlock()
		d.event(messenger.Event{Kind: messenger.EventNotices})
		if got := d.settle().Alerts; len(got) != 2 {
			t.Errorf("after the event: %+v", got)
		}
		d.DismissAlert(restored.ID)
		if got := d.settle().Alerts; len(got) != 1 || got[0].ID != "damaged" {
			t.Errorf("after it was read: %+v", got)
		}
	})
}
