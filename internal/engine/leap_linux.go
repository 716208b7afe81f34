package engine

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// clockLeaps is told by the system when the clock on the wall has leapt: somebody
// set it, or the computer slept (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
type clockLeaps struct{ file *os.File }

// farAway is when the timer would end by itself: never, in effect.
const farAway = 100 * 365 * 24 * time.Hour

// newClockLeaps returns nil where the system cannot tell. Close ends it.
func newClockLeaps() *clockLeaps {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil
	}
	c := &clockLeaps{os.NewFile(uintptr(fd), "clock")} // waits without a thread, and Close wakes it
	if c.arm(farAway) != nil {
		c.Close()
		return nil
	}
	return c
}

func (c *clockLeaps) arm(in time.Duration) error {
	timer := &unix.ItimerSpec{Value: unix.NsecToTimespec(time.Now().Add(in).UnixNano())}
	conn, err := c.file.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = conn.Control(func(fd uintptr) {
		set = unix.TimerfdSettime(int(fd), unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, timer, nil)
	})
	return errors.Join(err, set)
}

// watch pokes leapt at each leap until Close.
func (c *clockLeaps) watch(leapt chan<- struct{}) {
	var expired [8]byte
	for {
		if _, err := c.file.Read(expired[:]); err != nil && !errors.Is(err, unix.ECANCELED) {
			return
		}
		select {
		case leapt <- struct{}{}:
		default:
		}
		if c.arm(farAway) != nil {
			return
		}
	}
}

// Close ends watch.
func (c *clockLeaps) Close() { _ = c.file.Close() }
