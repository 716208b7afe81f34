package engine

import (
	"os"
	"syscall"
)

// dataSync makes what was written to f durable, without its times.
func dataSync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
