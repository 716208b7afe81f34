package store

import (
	"strings"
	"testing"
	"time"
)

// TestRestoredNoticeSaysWhatIsMissing: a person must not believe that all is as it
// was, or that what was deleted stays away.
func TestRestoredNoticeSaysWhatIsMissing(t *testing.T) {
	text := Notice{Kind: NoticeRestored, CopyAt: time.Now(), Folder: "/home/me/damaged-1"}.Text()
	for _, part := range []string{"restored from the copy of", "contacts wrote since comes again", "you wrote since is with them alone", "you deleted since may be here again", "/home/me/damaged-1"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}
