package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// ErrOwnerGone is wrapped when the owning process ended before it answered.
// Whether the call took effect is not known; every call may be repeated.
var ErrOwnerGone = errors.New("the program that owns this home folder has ended")

// Client is a Service whose work another process does. It holds no connection
// between calls and needs no Close.
type Client struct {
	path string
}

var _ messenger.Service = (*Client)(nil)

// NewClient returns a client for the socket at path; it does no I/O.
func NewClient(path string) *Client { return &Client{path: path} }

// eventQueue is how many events wait for one subscriber of a client, as many as
// the owner keeps.
const eventQueue = 1024

// Ping reports whether an owner answers.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.Self(ctx)
	return err
}

func (c *Client) dial(ctx context.Context, method string, params any) (net.Conn, *json.Decoder, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, nil, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", c.path)
	if err != nil {
		return nil, nil, gone(ctx, err)
	}
	if err := json.NewEncoder(conn).Encode(call{Method: method, Params: raw}); err != nil {
		conn.Close()
		return nil, nil, gone(ctx, err)
	}
	return conn, json.NewDecoder(conn), nil
}

// gone tells the end of the caller's patience from the end of the owner.
func gone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrOwnerGone, err)
}

func do[R any](ctx context.Context, c *Client, method string, params any) (R, error) {
	var result R
	conn, dec, err := c.dial(ctx, method, params)
	if err != nil {
		return result, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	var a answer
	if err := dec.Decode(&a); err != nil {
		return result, gone(ctx, err)
	}
	if a.Error != nil {
		return result, fromWire(a.Error)
	}
	return result, json.Unmarshal(a.Result, &result)
}

// Subscribe returns the owner's events. The channel closes when ctx ends or the
// owner does.
func (c *Client) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	conn, dec, err := c.dial(ctx, methodSubscribe, none{})
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	var a answer
	if err := dec.Decode(&a); err != nil {
		stop()
		conn.Close()
		return nil, gone(ctx, err)
	}
	if a.Error != nil {
		stop()
		conn.Close()
		return nil, fromWire(a.Error)
	}
	events := make(chan messenger.Event, eventQueue)
	go func() { // ends with the connection, which ctx or the owner ends
		defer close(events)
		defer conn.Close()
		defer stop()
		for {
			var e messenger.Event
			if dec.Decode(&e) != nil {
				return
			}
			select {
			case events <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events, nil
}

// Self returns this device; see messenger.Service.
func (c *Client) Self(ctx context.Context) (messenger.Self, error) {
	return do[messenger.Self](ctx, c, "self", none{})
}

// Rename changes the name that others see; see messenger.Service.
func (c *Client) Rename(ctx context.Context, name string) error {
	_, err := do[none](ctx, c, "rename", name)
	return err
}

// Peers returns the devices in earshot and all contacts; see messenger.Service.
func (c *Client) Peers(ctx context.Context) ([]messenger.Peer, error) {
	return do[[]messenger.Peer](ctx, c, "peers", none{})
}

// Add reaches the device at a typed address; see messenger.Service.
func (c *Client) Add(ctx context.Context, address string) (messenger.Peer, error) {
	return do[messenger.Peer](ctx, c, "add", address)
}

// Send stores a text and sees to its delivery; see messenger.Service.
func (c *Client) Send(ctx context.Context, out messenger.Outgoing) (messenger.Message, error) {
	return do[messenger.Message](ctx, c, "send", out)
}

// History returns a page of a conversation; see messenger.Service.
func (c *Client) History(ctx context.Context, page messenger.Page) ([]messenger.Message, error) {
	return do[[]messenger.Message](ctx, c, "history", page)
}

// Search returns the messages in which words stand; see messenger.Service.
func (c *Client) Search(ctx context.Context, q messenger.Query) ([]messenger.Hit, error) {
	return do[[]messenger.Hit](ctx, c, "search", q)
}

// Conversations returns the list of conversations; see messenger.Service.
func (c *Client) Conversations(ctx context.Context) ([]messenger.Conversation, error) {
	return do[[]messenger.Conversation](ctx, c, "conversations", none{})
}

// Outbox returns what still waits; see messenger.Service.
func (c *Client) Outbox(ctx context.Context) ([]messenger.Message, error) {
	return do[[]messenger.Message](ctx, c, "outbox", none{})
}

// Requests returns the strangers that ask; see messenger.Service.
func (c *Client) Requests(ctx context.Context) ([]messenger.Request, error) {
	return do[[]messenger.Request](ctx, c, "requests", none{})
}

// Allow makes a device a contact; see messenger.Service.
func (c *Client) Allow(ctx context.Context, id identity.DeviceID) error {
	_, err := do[none](ctx, c, "allow", id)
	return err
}

// Refuse drops a device's request; see messenger.Service.
func (c *Client) Refuse(ctx context.Context, id identity.DeviceID) error {
	_, err := do[none](ctx, c, "refuse", id)
	return err
}

// Block silences a device; see messenger.Service.
func (c *Client) Block(ctx context.Context, id identity.DeviceID) error {
	_, err := do[none](ctx, c, "block", id)
	return err
}

// MarkRead says that a person saw a conversation; see messenger.Service.
func (c *Client) MarkRead(ctx context.Context, id identity.DeviceID) error {
	_, err := do[none](ctx, c, "mark_read", id)
	return err
}

// markOne names one message in the conversation with a device.
type markOne struct {
	Peer identity.DeviceID `json:"peer"`
	ID   msgid.ID          `json:"id"`
}

// MarkMessageRead says that one message was seen; see messenger.Service.
func (c *Client) MarkMessageRead(ctx context.Context, peer identity.DeviceID, id msgid.ID) error {
	_, err := do[none](ctx, c, "mark_message_read", markOne{peer, id})
	return err
}
