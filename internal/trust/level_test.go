package trust

import "testing"

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		level   Level
		number  uint8
		word    string
		contact bool
	}{
		{Stranger, 0, "stranger", false},
		{Accepted, 1, "accepted", true},
		{Verified, 2, "verified", true},
		{Blocked, 3, "blocked", false},
	} {
		if uint8(c.level) != c.number {
			t.Errorf("%s is stored as %d, was %d", c.word, c.level, c.number)
		}
		if c.level.String() != c.word || c.level.IsContact() != c.contact {
			t.Errorf("%v: %q, contact %v", c.level, c.level.String(), c.level.IsContact())
		}
		var back Level
		if err := back.UnmarshalText([]byte(c.word)); err != nil || back != c.level {
			t.Errorf("%q read back as %v, %v", c.word, back, err)
		}
	}
	var l Level
	if err := l.UnmarshalText([]byte("friend")); err == nil {
		t.Error("an unknown word was taken")
	}
}
