package wire_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/netcore"
	"earshot/netcore/wire"
)

// readDoc returns docs/PROTOCOL.md.
func readDoc(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// section returns the text below the heading that begins with the given one, up
// to the next heading.
func section(t *testing.T, doc, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(doc, "\n"+heading)
	if !ok {
		t.Fatalf("no heading %q", heading)
	}
	_, rest, _ = strings.Cut(rest, "\n")
	if i := regexp.MustCompile(`(?m)^#+ `).FindStringIndex(rest); i != nil {
		rest = rest[:i[0]]
	}
	return rest
}

// table returns the rows of the table whose first column has the given title.
func table(t *testing.T, text, title string) [][]string {
	t.Helper()
	var rows [][]string
	in := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			in = false
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case cells[0] == title:
			in = true
		case in && !strings.HasPrefix(cells[0], "--"):
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 {
		t.Fatalf("no table %q", title)
	}
	return rows
}

// types are all frame types that the package knows.
func types() []wire.Type {
	var all []wire.Type
	for n := range 256 {
		if wire.New(wire.Type(n)) != nil {
			all = append(all, wire.Type(n))
		}
	}
	return all
}

func TestDocTypes(t *testing.T) {
	var got, want []string
	for _, row := range table(t, section(t, readDoc(t), "## 5 "), "type") {
		got = append(got, row[0]+" "+row[1])
	}
	for _, typ := range types() {
		want = append(want, fmt.Sprintf("0x%02X %s", uint8(typ), typ))
	}
	if !slices.Equal(got, want) {
		t.Errorf("types %q, the code has %q", got, want)
	}
}

func TestDocCodes(t *testing.T) {
	doc := section(t, readDoc(t), "## 10 ")
	check := func(title string, name func(uint64) string) {
		t.Helper()
		rows := table(t, doc, title)
		for i, row := range rows {
			if n, err := strconv.ParseUint(row[0], 10, 64); err != nil || n != uint64(i+1) || row[1] != name(n) {
				t.Errorf("%s %s is %q, the code says %q", title, row[0], row[1], name(n))
			}
		}
		if next := name(uint64(len(rows) + 1)); !strings.HasPrefix(next, title+" ") {
			t.Errorf("%s %q is missing", title, next)
		}
	}
	check("code", func(n uint64) string { return wire.ErrorCode(n).String() })
	check("reason", func(n uint64) string { return wire.ByeReason(n).String() })
	var aborts []string
	for i, row := range table(t, section(t, readDoc(t), "### 7.2 "), "abort") {
		aborts = append(aborts, row[0]+" "+row[1])
		if want := fmt.Sprint(i+1, " ", wire.PairReason(i+1)); aborts[i] != want {
			t.Errorf("abort reason %q, the code says %q", aborts[i], want)
		}
	}
	if next := wire.PairReason(len(aborts) + 1).String(); !strings.HasPrefix(next, "reason ") {
		t.Errorf("abort reason %q is missing", next)
	}
	var states []string
	for _, row := range table(t, section(t, readDoc(t), "### 5.8 "), "state") {
		states = append(states, row[0]+" "+row[1])
	}
	want := []string{fmt.Sprint(wire.AckStored, " stored"), fmt.Sprint(wire.AckRead, " read"), fmt.Sprint(wire.AckAsked, " asked")}
	if !slices.Equal(states, want) {
		t.Errorf("states %q, want %q", states, want)
	}
	next := &wire.Ack{IDs: []wire.ID{{1}}, State: wire.AckState(len(states) + 1)}
	if wire.Validate(next) == nil {
		t.Errorf("state %d is missing", next.State)
	}
}

// The tables of fields name the keys and fields of the structs, and say which of
// them must be there.
func TestDocFields(t *testing.T) {
	doc := readDoc(t)
	headings := map[wire.Type]string{wire.TypePong: "### 5.3 Ping and Pong"}
	for i, typ := range []wire.Type{wire.TypeHello, wire.TypeError, wire.TypePing, wire.TypeBye, wire.TypeRequest, wire.TypeAccepted,
		wire.TypeMsg, wire.TypeAck, wire.TypeResume, wire.TypeGone, wire.TypeProfile, wire.TypeAway,
		wire.TypeEdit, wire.TypeDelete, wire.TypeReact, wire.TypeTyping,
		wire.TypePairStart, wire.TypePairNonce, wire.TypePairReveal, wire.TypePairConfirm, wire.TypePairAbort, wire.TypePairProof} {
		headings[typ] = fmt.Sprintf("### 5.%d %s", i+1, typ)
	}
	for _, typ := range types() {
		if headings[typ] == "" {
			t.Errorf("no section for %s", typ)
			continue
		}
		text := section(t, doc, headings[typ])
		if typ != wire.TypeAccepted {
			compareFields(t, typ.String(), table(t, text, "key"), reflect.TypeOf(wire.New(typ)).Elem())
		}
		if typ == wire.TypeResume {
			compareFields(t, "Have", table(t, text, "key of Have"), reflect.TypeFor[wire.Have]())
		}
	}
}

func compareFields(t *testing.T, name string, rows [][]string, typ reflect.Type) {
	t.Helper()
	var got, want []string
	for _, row := range rows {
		got = append(got, fmt.Sprintf("%s %s required=%t", row[0], row[1], row[3] == "required"))
	}
	for f := range typ.Fields() {
		tag := strings.Split(f.Tag.Get("cbor"), ",")
		want = append(want, fmt.Sprintf("%s %s required=%t", tag[0], f.Name, !slices.Contains(tag, "omitempty")))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: fields %q, the code has %q", name, got, want)
	}
}

// What the tables call required is required, and what has a default is not.
func TestDocRequiredKeys(t *testing.T) {
	for _, example := range hexExamples(t) {
		m, err := wire.Decode(example.typ, example.frame[5:])
		if err != nil {
			continue // TestDocHexExamples tells
		}
		v := reflect.ValueOf(m).Elem()
		for i := range v.NumField() {
			tag := strings.Split(v.Type().Field(i).Tag.Get("cbor"), ",")
			key, _ := strconv.Atoi(tag[0])
			cut := withoutKey(t, example.frame[5:], key)
			if cut == nil {
				continue
			}
			_, err := wire.Decode(example.typ, cut)
			if optional := slices.Contains(tag, "omitempty"); (err == nil) != optional {
				t.Errorf("%s without key %d: %v, optional %t", example.typ, key, err, optional)
			}
		}
	}
}

// withoutKey drops one pair of a map with keys and lengths below 24, or gives
// nil if the map has no such key. Values are skipped by decoding prefixes of
// what follows as an unknown key of a Ping.
func withoutKey(t *testing.T, body []byte, key int) []byte {
	t.Helper()
	n := int(body[0] & 0x1f)
	for off, i := 1, 0; i < n; i++ {
		end := off + 2
		for {
			if end > len(body) {
				t.Fatalf("cannot find the end of key %d in %x", body[off], body)
			}
			probe := append([]byte{0xa2, 0x01, 0x00, 0x17}, body[off+1:end]...)
			if _, err := wire.Decode(wire.TypePing, probe); err == nil {
				break
			}
			end++
		}
		if int(body[off]) == key {
			out := append([]byte{body[0] - 1}, body[1:off]...)
			return append(out, body[end:]...)
		}
		off = end
	}
	return nil
}

type hexExample struct {
	typ   wire.Type
	frame []byte
}

func hexExamples(t *testing.T) []hexExample {
	t.Helper()
	byName := make(map[string]wire.Type)
	for _, typ := range types() {
		byName[typ.String()] = typ
	}
	var all []hexExample
	for _, m := range regexp.MustCompile("(?s)```hex (\\w+)\n(.*?)```").FindAllStringSubmatch(readDoc(t), -1) {
		typ, ok := byName[m[1]]
		if !ok {
			t.Errorf("example of unknown type %q", m[1])
		}
		var digits strings.Builder
		for line := range strings.Lines(m[2]) {
			line, _, _ = strings.Cut(line, "#")
			digits.WriteString(strings.Join(strings.Fields(line), ""))
		}
		frame, err := hex.DecodeString(digits.String())
		if err != nil {
			t.Fatalf("%s: %v", m[1], err)
		}
		all = append(all, hexExample{typ, frame})
	}
	return all
}

// Every hex example is one frame of the type it says, in the one spelling, and
// every type has one.
func TestDocHexExamples(t *testing.T) {
	seen := make(map[wire.Type]bool)
	all := hexExamples(t)
	for _, e := range all {
		seen[e.typ] = true
		r := bytes.NewReader(e.frame)
		typ, body, err := wire.ReadFrame(r, wire.LimitContact)
		if err != nil || r.Len() != 0 || typ != e.typ {
			t.Errorf("%s: %v, type %s, %d bytes left", e.typ, err, typ, r.Len())
			continue
		}
		m, err := wire.Decode(typ, body)
		if err != nil {
			t.Error(err)
			continue
		}
		if again, err := wire.AppendFrame(nil, m); err != nil || !bytes.Equal(again, e.frame) {
			t.Errorf("%s: spelled %x, the code spells %x", typ, e.frame, again)
		}
	}
	for _, typ := range types() {
		if !seen[typ] {
			t.Errorf("no example of %s", typ)
		}
	}
	if len(all) < 20 {
		t.Errorf("%d examples found", len(all))
	}
}

// example returns the "name: value" lines of a block.
func example(t *testing.T, name string) map[string]string {
	t.Helper()
	_, rest, ok := strings.Cut(readDoc(t), "```example "+name+"\n")
	if !ok {
		t.Fatalf("no example %q", name)
	}
	block, _, _ := strings.Cut(rest, "```")
	values := make(map[string]string)
	for line := range strings.Lines(block) {
		k, v, _ := strings.Cut(line, ":")
		values[k] = strings.TrimSpace(v)
	}
	return values
}

func TestDocDeviceIDExample(t *testing.T) {
	e := example(t, "device")
	spki, err := hex.DecodeString(e["spki"])
	if err != nil {
		t.Fatal(err)
	}
	id := identity.DeviceID(sha256.Sum256(spki))
	if hex.EncodeToString(id[:]) != e["id"] || id.String() != e["long"] || id.Short() != e["short"] {
		t.Errorf("example %v, the code says %x %s %s", e, id[:], id, id.Short())
	}
}

func TestDocPresenceExample(t *testing.T) {
	e := example(t, "presence")
	key, err := hex.DecodeString(e["key"])
	if err != nil {
		t.Fatal(err)
	}
	salt, err := hex.DecodeString(e["salt"])
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(salt)
	if got := hex.EncodeToString(mac.Sum(nil)[:8]); got != e["who"] || len(key) != wire.PresenceKeyBytes {
		t.Errorf("who %s, computed %s", e["who"], got)
	}
}

func TestDocServerNameExample(t *testing.T) {
	e, device := example(t, "sni"), example(t, "device")
	id, err := hex.DecodeString(device["id"])
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := hex.DecodeString(e["nonce"])
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, id)
	mac.Write([]byte("earshot sni v1"))
	mac.Write(nonce)
	label := func(b []byte) string {
		return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
	}
	if got := label(nonce) + "." + label(mac.Sum(nil)[:16]); got != e["name"] || len(nonce) != 16 {
		t.Errorf("name %s, computed %s", e["name"], got)
	}
}

