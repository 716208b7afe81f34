package hostile

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Middle is somebody between two honest devices, with a key of its own towards
// both: TLS ends here, and each side sees the key of the middle. It passes frames on
// as Change says.
type Middle struct {
	Key *Key
	To  string // HOST:PORT of the device that is behind
	// Change returns what goes on in place of a frame: nothing to drop it, others to
	// replace it. A frame that is held back may be returned with a later one. fromDialler
	// tells who sent it. It is called from two goroutines; nil: all goes on as it is.
	Change func(fromDialler bool, f Frame) []Frame
}

// Pass answers the device that dialled, dials the one behind, and passes frames on
// until either link ends. It closes both.
func (m *Middle) Pass(ctx context.Context, raw net.Conn) error {
	front, err := Answer(ctx, raw, m.Key)
	if err != nil {
		return err
	}
	defer front.Close()
	back, err := Dial(ctx, netip.Addr{}, m.To, m.Key)
	if err != nil {
		return err
	}
	defer back.Close()
	defer context.AfterFunc(ctx, func() { front.Close(); back.Close() })()
	var both sync.WaitGroup
	both.Go(func() { m.pump(front, back, true); back.Close() })
	both.Go(func() { m.pump(back, front, false); front.Close() })
	both.Wait()
	return nil
}

func (m *Middle) pump(from, to *Link, fromDialler bool) {
	for {
		f, err := ReadFrame(from.br)
		if err != nil {
			return
		}
		out := []Frame{f}
		if m.Change != nil {
			out = m.Change(fromDialler, f)
		}
		for _, f := range out {
			if to.Write(Encode(f.Type, f.Body)) != nil {
				return
			}
		}
	}
}

// Serve lets Pass run for whoever connects, until ctx ends.
func (m *Middle) Serve(ctx context.Context, ln net.Listener) {
	var all sync.WaitGroup
	defer all.Wait()
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	for {
		raw, err := ln.Accept()
		if err != nil {
			return
		}
		all.Go(func() { _ = m.Pass(ctx, raw) }) // a device that hangs up is its own affair
	}
}

// Tape is a wire between two hosts on which somebody listens: it passes bytes on as
// they are, and keeps them.
type Tape struct {
	To string // HOST:PORT

	mu   sync.Mutex
	sent [][]byte // of the diallers, by connection
}

// Sent returns what each dialler has sent so far.
func (t *Tape) Sent() [][]byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.sent)
}

// Serve passes connections on until ctx ends.
func (t *Tape) Serve(ctx context.Context, ln net.Listener) {
	var all sync.WaitGroup
	defer all.Wait()
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	for {
		front, err := ln.Accept()
		if err != nil {
			return
		}
		back, err := Connect(ctx, netip.Addr{}, t.To)
		if err != nil {
			front.Close()
			continue
		}
		end := func() { front.Close(); back.Close() }
		stop := context.AfterFunc(ctx, end)
		t.mu.Lock()
		n := len(t.sent)
		t.sent = append(t.sent, nil)
		t.mu.Unlock()
		all.Go(func() { defer stop(); defer end(); t.copy(back, front, n) })
		all.Go(func() { defer end(); t.copy(front, back, -1) })
	}
}

// copy passes bytes on and keeps those of connection n, unless n is negative.
func (t *Tape) copy(to, from net.Conn, n int) {
	buf := make([]byte, 16<<10)
	for {
		k, err := from.Read(buf)
		if err != nil {
			return
		}
		if n >= 0 {
			t.mu.Lock()
			t.sent[n] = append(t.sent[n], buf[:k]...)
			t.mu.Unlock()
		}
		if _, err := to.Write(buf[:k]); err != nil {
			return
		}
	}
}
