//go:build !linux

package faultbench

// impossible says why no LAN can be made here.
func impossible() string { return "needs root for network namespaces, which only Linux has" }

func running(int) bool { return true }

func (l *LAN) quickIPv6(string) {}
