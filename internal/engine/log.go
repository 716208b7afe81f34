package engine

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
)

// maxLogBytes is the size at which a log file is put aside at the next start,
// replacing the one before: two of them hold days of trouble.
const maxLogBytes = 1 << 20

// openLog opens the log of a home folder for appending. The caller closes it.
func openLog(home string, level slog.Level) (*slog.Logger, io.Closer, error) {
	path := filepath.Join(home, logFile)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogBytes {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, nil, fmt.Errorf("put the old log aside: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: level})), f, nil
}
