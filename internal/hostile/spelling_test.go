package hostile_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"earshot/internal/hostile"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// wrongBodies are bodies of Profile that break one rule of §4 or §5 each.
func wrongBodies() map[string][]byte {
	name, kind, key := hostile.Text("name"), hostile.Text("laptop"), hostile.Bytes(nil)
	right := hostile.ProfileFields("name")
	first := func(value []byte) []byte { return hostile.Map(hostile.Set(right, 1, value)...) }
	whole := hostile.Map(right...)
	pairs := bytes.Join([][]byte{{1}, name, {2}, kind, {3}, key}, nil)
	return map[string][]byte{
		"cut":                     whole[:len(whole)-1],
		"something behind":        append(slices.Clone(whole), 0),
		"a second map behind":     append(slices.Clone(whole), whole...),
		"no map":                  hostile.Array(name, kind, key),
		"map without a length":    hostile.Endless(hostile.MajorMap, pairs),
		"wide map head":           append(hostile.Wide(hostile.MajorMap, 3, 1), pairs...),
		"huge map announced":      append(hostile.Head(hostile.MajorMap, 1<<62), pairs...),
		"largest map announced":   append(hostile.Head(hostile.MajorMap, 1<<64-1), pairs...),
		"wide key":                bytes.Join([][]byte{hostile.Head(hostile.MajorMap, 3), hostile.Wide(0, 1, 1), name, {2}, kind, {3}, key}, nil),
		"key twice":               hostile.Map(right[0], right[0], right[1], right[2]),
		"keys in another order":   hostile.Map(right[1], right[0], right[2]),
		"negative key":            bytes.Join([][]byte{hostile.Head(hostile.MajorMap, 3), hostile.Head(hostile.MajorNegative, 0), name, {2}, kind, {3}, key}, nil),
		"text key":                bytes.Join([][]byte{hostile.Head(hostile.MajorMap, 3), hostile.Text("a"), name, {2}, kind, {3}, key}, nil),
		"a field missing":         hostile.Map(right[0], right[2]),
		"65 pairs":                manyPairs(right, 65),
		"text not UTF-8":          first(hostile.Text("\xff\xfe")),
		"surrogate":               first(hostile.Text("\xed\xa0\x80")),
		"overlong NUL":            first(hostile.Text("\xc0\x80")),
		"text without a length":   first(hostile.Endless(hostile.MajorText, hostile.Text("na"), hostile.Text("me"))),
		"wide text head":          first(append(hostile.Wide(hostile.MajorText, 4, 2), "name"...)),
		"text longer than body":   first(append(hostile.Head(hostile.MajorText, 200), "name"...)),
		"text of negative length": first(append(hostile.Head(hostile.MajorText, 1<<63), "name"...)),
		"text of 2^64-1":          first(append(hostile.Head(hostile.MajorText, 1<<64-1), "name"...)),
		"number for text":         first(hostile.Uint(1)),
		"bytes for text":          first(hostile.Bytes([]byte("name"))),
		"null":                    first([]byte{0xf6}),
		"name of 161 bytes":       first(hostile.Text(string(bytes.Repeat([]byte("n"), 161)))),
		"key of 15 bytes":         hostile.Map(hostile.Set(right, 3, hostile.Bytes(make([]byte, 15)))...),
	}
}

// wrongBeside are bodies that are right but for a field of a later version, which is
// to be ignored and still has to be CBOR in its one spelling.
func wrongBeside() map[string][]byte {
	key := hostile.Bytes(nil)
	with := func(value []byte) []byte {
		return hostile.Map(append(hostile.ProfileFields("name"), hostile.Field{Key: 9, Value: value})...)
	}
	return map[string][]byte{
		"nested 8 deep below":     with(hostile.Nested(8)),
		"nesting bomb":            with(hostile.Nested(8000)),
		"bomb of maps":            with(hostile.NestedMaps(4000)),
		"bomb of tags":            with(append(bytes.Repeat([]byte{0xc1}, 8000), 0)),
		"array of 2^32":           with(hostile.Head(hostile.MajorArray, 1<<32)),
		"array of 2^63":           with(hostile.Head(hostile.MajorArray, 1<<63)),
		"1,025 elements":          with(hostile.Array(slices.Repeat([][]byte{{0}}, 1025)...)),
		"tag":                     with(append(hostile.Head(hostile.MajorTag, 2), hostile.Bytes([]byte{1})...)),
		"null in an unknown key":  with([]byte{0xf6}),
		"undefined":               with([]byte{0xf7}),
		"simple value":            with([]byte{0xe0}),
		"half float":              with([]byte{0xf9, 0x3c, 0x00}),
		"double":                  with([]byte{0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0}),
		"break alone":             with([]byte{0xff}),
		"reserved length":         with([]byte{0x1c}),
		"wide number":             with(hostile.Wide(hostile.MajorUint, 23, 1)),
		"wider number":            with(hostile.Wide(hostile.MajorUint, 1<<16-1, 8)),
		"wide negative":           with(hostile.Wide(hostile.MajorNegative, 1, 4)),
		"bytes without a length":  with(hostile.Endless(hostile.MajorBytes, hostile.Bytes([]byte{1}))),
		"array without a length":  with(hostile.Endless(hostile.MajorArray, []byte{0})),
		"map in it, key twice":    with(hostile.Map(hostile.Field{Key: 1, Value: key}, hostile.Field{Key: 1, Value: key})),
		"map in it, negative key": with(append(hostile.Head(hostile.MajorMap, 1), 0x20, 0)),
	}
}

