//go:build !unix

package identity

import "os"

// checkPrivate only looks that the key exists: the per-user folder's access
// list keeps others out where there are no permission bits.
func checkPrivate(path string) error {
	_, err := os.Stat(path)
	return err
}

// syncDir does nothing: folders cannot be synced here.
func syncDir(string) error { return nil }
