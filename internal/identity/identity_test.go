package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestLoadOrCreateKeepsTheKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	first, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.ID() != again.ID() {
		t.Errorf("second start has ID %s, first had %s", again.ID(), first.ID())
	}
	if id, err := IDOf(first.Certificate().Leaf); err != nil || id != first.ID() {
		t.Errorf("IDOf(certificate) = %v, %v", id, err)
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 1 || files[0].Name() != KeyFile {
		t.Errorf("home folder holds %v, want the key alone", files)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if info, _ := os.Stat(filepath.Join(dir, KeyFile)); info.Mode().Perm() != 0o600 {
		t.Errorf("key has mode %v", info.Mode())
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("home has mode %v", info.Mode())
	}
}

func TestLoadOrCreateAgreesWhenStartedTogether(t *testing.T) {
	dir := t.TempDir()
	ids := make([]DeviceID, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			id, err := LoadOrCreate(dir)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = id.ID()
		})
	}
	wg.Wait()
	for _, id := range ids[1:] {
		if id != ids[0] {
			t.Fatal("two processes that started together made two devices")
		}
	}
}

func TestKeyReadableByOthersIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits on Windows")
	}
	dir := t.TempDir()
	if _, err := LoadOrCreate(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, KeyFile)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := LoadOrCreate(dir)
		if !errors.Is(err, ErrKeyReadable) || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %v: error %v", mode, err)
		}
	}
}

func TestDamagedKeyIsNotReplaced(t *testing.T) {
	for name, content := range map[string]string{
		"empty":    "",
		"garbage":  "hello",
		"half":     "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYD\n",
		"not PKCS": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"huge":     strings.Repeat("x", maxKeyFile+1),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, KeyFile)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := LoadOrCreate(dir); err == nil {
				t.Error("damaged key was taken")
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				t.Error("damaged key was replaced")
			}
		})
	}
}

func TestOnlyEd25519NamesADevice(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := IDOf(cert); err == nil {
		t.Error("an ECDSA key got a device ID")
	}
}