// constants are the values behind the names of §11.
var constants = map[string]any{
	"Version": wire.Version, "LimitBeforeHello": wire.LimitBeforeHello, "LimitStranger": wire.LimitStranger, "LimitContact": wire.LimitContact,
	"MaxNesting": wire.MaxNesting, "MaxArrayElements": wire.MaxArrayElements, "MaxMapPairs": wire.MaxMapPairs,
	"MaxNameBytes": wire.MaxNameBytes, "MaxKindBytes": wire.MaxKindBytes, "MaxAppBytes": wire.MaxAppBytes,
	"MaxFeatures": wire.MaxFeatures, "MaxFeatureBytes": wire.MaxFeatureBytes, "MaxErrorText": wire.MaxErrorText, "MaxEmojiBytes": wire.MaxEmojiBytes,
	"MaxRequestChars": wire.MaxRequestChars, "MaxRequestBytes": wire.MaxRequestBytes, "MaxTextBytes": wire.MaxTextBytes,
	"MaxAckIDs": wire.MaxAckIDs, "MaxEpochs": wire.MaxEpochs, "MaxRanges": wire.MaxRanges, "PresenceKeyBytes": wire.PresenceKeyBytes,

	"ALPN": netcore.ALPN, "DefaultPort": netcore.DefaultPort,
	"HandshakeTimeout": netcore.HandshakeTimeout, "HelloTimeout": netcore.HelloTimeout,
	"BodyTimeoutStranger": netcore.BodyTimeoutStranger, "BodyTimeoutContact": netcore.BodyTimeoutContact,
	"WriteTimeout": netcore.WriteTimeout, "StrangerIdleTimeout": netcore.StrangerIdleTimeout, "CloseTimeout": netcore.CloseTimeout,
	"PingTimeout": netcore.PingTimeout, "TwiceTimeout": netcore.TwiceTimeout, "DialInterval": netcore.DialInterval, "ConnectTimeout": netcore.ConnectTimeout,
	"SmallAfter": netcore.SmallAfter, "SmallSegment": netcore.SmallSegment,
	"MaxNonces":   netcore.MaxNonces,
	"PenaltyTime": netcore.PenaltyTime, "UserTimeout": netcore.UserTimeout, "LoweredGrace": netcore.LoweredGrace, "KeepAliveIdle": netcore.KeepAliveIdle,
	"KeepAliveInterval": netcore.KeepAliveInterval, "KeepAliveCount": netcore.KeepAliveCount,
	"MaxHandshakeBytes": netcore.MaxHandshakeBytes, "SendQueueFrames": netcore.SendQueueFrames, "SendQueueBytes": netcore.SendQueueBytes,
	"BatchBytes": netcore.BatchBytes, "NotSentLowWater": netcore.NotSentLowWater, "MaxStrikes": netcore.MaxStrikes,
	"ConnectRate": netcore.ConnectRate, "ConnectBurst": netcore.ConnectBurst, "MaxBuckets": netcore.MaxBuckets,
	"MaxStrangerLinks": netcore.MaxStrangerLinks, "MaxStrangersPerAddr": netcore.MaxStrangersPerAddr, "ContactSlots": netcore.ContactSlots,
	"MaxPenalties": netcore.MaxPenalties, "MaxDialAddrs": netcore.MaxDialAddrs,
}

