package msgid

import (
	"strings"
	"testing"
	"time"
)

func TestNewIsVersion7(t *testing.T) {
	at := time.UnixMilli(0x0123456789ab)
	a, b := New(at), New(at)
	if a == b {
		t.Fatal("two IDs are equal")
	}
	s := a.String()
	if !strings.HasPrefix(s, "01234567-89ab-7") || !strings.ContainsRune("89ab", rune(s[19])) {
		t.Errorf("%s is no UUID of version 7 with the given time", s)
	}
	if later := New(at.Add(time.Millisecond)); later.Compare(a) <= 0 {
		t.Error("a later ID sorts before an earlier one")
	}
}

func TestAnswer(t *testing.T) {
	me, you, other := [32]byte{1}, [32]byte{2}, [32]byte{3}
	at := time.UnixMilli(0x0123456789ab)
	asked := New(at)
	id := Answer(me, you, asked)
	if again := Answer(me, you, asked); again != id {
		t.Errorf("%s, then %s", id, again)
	}
	if s := id.String(); !strings.HasPrefix(s, "01234567-89ab-7") || !strings.ContainsRune("89ab", rune(s[19])) {
		t.Errorf("%s is no UUID of version 7 with the time of the message", s)
	}
	for what, differs := range map[string]ID{
		"the message": asked, "that of another message": Answer(me, you, New(at)),
		"that to another device": Answer(me, other, asked), "that of another device": Answer(other, you, asked),
		"that of the other side": Answer(you, me, asked), "no message": {},
	} {
		if differs == id {
			t.Errorf("the ID is that of %s", what)
		}
	}
	// It is stored: another release must make the same.
	const want = "00010203-0405-765b-97dd-4072241832dd"
	fixed := ID{0, 1, 2, 3, 4, 5, 0x76, 7, 0x88, 9, 10, 11, 12, 13, 14, 15}
	if got := Answer(me, you, fixed).String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestParse(t *testing.T) {
	id := New(time.UnixMilli(1))
	for _, s := range []string{id.String(), strings.ToUpper(id.String())} {
		if got, err := Parse(s); err != nil || got != id {
			t.Errorf("Parse(%q) = %v, %v", s, got, err)
		}
	}
	if got, err := Parse(""); err != nil || !got.IsZero() {
		t.Errorf("Parse of nothing = %v, %v", got, err)
	}
	for _, s := range []string{"x", id.String()[1:], id.String() + "0", strings.Replace(id.String(), "-", "0", 1), "g" + id.String()[1:]} {
		if _, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) was taken", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add(New(time.UnixMilli(1)).String())
	f.Add("00000000-0000-0000-0000-000000000000")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(id.String()); err != nil || again != id {
			t.Errorf("%q does not survive a round trip", s)
		}
	})
}
