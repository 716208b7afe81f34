package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"earshot/internal/safetext"
	"earshot/netcore/wire"
)

// HomeEnv names the environment variable that chooses the home folder.
const HomeEnv = "EARSHOT_HOME"

// The files of a home folder beside the key and the store.
const (
	lockFile   = "lock"
	socketFile = "earshot.sock"
	logFile    = "earshot.log"
)

// DefaultHome returns the home folder of this user: $EARSHOT_HOME, else the
// system's folder for data of applications. The folder need not exist.
func DefaultHome() (string, error) {
	if dir := os.Getenv(HomeEnv); dir != "" {
		return filepath.Abs(dir)
	}
	home, err := userHome()
	if err != nil {
		return "", fmt.Errorf("there is no home folder for this user; set %s to a folder: %w", HomeEnv, err)
	}
	switch runtime.GOOS {
	case "windows":
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "Earshot"), nil
		}
		return "", errors.New("LocalAppData is not set; set " + HomeEnv + " to a folder")
	case "darwin", "ios":
		return filepath.Join(home, "Library", "Application Support", "Earshot"), nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "earshot"), nil
	}
	return filepath.Join(home, ".local", "share", "earshot"), nil
}

// maxSocketPath is the longest path of a local socket that every system takes:
// macOS has 104 bytes including the final NUL.
const maxSocketPath = 103

// socketPath returns where the owner of a home folder listens for other
// processes. When the home folder's path is too long, that is a hashed name in
// the user's cache folder, which is the same for every session of that user.
func socketPath(home string) (string, error) {
	if p := filepath.Join(home, socketFile); len(p) <= maxSocketPath {
		return p, nil
	}
	cache, err := userCache()
	if err != nil {
		return "", fmt.Errorf("the path %s is too long for a local socket; choose a shorter home folder: %w", home, err)
	}
	dir := filepath.Join(cache, "earshot")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(home))
	p := filepath.Join(dir, "earshot-"+hex.EncodeToString(sum[:8])+".sock")
	if len(p) > maxSocketPath {
		return "", fmt.Errorf("the path %s is too long for a local socket; choose a shorter home folder", home)
	}
	return p, nil
}

// firstName is what this device calls itself until a person names it: the name
// that its system has for it, if it is one that can be told to others.
func firstName(system string) string {
	name := safetext.Name(system)
	if name == safetext.Unnamed || len(name) > wire.MaxNameBytes {
		return deviceName()
	}
	return string(name)
}

// deviceName is that name for a computer.
func deviceName() string {
	host, err := hostName()
	host, _, _ = strings.Cut(host, ".")
	if err != nil || host == "" || host == "localhost" {
		return "My device"
	}
	return string(safetext.Name(host)) // host names are ASCII: it fits a Hello
}

// deviceKind tells what kind of device this is, for the icon that others show.
func deviceKind() string {
	switch runtime.GOOS {
	case "android", "ios":
		return "phone"
	}
	if batteries, _ := filepath.Glob("/sys/class/power_supply/BAT*"); len(batteries) > 0 {
		return "laptop"
	}
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return "server"
	}
	return "desktop"
}
