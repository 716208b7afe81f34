package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"earshot/internal/messenger"
)

const (
	// maxCallBytes bounds one call: the longest text with every byte escaped in
	// JSON, and room for the rest.
	maxCallBytes = 6*messenger.MaxTextBytes + 64<<10
	// readTimeout is how long a client may take to say what it wants.
	readTimeout = 10 * time.Second
	// writeTimeout is how long a client may leave an answer unread. One that is
	// stopped loses its connection, and asks anew when it goes on.
	writeTimeout = 10 * time.Second
)

type call struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params,omitempty"`
}

type answer struct {
	Result json.RawMessage `json:"result,omitempty"`
	Error  *wireError      `json:"error,omitempty"`
}

// Server answers calls for a Service.
type Server struct {
	svc messenger.Service
	log *slog.Logger
}

// NewServer returns a server for svc. A nil logger is silent.
func NewServer(svc messenger.Service, log *slog.Logger) *Server {
	if log == nil {
		log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return &Server{svc: svc, log: log}
}

// Serve answers calls on ln until ctx ends; it closes ln and returns when every
// call has ended.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	for {
		conn, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			ln.Close()
			return fmt.Errorf("the control socket ended: %w", err)
		}
		wg.Go(func() { s.serve(ctx, conn) })
	}
}

func (s *Server) serve(ctx context.Context, conn net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	conn.SetReadDeadline(time.Now().Add(readTimeout))
	var c call
	if err := json.NewDecoder(io.LimitReader(conn, maxCallBytes)).Decode(&c); err != nil {
		if !errors.Is(err, io.EOF) && ctx.Err() == nil {
			s.log.Warn("a call on the control socket was not understood", "err", err)
		}
		return
	}
	conn.SetReadDeadline(time.Time{})
	// The client says nothing more, but for the end of its line: a read that ends
	// says that it has gone.
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(io.Discard, conn)
		cancel()
	}()
	s.answer(ctx, conn, c)
	conn.Close()
	<-done
}

func (s *Server) answer(ctx context.Context, conn net.Conn, c call) {
	if c.Method == methodSubscribe {
		s.stream(ctx, conn)
		return
	}
	h := methods[c.Method]
	if h == nil {
		s.write(conn, answer{Error: &wireError{Text: fmt.Sprintf("no method %q: are both programs of one version?", c.Method)}})
		return
	}
	result, err := h(ctx, s.svc, c.Params)
	if ctx.Err() != nil {
		return // the owner ends or the client has left: not an answer, but the end of the line
	}
	if err != nil {
		s.write(conn, answer{Error: toWire(err)})
		return
	}
	raw, err := json.Marshal(result)
	if err != nil {
		s.write(conn, answer{Error: toWire(err)})
		return
	}
	s.write(conn, answer{Result: raw})
}

func (s *Server) write(conn net.Conn, v any) bool {
	conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	return json.NewEncoder(conn).Encode(v) == nil
}

func (s *Server) stream(ctx context.Context, conn net.Conn) {
	events, err := s.svc.Subscribe(ctx)
	if err != nil {
		s.write(conn, answer{Error: toWire(err)})
		return
	}
	if !s.write(conn, answer{Result: json.RawMessage("true")}) {
		return
	}
	for e := range events {
		if !s.write(conn, e) {
			return
		}
	}
}
