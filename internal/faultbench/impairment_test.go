package faultbench

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

func TestFateIsAPureFunction(t *testing.T) {
	m := Impairment{Loss: .2, Duplicate: .2, Reorder: .2, Corrupt: .2, Swap: .2, Jitter: time.Second}
	const frames = 1000
	fates := func(seed uint64) (all []fate) {
		for n := range uint64(frames) {
			all = append(all, fateOf(m, seed, n))
		}
		return all
	}
	if !slices.Equal(fates(7), fates(7)) {
		t.Error("seed 7 decides now so, now otherwise")
	}
	if slices.Equal(fates(7), fates(8)) {
		t.Error("seeds 7 and 8 decide alike")
	}
	// A frame that is not lost keeps its other draws when Loss changes.
	more := m
	more.Loss = .5
	for n := range uint64(frames) {
		if f := fateOf(more, 7, n); f.copies > 0 && f != fateOf(m, 7, n) {
			t.Fatalf("frame %d: %+v, with less loss %+v", n, f, fateOf(m, 7, n))
		}
	}
}

func TestFateHitsTheShares(t *testing.T) {
	const frames = 100_000
	m := Impairment{Loss: .05, Duplicate: .2, Reorder: .1, Corrupt: .01, Swap: .3, Delay: 10 * time.Millisecond, Jitter: 40 * time.Millisecond}
	for seed := range uint64(3) {
		var lost, twice, late, corrupt, swap int
		var delays time.Duration
		for n := range uint64(frames) {
			f := fateOf(m, seed, n)
			count(&lost, f.copies == 0)
			count(&twice, f.copies == 2)
			count(&late, f.late)
			count(&corrupt, f.corrupt)
			count(&swap, f.swap)
			if f.copies > 0 && !f.late {
				if f.delays[0] < m.Delay || f.delays[0] > m.Delay+m.Jitter {
					t.Fatalf("delay %v", f.delays[0])
				}
				delays += f.delays[0]
			}
		}
		kept := float64(frames - lost)
		for _, c := range []struct {
			what      string
			got, want float64
		}{
			{"lost", float64(lost) / frames, m.Loss},
			{"duplicated", float64(twice) / kept, m.Duplicate},
			{"reordered", float64(late) / kept, m.Reorder},
			{"corrupted", float64(corrupt) / kept, m.Corrupt},
			{"swapped", float64(swap) / kept, m.Swap},
			{"mean delay in ms", delays.Seconds() * 1000 / float64(frames-lost-late) / 30, 1},
		} {
			if c.got < c.want*.9 || c.got > c.want*1.1 {
				t.Errorf("seed %d: %s: %.4f, want %.4f", seed, c.what, c.got, c.want)
			}
		}
	}
}

func TestMangle(t *testing.T) {
	fresh := func() []byte {
		frame := make([]byte, swapStart+101)
		for i := range frame {
			frame[i] = byte(i)
		}
		return frame
	}
	for where := range uint64(3000) {
		frame := fresh()
		f := fate{copies: 1, corrupt: true, where: where}
		if corrupted, swapped := f.mangle(frame); !corrupted || swapped {
			t.Fatal("no bit was corrupted")
		}
		if n := differentBits(frame, fresh()); n != 1 || !bytes.Equal(frame[:etherHeader], fresh()[:etherHeader]) {
			t.Fatalf("%d bits are wrong, want one behind the Ethernet header", n)
		}

		frame = fresh()
		f = fate{copies: 1, swap: true, where: where * 0x9e3779b97f4a7c15}
		if _, swapped := f.mangle(frame); !swapped {
			t.Fatal("no words changed places")
		}
		if bytes.Equal(frame, fresh()) || !bytes.Equal(frame[:swapStart], fresh()[:swapStart]) {
			t.Fatal("a swap must change the payload and nothing else")
		}
		if checksum(frame[etherHeader:]) != checksum(fresh()[etherHeader:]) {
			t.Fatal("a swap must keep the checksum")
		}
	}
	for n := range swapStart + 3 {
		f := fate{copies: 1, corrupt: true, swap: true, where: ^uint64(0)}
		if corrupted, swapped := f.mangle(make([]byte, n)); swapped || corrupted != (n > etherHeader) {
			t.Fatalf("%d zero bytes: corrupted %v, swapped %v", n, corrupted, swapped)
		}
	}
}

func differentBits(a, b []byte) (n int) {
	for i := range a {
		for d := a[i] ^ b[i]; d != 0; d &= d - 1 {
			n++
		}
	}
	return n
}

// checksum is the one of RFC 1071.
func checksum(b []byte) uint16 {
	var sum uint32
	for i, x := range b {
		sum += uint32(x) << (8 * (1 - i%2))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
