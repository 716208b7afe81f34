package faultbench

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the program that runs on a host.
func TestMain(m *testing.M) {
	to := os.Getenv("FAULTBENCH_DIAL")
	if to == "" {
		os.Exit(Main(m))
	}
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); {
		_, err := net.DialTimeout("tcp", to, time.Second)
		if errors.Is(err, syscall.ECONNREFUSED) {
			os.Exit(0)
		}
	}
	os.Exit(1)
}
