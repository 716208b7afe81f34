package peertext

// Earshot are the rules of this program.
var Earshot = Rules{
	Sources: []string{
		"earshot/internal/store.Contact.Name", "earshot/internal/store.Contact.Said", "earshot/internal/store.Contact.Kind",
		"earshot/internal/store.Request.Name", "earshot/internal/store.Request.Kind", "earshot/internal/store.Request.Text",
		"earshot/internal/store.Message.Text", "earshot/internal/store.Message.Mine", "earshot/internal/store.Message.Theirs",
		"earshot/internal/store.Quote.Text", "earshot/internal/store.Incoming.Text",
		"earshot/internal/messenger.Peer.Name", "earshot/internal/messenger.Peer.Said", "earshot/internal/messenger.Peer.Kind",
		"earshot/internal/messenger.Pairing.Name", "earshot/internal/messenger.Pairing.Kind", "earshot/internal/messenger.Invited.Name",
		"earshot/internal/messenger.Hint.Name", "earshot/internal/messenger.Hint.Kind",
		"earshot/netcore/wire.Hello.Name", "earshot/netcore/wire.Hello.Kind", "earshot/netcore/wire.Hello.App", "earshot/netcore/wire.Hello.Features",
		"earshot/netcore/wire.Profile.Name", "earshot/netcore/wire.Profile.Kind",
		"earshot/netcore/wire.Request.Text", "earshot/netcore/wire.Msg.Text", "earshot/netcore/wire.Edit.Text",
		"earshot/netcore/wire.React.Emoji", "earshot/netcore/wire.Error.Text",
		"earshot/discovery.Hint.Name", "earshot/discovery.Hint.Kind",
	},
	Door:    "earshot/internal/safetext",
	Through: []string{"earshot/internal/safetext.Pad"},
	Strict:  []string{"earshot", "earshot/app/...", "earshot/cmd/...", "earshot/internal/export"},
	Handing: []string{
		"strings", "bytes", "slices", "maps", "cmp", "unicode", "unicode/utf8", "sort", "sync", "sync/atomic", "iter", "errors.As", "errors.Is",
		"fmt.Sprint*", "fmt.Append*", "strconv", "context", "reflect", "net/netip",
		"github.com/clipperhouse/uax29/v2/graphemes", "golang.org/x/text/unicode/norm", "golang.org/x/text/unicode/bidi",
	},
	Ways: []string{
		"log", "log/slog", "fmt.Errorf", "errors.New", "os", "os/exec", "os/user", "path", "path/filepath", "io/fs", "io/ioutil", "plugin", "syscall",
	},
	Widgets: []Widget{
		{"fyne.io/fyne/v2/widget", "RichText", "a peer's text could be read as rich text"},
		{"fyne.io/fyne/v2/widget", "Markdown", "a peer's text could be read as Markdown"},
		{"fyne.io/fyne/v2/widget", "Segment", "a peer's text could be read as rich text"},
	},
	Allowed: allowed,
}
