//go:build !android

package engine

import "os"

// userHome is the folder of this user.
func userHome() (string, error) { return os.UserHomeDir() }

// userCache is this user's folder for what may be lost.
func userCache() (string, error) { return os.UserCacheDir() }

// hostName is what the computer calls itself in its network.
func hostName() (string, error) { return os.Hostname() }
