package wire

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	id, rep := sampleID(1), strings.Repeat
	hello := func(change func(*Hello)) *Hello {
		h := &Hello{ProtoMin: 1, ProtoMax: 1, Role: RoleChat}
		change(h)
		return h
	}
	msg := func(change func(*Msg)) *Msg {
		m := &Msg{ID: id, Epoch: 1, Seq: 1, Text: "x"}
		change(m)
		return m
	}
	have := func(n int, top uint64, rs ...Range) *Resume {
		r := &Resume{}
		for i := range n {
			r.Have = append(r.Have, Have{Epoch: uint64(i), Top: top, Missing: rs})
		}
		return r
	}
	many := func(n int) (rs []Range) {
		for i := range n {
			rs = append(rs, Range{Lo: uint64(2*i + 1), Hi: uint64(2*i + 1)})
		}
		return rs
	}
	ids := func(n int) []ID { return slices.Repeat([]ID{id}, n) }
	tests := []struct {
		name string
		m    Message
		ok   bool
	}{
		{"nil", nil, false},
		{"hello", hello(func(*Hello) {}), true},
		{"hello longest", hello(func(h *Hello) { h.Name, h.Kind, h.App = rep("n", 160), rep("k", 16), rep("a", 64) }), true},
		{"hello version 0", hello(func(h *Hello) { h.ProtoMin = 0 }), false},
		{"hello versions crossed", hello(func(h *Hello) { h.ProtoMin = 2 }), false},
		{"hello role 0", hello(func(h *Hello) { h.Role = 0 }), false},
		{"hello another role", hello(func(h *Hello) { h.Role = 2 }), true},
		{"hello name", hello(func(h *Hello) { h.Name = rep("n", 161) }), false},
		{"hello name not UTF-8", hello(func(h *Hello) { h.Name = "\xff" }), false},
		{"hello kind", hello(func(h *Hello) { h.Kind = rep("k", 17) }), false},
		{"hello app", hello(func(h *Hello) { h.App = rep("a", 65) }), false},
		{"hello 32 features", hello(func(h *Hello) { h.Features = slices.Repeat([]string{"f"}, 32) }), true},
		{"hello 33 features", hello(func(h *Hello) { h.Features = slices.Repeat([]string{"f"}, 33) }), false},
		{"hello long feature", hello(func(h *Hello) { h.Features = []string{rep("f", 33), "f"} }), false},
		{"hello empty feature", hello(func(h *Hello) { h.Features = []string{""} }), false},
		{"error", &Error{Code: 99, Text: rep("e", 200)}, true},
		{"error code 0", &Error{}, false},
		{"error text", &Error{Code: 1, Text: rep("e", 201)}, false},
		{"bye unknown reason", &Bye{Reason: 77}, true},
		{"bye reason 0", &Bye{}, false},
		{"request", &Request{ID: id, Text: rep("🙂", 1000)}, true},
		{"request 1001 characters", &Request{ID: id, Text: rep("x", 1001)}, false},
		{"request empty", &Request{ID: id}, false},
		{"request zero ID", &Request{Text: "x"}, false},
		{"request not UTF-8", &Request{ID: id, Text: "\xc3"}, false},
		{"msg", msg(func(*Msg) {}), true},
		{"msg 64 KiB", msg(func(m *Msg) { m.Text = rep("x", 64<<10) }), true},
		{"msg 64 KiB and 1", msg(func(m *Msg) { m.Text = rep("x", 64<<10+1) }), false},
		{"msg empty", msg(func(m *Msg) { m.Text = "" }), false},
		{"msg seq 0", msg(func(m *Msg) { m.Seq = 0 }), false},
		{"msg zero ID", msg(func(m *Msg) { m.ID = ID{} }), false},
		{"msg unknown kind", msg(func(m *Msg) { m.Kind = 2 }), false},
		{"msg reply to zero", msg(func(m *Msg) { m.ReplyTo = new(ID) }), false},
		{"msg after zero", msg(func(m *Msg) { m.After = new(ID) }), false},
		{"msg not UTF-8", msg(func(m *Msg) { m.Text = "a\xffb" }), false},
		{"msg control characters", msg(func(m *Msg) { m.Text = "\x00\x1b[2J\r\n" }), true},
		{"ack none", &Ack{State: AckStored}, false},
		{"ack 256", &Ack{IDs: ids(256), State: AckRead}, true},
		{"ack 257", &Ack{IDs: ids(257), State: AckRead}, false},
		{"ack state 0", &Ack{IDs: ids(1)}, false},
		{"ack asked", &Ack{IDs: ids(1), State: AckAsked}, true},
		{"ack state 4", &Ack{IDs: ids(1), State: 4}, false},
		{"ack zero ID", &Ack{IDs: []ID{id, {}}, State: AckStored}, false},
		{"resume empty", have(0, 0), true},
		{"resume 64 epochs of 64 ranges", have(64, 127, many(64)...), true},
		{"resume 65 epochs", have(65, 1), false},
		{"resume 65 ranges", have(1, 1000, many(65)...), false},
		{"resume epoch twice", &Resume{Have: []Have{{Epoch: 1, Top: 1}, {Epoch: 1, Top: 2}}}, false},
		{"resume zero top ID", &Resume{Have: []Have{{Epoch: 1, Top: 1, TopID: new(ID)}}}, false},
		{"resume missing above top", have(1, 4, Range{Lo: 3, Hi: 5}), false},
		{"resume range from 0", have(1, 4, Range{Lo: 0, Hi: 1}), false},
		{"resume range backwards", have(1, 4, Range{Lo: 3, Hi: 2}), false},
		{"resume ranges overlap", have(1, 9, Range{Lo: 1, Hi: 3}, Range{Lo: 3, Hi: 4}), false},
		{"resume ranges unsorted", have(1, 9, Range{Lo: 5, Hi: 6}, Range{Lo: 1, Hi: 2}), false},
		{"resume ranges touch", have(1, 9, Range{Lo: 1, Hi: 3}, Range{Lo: 4, Hi: 4}), true},
		{"msg epoch 0", msg(func(m *Msg) { m.Epoch = 0 }), false},
		{"edit", &Edit{ID: id, Epoch: 1, Seq: 1, Target: ID{2}, Text: rep("x", MaxTextBytes)}, true},
		{"edit without text", &Edit{ID: id, Epoch: 1, Seq: 1, Target: ID{2}}, false},
		{"edit too long", &Edit{ID: id, Epoch: 1, Seq: 1, Target: ID{2}, Text: rep("x", MaxTextBytes+1)}, false},
		{"edit of itself", &Edit{ID: id, Epoch: 1, Seq: 1, Target: id, Text: "x"}, false},
		{"edit of nothing", &Edit{ID: id, Epoch: 1, Seq: 1, Text: "x"}, false},
		{"delete", &Delete{ID: id, Epoch: 1, Seq: 1, Target: ID{2}}, true},
		{"delete without ID", &Delete{Epoch: 1, Seq: 1, Target: ID{2}}, false},
		{"delete epoch 0", &Delete{ID: id, Seq: 1, Target: ID{2}}, false},
		{"delete number 0", &Delete{ID: id, Epoch: 1, Target: ID{2}}, false},
		{"react", &React{ID: id, Epoch: 1, Seq: 1, Target: ID{2}, Emoji: rep("x", MaxEmojiBytes)}, true},
		{"react taken back", &React{ID: id, Epoch: 1, Seq: 1, Target: ID{2}}, true},
		{"react too long", &React{ID: id, Epoch: 1, Seq: 1, Target: ID{2}, Emoji: rep("x", MaxEmojiBytes+1)}, false},
		{"react not UTF-8", &React{ID: id, Epoch: 1, Seq: 1, Target: ID{2}, Emoji: "\xff"}, false},
		{"typing", &Typing{}, true},
		{"pair start of zeros", &PairStart{}, true},
		{"pair abort", &PairAbort{Reason: 99}, true},
		{"pair abort reason 0", &PairAbort{}, false},
		{"gone epoch 0", &Gone{Ranges: many(1)}, false},
		{"gone none", &Gone{Epoch: 1}, false},
		{"gone 64", &Gone{Epoch: 1, Ranges: many(64)}, true},
		{"gone 65", &Gone{Epoch: 1, Ranges: many(65)}, false},
		{"profile key of 16", &Profile{PresenceKey: make([]byte, 16)}, true},
		{"profile key of 17", &Profile{PresenceKey: make([]byte, 17)}, false},
		{"profile name", &Profile{Name: rep("n", 161)}, false},
		{"profile kind", &Profile{Kind: rep("k", 17)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Validate(tt.m)
			if (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrMalformed) {
				t.Fatalf("Validate: %v, want ok %t", err, tt.ok)
			}
			_, err = AppendFrame(nil, tt.m)
			if (err == nil) != tt.ok {
				t.Errorf("AppendFrame: %v, want ok %t", err, tt.ok)
			}
		})
	}
}

