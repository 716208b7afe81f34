package discovery

import (
	"encoding/hex"
	"errors"
	"strings"
)

// Why a TXT record is not taken.
var (
	errTXT     = errors.New("not a TXT record of Earshot")
	errVersion = errors.New("TXT record of another version")
)

// txtVersion is the version of the record, key "v".
const txtVersion = "1"

// claims are the fields of a TXT record of version 1.
type claims struct {
	salt, who  [8]byte
	name, kind string
}

// format writes the strings of the TXT record, without DNS escapes.
func (c claims) format() []string {
	txt := []string{
		"v=" + txtVersion,
		"salt=" + hex.EncodeToString(c.salt[:]),
		"who=" + hex.EncodeToString(c.who[:]),
	}
	if c.name != "" {
		txt = append(txt, "n="+c.name)
	}
	if c.kind != "" {
		txt = append(txt, "k="+c.kind)
	}
	return txt
}

// parseTXT reads the strings of a TXT record, without DNS escapes, by the rules
// of RFC 6763 §6.4: keys are compared without case, of two equal ones the first
// counts, strings without a key and unknown keys mean nothing. Name and kind
// are cut to what a device may tell. Before trust: FuzzParseTXT.
func parseTXT(txt []string) (claims, error) {
	var c claims
	if len(txt) > maxTXTStrings {
		return c, errTXT
	}
	values := map[string]string{}
	for _, s := range txt {
		key, value, _ := strings.Cut(s, "=")
		key = strings.ToLower(key)
		if _, twice := values[key]; !twice {
			values[key] = value
		}
	}
	version, ok := values["v"]
	if !ok {
		return c, errTXT
	}
	if version != txtVersion {
		return c, errVersion
	}
	if !unhex(&c.salt, values["salt"]) || !unhex(&c.who, values["who"]) {
		return claims{}, errTXT
	}
	c.name = cut(values["n"], MaxNameBytes)
	c.kind = cut(values["k"], maxKindBytes)
	return c, nil
}

func unhex(dst *[8]byte, s string) bool {
	if len(s) != hex.EncodedLen(len(dst)) {
		return false
	}
	_, err := hex.Decode(dst[:], []byte(s))
	return err == nil
}

// escapeTXT puts strings into the form that the dns package packs: there a
// backslash begins an escape.
func escapeTXT(txt []string) []string {
	out := make([]string, len(txt))
	for i, s := range txt {
		out[i] = strings.ReplaceAll(s, `\`, `\\`)
	}
	return out
}

// unescapeTXT undoes what the dns package does to unpacked strings: it writes
// quotes and backslashes as \" and \\, and bytes outside of ASCII as \DDD.
func unescapeTXT(txt []string) []string {
	out := make([]string, len(txt))
	for i, s := range txt {
		out[i] = unescape(s)
	}
	return out
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		if i+3 < len(s) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) {
			b = append(b, (s[i+1]-'0')*100+(s[i+2]-'0')*10+(s[i+3]-'0'))
			i += 3
			continue
		}
		i++
		b = append(b, s[i])
	}
	return string(b)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