// The page has every limit of the code with its value, and no other.
func TestDocConstants(t *testing.T) {
	doc := readDoc(t)
	values := make(map[string]string)
	for _, row := range table(t, section(t, doc, "## 11 "), "name") {
		values[strings.Trim(row[0], "`")] = row[1]
	}
	values["ALPN"] = "earshot/1"
	if !strings.Contains(section(t, doc, "## 2 "), "| ALPN | `earshot/1`") {
		t.Error("§2 does not name the ALPN")
	}
	for name, v := range constants {
		number, unit := shown(v)
		got, rest, _ := strings.Cut(values[name], " ")
		if got != number || unit != "" && rest != unit {
			t.Errorf("%s is %q, the code says %s %s", name, values[name], number, unit)
		}
		delete(values, name)
	}
	for name := range values {
		t.Errorf("%s is not in the code", name)
	}
	for _, file := range []string{"frame.go", "strict.go", "validate.go", "../limits.go"} {
		for _, name := range exportedConsts(t, file) {
			if constants[name] == nil {
				t.Errorf("%s of %s is not in this test", name, file)
			}
		}
	}
}

// shown is how the page writes a value; an empty unit leaves the words free.
func shown(v any) (number, unit string) {
	switch v := v.(type) {
	case time.Duration:
		switch {
		case v >= time.Minute && v%time.Minute == 0:
			return strconv.Itoa(int(v / time.Minute)), "min"
		case v%time.Second == 0:
			return strconv.Itoa(int(v / time.Second)), "s"
		}
		return strconv.Itoa(int(v.Milliseconds())), "ms"
	case int:
		s := strconv.Itoa(v)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s, ""
	}
	return fmt.Sprint(v), ""
}

func exportedConsts(t *testing.T, file string) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
			for _, s := range g.Specs {
				for _, n := range s.(*ast.ValueSpec).Names {
					if n.IsExported() {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	if len(names) == 0 {
		t.Fatalf("%s has no constants", file)
	}
	return names
}

// The limits by state of §4 are those of §11.
func TestDocFrameLimits(t *testing.T) {
	want := []int{wire.LimitBeforeHello, wire.LimitStranger, wire.LimitContact}
	for i, row := range table(t, section(t, readDoc(t), "## 4 "), "state of the link") {
		if number, _ := shown(want[i]); row[1] != number {
			t.Errorf("%s: %s, the code says %s", row[0], row[1], number)
		}
	}
}
