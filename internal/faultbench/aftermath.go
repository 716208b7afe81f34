package faultbench

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/internal/identity"
	_ "earshot/internal/store" // brings the driver of the database
)

// spareDescriptors is how many more files than at its start a device may hold
// that has come to rest: connections of its store that were opened meanwhile.
const spareDescriptors = 12

// cries are what a program writes that has broken down, or that shares its store
// badly.
var cries = []string{"panic:", "fatal error:", "goroutine ", "DATA RACE", "database is locked", "SQLITE_BUSY"}

// Settle waits until nothing waits any more in the outbox of any of the running
// devices.
func Settle(t testing.TB, devices ...*Device) {
	t.Helper()
	for _, d := range devices {
		WaitFor(t, "an empty outbox of "+d.Name, func() bool {
			waits, err := d.client.Outbox(t.Context())
			return err == nil && len(waits) == 0
		})
	}
}

// Verify is the end of a row. All devices run; it waits until their outboxes are
// empty, reads what they hold, ends them, and reports every broken invariant,
// every store that is not in order and every cry for help.
func Verify(t testing.TB, ledger *Ledger, devices ...*Device) {
	t.Helper()
	Settle(t, devices...)
	for _, d := range devices {
		Look(ledger, d, devices...)
	}
	for _, d := range devices {
		d.Stop()
		d.Sound()
	}
	Judge(t, ledger.Record())
}

// Look reads what a device holds of its conversations with others into the
// ledger. It need not run.
func Look(ledger *Ledger, d *Device, others ...*Device) {
	d.t.Helper()
	e := End{Device: d.ID, History: map[identity.DeviceID][]Held{}, Outbox: d.Outbox()}
	for _, o := range others {
		if out, code := d.Ctl("--json", "history", "--limit", "1", o.ID.String()); o == d || code != 0 || out == "" {
			continue // itself, or a stranger
		}
		e.History[o.ID] = d.History(o)
	}
	ledger.End(e)
}

// maxComplaints is how many broken invariants a test prints.
const maxComplaints = 20

// Judge reports every broken invariant of a record.
func Judge(t testing.TB, r Record) {
	t.Helper()
	bad := Check(r)
	for _, v := range bad[:min(len(bad), maxComplaints)] {
		t.Error(v)
	}
	if more := len(bad) - maxComplaints; more > 0 {
		t.Errorf("and %d more", more)
	}
}

// Sound reports a store that is not in order and a cry of any run. The device
// has ended.
func (d *Device) Sound() {
	d.t.Helper()
	if result, err := Integrity(d.Home); err != nil || result != "ok" {
		d.t.Errorf("%s: integrity_check: %q %v", d.Name, result, err)
	}
	log, err := os.ReadFile(filepath.Join(d.Home, "earshot.log"))
	if err != nil && !os.IsNotExist(err) {
		d.t.Error(err)
	}
	for _, cry := range cries {
		if strings.Contains(d.Stderr(), cry) {
			d.t.Errorf("%s has %q on standard error:\n%s", d.Name, cry, d.Stderr())
		}
		if strings.Contains(string(log), cry) {
			d.t.Errorf("%s has %q in its log", d.Name, cry)
		}
	}
}

// NoMoreDescriptors reports a running device that holds clearly more open files
// than before.
func (d *Device) NoMoreDescriptors(before int) {
	d.t.Helper()
	if now := d.Descriptors(); now > before+spareDescriptors {
		d.t.Errorf("%s held %d descriptors and holds %d", d.Name, before, now)
	}
}

// Integrity returns what SQLite's integrity_check says about the store of a home
// folder that no program uses: "ok" when it is in order.
func Integrity(home string) (string, error) {
	db, err := sql.Open("sqlite", filepath.Join(home, "earshot.db"))
	if err != nil {
		return "", err
	}
	defer db.Close()
	var result string
	err = db.QueryRow("PRAGMA integrity_check").Scan(&result)
	return result, err
}