// Whatever Validate allows fits the limit of the link that it is sent on, but
// for a Hello with an unreasonable list of features.
func TestLongestFrames(t *testing.T) {
	rep := strings.Repeat
	var wide []Range
	for i := range uint64(MaxRanges) {
		wide = append(wide, Range{Lo: 1<<63 + 4*i, Hi: 1<<63 + 4*i + 1})
	}
	resume := &Resume{}
	for i := range uint64(MaxEpochs) {
		resume.Have = append(resume.Have, Have{Epoch: 1<<63 + i, Top: 1<<64 - 1, Missing: wide, TopID: new(sampleID(1))})
	}
	for _, m := range []Message{
		&Request{ID: sampleID(1), HLC: 1<<64 - 1, Text: rep("🙂", MaxRequestChars)},
		&Msg{ID: sampleID(1), Epoch: 1<<64 - 1, Seq: 1<<64 - 1, HLC: 1<<64 - 1, Kind: 1, Text: rep("x", MaxTextBytes), ReplyTo: new(sampleID(2)), After: new(sampleID(3))},
		&Ack{IDs: slices.Repeat([]ID{sampleID(1)}, MaxAckIDs), State: AckRead},
		&Error{Code: 1<<64 - 1, RefersTo: 255, Fatal: true, Text: rep("e", MaxErrorText)},
		resume,
		&Gone{Epoch: 1<<64 - 1, Ranges: wide},
	} {
		if _, err := AppendFrame(nil, m); err != nil {
			t.Errorf("%s: %v", m.Type(), err)
		}
	}
	h := &Hello{ProtoMin: 1, ProtoMax: 1, Role: RoleChat, Features: slices.Repeat([]string{rep("f", MaxFeatureBytes)}, MaxFeatures)}
	if b, err := AppendFrame([]byte("kept"), h); !errors.Is(err, ErrFrameTooLarge) || string(b) != "kept" {
		t.Errorf("Hello above the limit: %q, %v", b, err)
	}
}
