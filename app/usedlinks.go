package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// mostUsed is how many links a phone remembers to have asked about. Android shows
// an app two: the one that started its activity and the newest.
const mostUsed = 8

// usedLinks are the links that a phone has asked about. Android goes on showing an
// app the link that it was opened with: when the app comes to the front again, and
// even in the next run of the program, after the system has ended it. The
// zero value remembers nothing beyond this run.
type usedLinks struct {
	// path is the file for the next run, "" for none. It holds hashes of whole
	// links: without the secret of a link nothing can be compared with them.
	path string
	sums []string // the newest last; nil: not read yet
}

// take returns the first of the links, the newest, that was not asked about, or ""
// and takes all of them for asked about. Its errors concern the next run only and
// name no link.
func (u *usedLinks) take(newestFirst []string) (link string, err error) {
	if len(newestFirst) == 0 {
		return "", nil
	}
	if u.sums == nil {
		err = u.read()
	}
	changed := false
	for _, l := range slices.Backward(newestFirst) {
		sum := sha256.Sum256([]byte(l))
		if text := hex.EncodeToString(sum[:]); !slices.Contains(u.sums, text) {
			u.sums = append(u.sums, text)
			link, changed = l, true
		}
	}
	if !changed {
		return "", err
	}
	u.sums = u.sums[max(0, len(u.sums)-mostUsed):]
	return link, errors.Join(err, u.write())
}

func (u *usedLinks) read() error {
	u.sums = []string{}
	if u.path == "" {
		return nil
	}
	raw, err := os.ReadFile(u.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	u.sums = append(u.sums, strings.Fields(string(raw))...)
	return bare(err)
}

func (u *usedLinks) write() error {
	if u.path == "" {
		return nil
	}
	return bare(os.WriteFile(u.path, []byte(strings.Join(u.sums, "\n")+"\n"), 0o600))
}

// bare is an error of a file without its path.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
