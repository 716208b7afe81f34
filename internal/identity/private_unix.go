//go:build unix

package identity

import (
	"fmt"
	"os"
)

// checkPrivate refuses a key that group or others can read, as ssh does.
func checkPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%w: %s has mode %04o; run: chmod 600 %s", ErrKeyReadable, path, mode, path)
	}
	return nil
}

// syncDir makes a new name durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
