package app

import (
	"bytes"
	"errors"
	"log"
	"strings"
	"testing"
)

func TestWithoutADisplay(t *testing.T) {
	usual := log.Writer()
	defer log.SetOutput(usual)
	for _, c := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"X11", map[string]string{"DISPLAY": ":97"}, "no display at :97;"},
		{"both", map[string]string{"DISPLAY": ":97", "WAYLAND_DISPLAY": "wayland-7"}, "no display at :97 or wayland-7;"},
		{"none", nil, "no display: neither DISPLAY nor WAYLAND_DISPLAY is set;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stderr, logged bytes.Buffer
			log.SetOutput(&logged)
			code := withDisplay(&stderr, func(name string) string { return c.env[name] }, unused(t), func() int {
				log.Println("Fyne error: ", logNoDisplay)
				log.Println("  Cause:", "X11")
				log.Println("  At: loop.go:29")
				panic(errors.New("NotInitialized: The GLFW library is not initialized"))
			})
			if code != exitFailed || stderr.String() != "earshot: "+c.want+" without a display use: earshotctl run\n" || logged.Len() != 0 {
				t.Errorf("exit %d, written %q, logged %q", code, stderr.String(), logged.String())
			}
			if log.Writer() != &logged {
				t.Error("the log does not go where it went")
			}
		})
	}
}

func unused(t *testing.T) func(int) {
	return func(code int) { t.Errorf("exit %d", code) }
}

// TestNothingCanBeDrawn: the toolkit would go on without a window for ever.
func TestNothingCanBeDrawn(t *testing.T) {
	usual := log.Writer()
	defer log.SetOutput(usual)
	var stderr, logged bytes.Buffer
	log.SetOutput(&logged)
	var codes []int
	withDisplay(&stderr, func(string) string { return "" }, func(code int) { codes = append(codes, code) }, func() int {
		log.Println("one")
		log.Println("Fyne error: ", logNoWindow)
		log.Println("  Cause:", "VersionUnavailable: no OpenGL")
		log.Println("  At: driver.go:180")
		return exitOK
	})
	if len(codes) != 1 || codes[0] != exitFailed || !strings.Contains(stderr.String(), "needs OpenGL") || !strings.Contains(logged.String(), "VersionUnavailable") {
		t.Errorf("exits %v, written %q, logged %q", codes, stderr.String(), logged.String())
	}
}

// TestOtherPanicsGoOn: with everything that was logged before.
func TestOtherPanicsGoOn(t *testing.T) {
	usual := log.Writer()
	defer log.SetOutput(usual)
	var stderr, logged bytes.Buffer
	log.SetOutput(&logged)
	fault := errors.New("a fault")
	defer func() {
		if recover() != fault || stderr.Len() != 0 || strings.Count(logged.String(), "\n") != 3 || log.Writer() != &logged {
			t.Errorf("written %q, logged %q", stderr.String(), logged.String())
		}
	}()
	withDisplay(&stderr, func(string) string { return "" }, unused(t), func() int {
		log.Println("one")
		log.Println("Fyne error: ", logNoDisplay)
		log.Println("two")
		panic(fault)
	})
}
