package wire

import "strings"

// sampleID is a message ID with recognisable bytes.
func sampleID(last byte) ID {
	return ID{0x01, 0x9a, 0x4b, 0x1c, 0x22, 0x33, 0x74, 0x44, 0x95, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, last}
}

// sampleBlock is 32 ascending bytes.
func sampleBlock(first byte) (b Bytes32) {
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

// samples are the messages of testdata/*.hex, by the name of the file: at least
// one of every type.
func samples() map[string]Message {
	return map[string]Message{
		"hello": &Hello{
			ProtoMin: 1, ProtoMax: 1, Role: RoleChat,
			BootID: 0x0102030405060708, StoreEpoch: 0x1112131415161718,
			Name: "Ada", Kind: "laptop", App: "earshot 0.1", ClockMs: 1767225600000,
		},
		"hello-full": &Hello{
			ProtoMin: 1, ProtoMax: 2, Features: []string{"x-notes", "grease-0042"}, Role: RoleChat,
			BootID: 1, StoreEpoch: 24, Name: "Büro 東京", Kind: "desktop", App: "peer.py", ClockMs: 0, Accepts: true,
		},
		"error":       &Error{Code: CodeNotAccepted, RefersTo: TypeMsg, Text: "not accepted"},
		"ping":        &Ping{Nonce: 0xfedcba9876543210},
		"pong":        &Pong{Nonce: 7},
		"bye":         &Bye{Reason: ByeDone},
		"request":     &Request{ID: sampleID(1), HLC: 1767225600000 << 16, Text: "Hello, it is Ada"},
		"request-cut": &Request{ID: sampleID(4), HLC: 1, Text: "The beginning", Cut: true},
		"ack-asked":   &Ack{IDs: []ID{sampleID(1)}, State: AckAsked},
		"accepted":    &Accepted{},
		"msg":         &Msg{ID: sampleID(2), Epoch: 0x1112131415161718, Seq: 1, HLC: 1767225600000<<16 | 1, Text: "مرحبا 👋\n"},
		"msg-answer":  &Msg{ID: sampleID(3), Epoch: 9, Seq: 300, HLC: 5, Kind: MsgAuto, ReplyTo: new(sampleID(2)), Text: "ok", After: new(sampleID(2))},
		"ack":         &Ack{IDs: []ID{sampleID(2), sampleID(3)}, State: AckStored},
		"resume": &Resume{Have: []Have{
			{Epoch: 0x1112131415161718, Top: 70000, Missing: []Range{{Lo: 3, Hi: 3}, {Lo: 500, Hi: 65536}}},
			{Epoch: 9, Top: 300, TopID: new(sampleID(3))},
		}},
		"resume-empty":   &Resume{},
		"edit":           &Edit{ID: sampleID(5), Epoch: 9, Seq: 301, HLC: 6, Target: sampleID(3), Text: "OK"},
		"delete":         &Delete{ID: sampleID(6), Epoch: 9, Seq: 302, HLC: 7, Target: sampleID(3)},
		"react":          &React{ID: sampleID(7), Epoch: 9, Seq: 303, HLC: 8, Target: sampleID(2), Emoji: "👍🏽", Yours: true},
		"react-back":     &React{ID: sampleID(8), Epoch: 9, Seq: 304, HLC: 9, Target: sampleID(3)},
		"typing":         &Typing{Typing: true},
		"pair-start":     &PairStart{Commit: sampleBlock(0x10)},
		"pair-nonce":     &PairNonce{Nonce: sampleBlock(0x30)},
		"pair-reveal":    &PairReveal{Nonce: sampleBlock(0x50)},
		"pair-confirm":   &PairConfirm{MAC: sampleBlock(0x70)},
		"pair-abort":     &PairAbort{Reason: PairDifferent},
		"pair-proof":     &PairProof{MAC: sampleBlock(0x90)},
		"gone":           &Gone{Epoch: 9, Ranges: []Range{{Lo: 1, Hi: 4}, {Lo: 6, Hi: 6}}},
		"profile":        &Profile{Name: "Ada", Kind: "laptop", PresenceKey: []byte(strings.Repeat("\xa5", PresenceKeyBytes))},
		"away":           &Away{Away: true},
		"back":           &Away{},
		"profile-no-key": &Profile{Name: "", Kind: ""},
	}
}
