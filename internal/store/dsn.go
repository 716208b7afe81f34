package store

import (
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

func writerPragmas() []string {
	return append(commonPragmas(),
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"foreign_keys(1)",
		"secure_delete(1)",
		fmt.Sprintf("journal_size_limit(%d)", journalLimit))
}

func readerPragmas() []string {
	return append(commonPragmas(), "query_only(1)")
}

func commonPragmas() []string {
	p := []string{
		busyPragma(),
		fmt.Sprintf("cache_size(-%d)", cacheKiB),
		"temp_store(MEMORY)",
	}
	if runtime.GOOS == "darwin" { // fsync there leaves the data in the drive's cache
		p = append(p, "fullfsync(1)", "checkpoint_fullfsync(1)")
	}
	return p
}

func busyPragma() string { return fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()) }

// dsn names the file as a URI, so that any character in path is safe.
func dsn(path string, pragmas []string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/Users/...
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	return u.String()
}
