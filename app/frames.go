package app

import (
	"bufio"
	"fmt"
	"os"
	"time"

	"fyne.io/fyne/v2"
)

// FramesEnv names an environment variable that helps to measure the real
// window: if it holds the path of a file, a line is added to it for each turn of
// the window's loop, right before what changed is drawn: the time in
// microseconds since 1970, and 1 if anything was placed anew since the line
// before, else 0. A turn takes what is to be done, draws, and waits for the
// next sixtieth of a second; so what lies between two lines is how long a
// picture stood still. Without the variable nothing is written and nothing
// measured.
const FramesEnv = "EARSHOT_UI_FRAMES"

// frameLog writes the file of FramesEnv. It belongs to the goroutine of the
// window and has no end: the file is closed with the process.
type frameLog struct {
	out   *bufio.Writer // nil: nothing is written
	moved bool
}

// newFrameLog begins to write a file, "" for none.
func newFrameLog(path string) *frameLog {
	l := &frameLog{}
	if path == "" {
		return l
	}
	file, err := os.Create(path)
	if err != nil {
		fyne.LogError("Could not write the log of frames", err)
		return l
	}
	l.out = bufio.NewWriter(file)
	turns := fyne.NewAnimation(time.Second, func(float32) { l.turn() })
	turns.RepeatCount = fyne.AnimationRepeatForever
	turns.Start()
	return l
}

// later notes that something was placed anew.
func (l *frameLog) later() { l.moved = true }

// turn writes a line. The file gets them when nothing moves: then there is time.
func (l *frameLog) turn() {
	moved := 0
	if l.moved {
		moved, l.moved = 1, false
	}
	_, _ = fmt.Fprintln(l.out, time.Now().UnixMicro(), moved) // kept by the writer, and told by Flush
	if moved == 0 {
		if err := l.out.Flush(); err != nil {
			fyne.LogError("Could not write the log of frames", err)
		}
	}
}
