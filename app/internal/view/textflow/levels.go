package textflow

import "golang.org/x/text/unicode/bidi"

// hasRTL reports whether s holds any character that is written from the right.
func hasRTL(s string) bool {
	for _, r := range s {
		if r < 0x590 { // nothing below is
			continue
		}
		switch classOf(r) {
		case bidi.R, bidi.AL, bidi.AN:
			return true
		}
	}
	return false
}

// baseLevel is 1 if the first strong character is written from the right, else
// 0 (UAX #9 P2, P3).
func baseLevel(rs []rune) uint8 {
	for _, r := range rs {
		switch classOf(r) {
		case bidi.L:
			return 0
		case bidi.R, bidi.AL:
			return 1
		}
	}
	return 0
}

func classOf(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}

// levels returns the embedding level of each character of a paragraph without
// explicit controls (UAX #9 W1 to I2). Odd levels run from right to left.
func levels(rs []rune, base uint8) []uint8 {
	embedding := bidi.L
	if base == 1 {
		embedding = bidi.R
	}
	types := make([]bidi.Class, len(rs))
	for i, r := range rs {
		types[i] = classOf(r)
	}
	resolveMarks(types, embedding)
	resolveNumbers(types, embedding)
	resolveBrackets(rs, types, embedding)
	resolveNeutrals(types, embedding)
	out := make([]uint8, len(rs))
	for i, t := range types {
		out[i] = base
		switch {
		case base == 0 && t == bidi.R, base == 1 && t != bidi.R:
			out[i] = base + 1
		case base == 0 && (t == bidi.AN || t == bidi.EN):
			out[i] = 2
		}
	}
	return out
}

// resolveMarks gives combining and invisible characters the class of what they
// follow (W1).
func resolveMarks(types []bidi.Class, sor bidi.Class) {
	prev := sor
	for i, t := range types {
		if t == bidi.NSM || t == bidi.BN {
			types[i] = prev
		}
		prev = types[i]
	}
}

// resolveNumbers settles digits and what stands in and beside them (W2 to W7).
func resolveNumbers(types []bidi.Class, sor bidi.Class) {
	strong := sor
	for i, t := range types { // W2, W3
		switch t {
		case bidi.L, bidi.R:
			strong = t
		case bidi.AL:
			strong, types[i] = t, bidi.R
		case bidi.EN:
			if strong == bidi.AL {
				types[i] = bidi.AN
			}
		}
	}
	for i := 1; i+1 < len(types); i++ { // W4
		a, t, b := types[i-1], types[i], types[i+1]
		if a == b && (a == bidi.EN && (t == bidi.ES || t == bidi.CS) || a == bidi.AN && t == bidi.CS) {
			types[i] = a
		}
	}
	for i := 0; i < len(types); i++ { // W5, W6
		if types[i] != bidi.ET {
			continue
		}
		end := i
		for end < len(types) && types[end] == bidi.ET {
			end++
		}
		to := bidi.ON
		if i > 0 && types[i-1] == bidi.EN || end < len(types) && types[end] == bidi.EN {
			to = bidi.EN
		}
		fill(types[i:end], to)
		i = end
	}
	strong = sor
	for i, t := range types { // W6, W7
		switch t {
		case bidi.ES, bidi.CS:
			types[i] = bidi.ON
		case bidi.L, bidi.R:
			strong = t
		case bidi.EN:
			if strong == bidi.L {
				types[i] = bidi.L
			}
		}
	}
}

// resolveNeutrals gives spaces and punctuation the direction of both
// neighbours if they agree, else that of the paragraph (N1, N2).
func resolveNeutrals(types []bidi.Class, embedding bidi.Class) {
	for i := 0; i < len(types); {
		if strongOf(types[i]) != bidi.ON {
			i++
			continue
		}
		end := i
		for end < len(types) && strongOf(types[end]) == bidi.ON {
			end++
		}
		before, after := embedding, embedding
		if i > 0 {
			before = strongOf(types[i-1])
		}
		if end < len(types) {
			after = strongOf(types[end])
		}
		if before != after {
			before = embedding
		}
		fill(types[i:end], before)
		i = end
	}
}

// strongOf is the direction that a class lends to its neighbours, ON for none.
func strongOf(t bidi.Class) bidi.Class {
	switch t {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

func fill(types []bidi.Class, t bidi.Class) {
	for i := range types {
		types[i] = t
	}
}
