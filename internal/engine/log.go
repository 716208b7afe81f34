package engine

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// maxLogBytes is the size at which the log is put aside, replacing the one
// before: two of them hold days of trouble, and nobody fills the disk with more.
const maxLogBytes = 1 << 20

// logOutput is the log of a home folder. Every process of the folder appends;
// only the owner puts it aside.
type logOutput struct {
	path  string
	owner atomic.Bool

	mu   sync.Mutex
	file *os.File
	size int64
}

// openLog opens the log of a home folder for appending. The caller closes it.
func openLog(home string, level slog.Level) (*slog.Logger, *logOutput, error) {
	o := &logOutput{path: filepath.Join(home, logFile)}
	if err := o.open(); err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	return slog.New(slog.NewTextHandler(o, &slog.HandlerOptions{Level: level})), o, nil
}

func (o *logOutput) open() error {
	f, err := os.OpenFile(o.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	o.file, o.size = f, info.Size()
	return nil
}

// Write appends one line.
func (o *logOutput) Write(line []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.owner.Load() && o.size+int64(len(line)) > maxLogBytes {
		if err := o.putAside(); err != nil {
			return 0, err
		}
	}
	n, err := o.file.Write(line)
	o.size += int64(n)
	return n, err
}

// putAside begins a new file. When that fails the log goes on in the old one.
func (o *logOutput) putAside() error {
	if err := os.Rename(o.path, o.path+".old"); err != nil {
		return err
	}
	old := o.file
	if err := o.open(); err != nil {
		return err
	}
	return old.Close()
}

// Close closes the file.
func (o *logOutput) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file.Close()
}
