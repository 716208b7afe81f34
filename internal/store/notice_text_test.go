package store

import (
	"strings"
	"testing"
	"time"
)

// TestEveryKindOfNoticeHasASentence: what happened, and what to do.
func TestEveryKindOfNoticeHasASentence(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range NoticeKinds {
		text := Notice{Kind: kind, CopyAt: time.Now(), Folder: "/home/me/damaged-1", Name: "Anna"}.Text()
		if text == string(kind) || !strings.HasSuffix(text, ".") || strings.Contains(text, "%!") || seen[text] {
			t.Errorf("%s says %q", kind, text)
		}
		if kind == NoticeUsedTwice && !strings.Contains(text, "Anna") {
			t.Errorf("%s does not say whom it is about: %q", kind, text)
		}
		seen[text] = true
	}
}

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