// manyPairs fills a body up to n pairs with keys that are not known.
func manyPairs(right []hostile.Field, n int) []byte {
	for key := uint64(100); len(right) < n; key++ {
		right = append(right, hostile.Field{Key: key, Value: hostile.Uint(0)})
	}
	return hostile.Map(right...)
}

// TestSecondSpellings: a body in any but the one spelling is malformed and does
// nothing; what is right beside it is taken, with fields of later versions.
func TestSecondSpellings(t *testing.T) {
	t.Parallel()
	key := hostile.NewKey()
	v := newVictim(t, map[hostile.ID]trust.Level{key.ID: trust.Accepted})
	var l *hostile.Link
	connect := func() {
		l = v.dial(key)
		if _, err := l.Greet(hostile.HelloFields("name", epoch, false)); err != nil {
			t.Fatal(err)
		}
		v.online(key, messenger.EventPeerFound)
	}
	connect()
	before := v.dump()
	wrong := wrongBodies()
	maps.Copy(wrong, wrongBeside())
	for i, name := range slices.Sorted(maps.Keys(wrong)) {
		if i%2 == 0 && i > 0 { // the third ends the link
			l.Close()
			v.online(key, messenger.EventPeerLost)
			connect()
		}
		if err := l.Write(hostile.Encode(hostile.Profile, wrong[name])); err != nil {
			t.Fatal(err)
		}
		answers, err := l.Fence()
		answers = slices.DeleteFunc(answers, func(f hostile.Frame) bool { return f.Type == hostile.Accepted })
		if got, want := (outcome{answers: answers}).String(), refused(hostile.Malformed, hostile.Profile); got != want || err != nil {
			t.Errorf("%s: %q, want %q (%v)", name, got, want, err)
		}
	}
	v.nothing(before)
	if err := l.Write(hostile.Encode(hostile.Profile, manyPairs(hostile.ProfileFields("name"), 64))); err != nil {
		t.Fatal(err)
	}
	v.online(key, messenger.EventPeerUpdated)
}

// limit is how long frames may be in a state of a link (§4).
type limit struct {
	name   string
	bytes  uint32
	greets bool
	friend bool
}

// TestLengths: a length that is not allowed ends the link, by the limits of its
// state, before memory is given for it. The longest that is allowed is taken.
func TestLengths(t *testing.T) {
	t.Parallel()
	for _, c := range []limit{{"before Hello", 1024, false, false}, {"stranger", 8192, true, false}, {"contact", 262144, true, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, length := range []uint32{0, c.bytes + 1, 1 << 24, 1 << 31, 1<<32 - 1} {
				// A link that ends by such an error closes the device out for a minute.
				c.breaks(t, length)
			}
			if c.greets {
				c.keeps(t)
			}
		})
	}
}

// link returns a link to a new victim in the state.
func (c limit) link(t *testing.T) (*victim, *hostile.Key, *hostile.Link) {
	t.Helper()
	key, levels := hostile.NewKey(), map[hostile.ID]trust.Level{}
	if c.friend {
		levels[key.ID] = trust.Accepted
	}
	v := newVictim(t, levels)
	l := v.dial(key)
	if c.greets {
		if _, err := l.Greet(hostile.HelloFields("", epoch, false)); err != nil {
			t.Fatal(err)
		}
	}
	return v, key, l
}

// breaks announces a length that is not allowed.
func (c limit) breaks(t *testing.T, length uint32) {
	t.Helper()
	v, key, l := c.link(t)
	if err := l.Write(hostile.EncodeLength(length, hostile.Ping, nil)); err != nil {
		t.Fatal(err)
	}
	answers, err := l.Ended()
	if err != nil {
		t.Fatalf("%d: the link goes on: %v", length, err)
	}
	want := uint64(hostile.TooLarge)
	if length == 0 {
		want = hostile.Malformed
	}
	if i := slices.IndexFunc(answers, func(f hostile.Frame) bool { return f.Type == hostile.Error }); i < 0 ||
		answers[i].Uint(1) != want || answers[i].Fields()[3] != true {
		t.Errorf("%d: %v, want a fatal Error(%d)", length, answers, want)
	}
	again, err := v.tryDial(key)
	if err != nil {
		return
	}
	if _, err := again.Next(hostile.Patience); !errors.Is(err, io.EOF) {
		t.Errorf("%d: let in again at once: %v", length, err)
	}
	again.Close()
}

// keeps sends the longest frame that is allowed, cut up.
func (c limit) keeps(t *testing.T) {
	t.Helper()
	_, _, l := c.link(t)
	for part := range slices.Chunk(hostile.Encode(0x7f, make([]byte, c.bytes-1)), 1000) {
		if err := l.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	answers, err := l.Fence()
	if got := (outcome{answers: answers}).String(); err != nil || !strings.HasSuffix(got, refused(hostile.Unsupported, 0x7f)) {
		t.Errorf("the longest frame: %q, %v", got, err)
	}
}
