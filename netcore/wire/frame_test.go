package wire

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"
)

func TestReadFrameLengths(t *testing.T) {
	tests := []struct {
		name  string
		in    string
		limit int
		want  error
	}{
		{"nothing", "", 16, io.EOF},
		{"half a length", "0000", 16, io.ErrUnexpectedEOF},
		{"length alone", "00000002", 16, io.ErrUnexpectedEOF},
		{"length 0", "00000000", 16, ErrEmptyFrame},
		{"type alone", "0000000103", 16, nil},
		{"at the limit", "0000000203a0", 2, nil},
		{"above the limit", "0000000303a0a0", 2, ErrFrameTooLarge},
		{"the largest number", "ffffffff03", LimitContact, ErrFrameTooLarge},
		{"the sign bit", "8000000003", LimitContact, ErrFrameTooLarge},
		{"an HTTP request", "474554202f20485454502f312e310d0a", LimitContact, ErrFrameTooLarge},
		{"limit below 0", "0000000103", -1, ErrFrameTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ReadFrame(bytes.NewReader(parseHex(t, tt.in)), tt.limit)
			if tt.want == nil && err != nil || !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// A refused frame is refused on its length alone: not one byte more is read.
func TestReadFrameReadsNothingBeyond(t *testing.T) {
	r := bytes.NewReader([]byte{0, 0, 1, 0, 3, 0xa0})
	if _, _, err := ReadFrame(r, 255); !errors.Is(err, ErrFrameTooLarge) {
		t.Fatal(err)
	}
	if r.Len() != 2 {
		t.Errorf("%d bytes left, want 2", r.Len())
	}
}

// However the bytes are cut up on their way, the same frames come out.
func TestReadFramePartialReads(t *testing.T) {
	var stream []byte
	var want []Message
	for _, name := range goldenNames(t) {
		stream = append(stream, goldenFrame(t, name)...)
		want = append(want, samples()[name])
	}
	long, err := AppendFrame(nil, &Msg{ID: sampleID(9), Epoch: 1, Seq: 1, Text: string(bytes.Repeat([]byte("long "), MaxTextBytes/5))})
	if err != nil {
		t.Fatal(err)
	}
	stream = append(stream, long...)
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"whole":        func(r io.Reader) io.Reader { return r },
		"one byte":     iotest.OneByteReader,
		"half":         iotest.HalfReader,
		"data and EOF": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			r := wrap(bytes.NewReader(stream))
			for i := range len(want) + 1 {
				typ, body, err := ReadFrame(r, LimitContact)
				if err != nil {
					t.Fatalf("frame %d: %v", i, err)
				}
				if _, err := Decode(typ, body); err != nil {
					t.Fatalf("frame %d: %v", i, err)
				}
			}
			if _, _, err := ReadFrame(r, LimitContact); err != io.EOF {
				t.Errorf("after the last frame: %v, want EOF", err)
			}
		})
	}
}

// An error of the connection comes through as it is.
func TestReadFrameKeepsErrors(t *testing.T) {
	broken := errors.New("broken")
	for n := range 6 {
		r := io.MultiReader(bytes.NewReader([]byte{0, 0, 0, 2, 3, 0xa0}[:n]), iotest.ErrReader(broken))
		if _, _, err := ReadFrame(r, 16); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// Five bytes that announce 256 KiB cost one step; 100 KiB that arrive cost at
// most twice that and the step.
func TestReadFrameAllocatesWhatArrives(t *testing.T) {
	for _, tt := range []struct {
		name    string
		arrives int
		most    uint64
	}{
		{"five bytes", 5, 70 << 10},
		{"100 KiB", 100 << 10, 300 << 10},
	} {
		in := make([]byte, tt.arrives)
		copy(in, []byte{0, 4, 0, 0, byte(TypeMsg)}) // 256 KiB
		const rounds = 50
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range rounds {
			if _, _, err := ReadFrame(bytes.NewReader(in), LimitContact); err != io.ErrUnexpectedEOF {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		if per := (after.TotalAlloc - before.TotalAlloc) / rounds; per > tt.most {
			t.Errorf("%s: %d bytes allocated, want at most %d", tt.name, per, tt.most)
		}
	}
}
