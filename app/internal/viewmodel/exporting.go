package viewmodel

import (
	"context"
	"errors"
	"fmt"
	"io"

	"earshot/internal/export"
	"earshot/internal/identity"
)

// File is a file that is made at once. One of Commit and Discard is called, once.
type File interface {
	io.Writer
	Commit() error // what was written stays
	Discard()      // nothing stays
	Where() string // for a person: "Downloads/earshot.txt"
}

// Export writes the conversation with a device to f, as text for people or as
// JSON. Its chat says what came of it, or a notice if that was left. It goes on while other things are done,
// and ends with Run: then, or after an error, nothing stays.
func (c *Controller) Export(id identity.DeviceID, f File, asJSON bool) {
	o := export.Options{Peer: id, Now: c.opt.Now(), Zone: c.opt.Now().Location()}
	if asJSON {
		o.Format = export.JSON
	}
	c.say(id, "Exporting …")
	c.exports.put(func(ctx context.Context) {
		n, err := export.Write(ctx, c.opt.Service, f, o)
		if err != nil {
			f.Discard()
		} else {
			err = f.Commit()
		}
		if err != nil {
			c.log.Warn("Could not export a conversation.", "error", err)
			c.tell(id, exportFailed(err))
			return
		}
		count := fmt.Sprintf("%d messages", n)
		if n == 1 {
			count = "1 message"
		}
		c.tell(id, "Exported "+count+" to "+f.Where()+".")
	})
}

// exportFailed is why there is no export, in words for a person.
func exportFailed(err error) string {
	if errors.Is(err, export.ErrLost) || errors.Is(err, export.ErrUnclear) {
		return "Not exported: the conversation changed too much meanwhile. Try it again."
	}
	return "Not exported: the file could not be written to its end. Free some space and try it again."
}

// say puts words into the chat with a device until it is left or written in.
func (c *Controller) say(id identity.DeviceID, words string) {
	c.inbox.put(func(s *state) stale {
		if s.thread != nil && s.thread.peer == id {
			s.thread.said = words
		}
		return 0
	})
}

// tell is say about what came of something. If the chat was left meanwhile, it
// is a notice.
func (c *Controller) tell(id identity.DeviceID, words string) {
	c.inbox.put(func(s *state) stale {
		if s.thread == nil || s.thread.peer != id {
			s.notice = words
			return 0
		}
		s.thread.said = words
		return 0
	})
}
