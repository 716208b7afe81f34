package faultbench

import (
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
)

// SeedEnv names the environment variable with the seed of all random choices: a
// number in decimal.
const SeedEnv = "EARSHOT_SEED"

var seed = sync.OnceValues(func() (uint64, error) {
	if s := os.Getenv(SeedEnv); s != "" {
		return strconv.ParseUint(s, 10, 64)
	}
	return rand.Uint64(), nil
})

// Random returns the source of a test's random choices and prints its seed. The
// same seed in [SeedEnv] makes the same choices again: which faults, when in the
// course of the work and for how long. What the processes make of it is up to
// the scheduler of the machine. Like any rand.Rand it is for one goroutine.
func Random(t testing.TB) *rand.Rand {
	t.Helper()
	s, err := seed()
	if err != nil {
		t.Fatalf("%s: %v", SeedEnv, err)
	}
	t.Logf("%s=%d", SeedEnv, s)
	return random(s, t.Name())
}

// random derives the source of one test, so that it does not depend on which
// others run.
func random(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) // never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
