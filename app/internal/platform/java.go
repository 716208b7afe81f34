//go:build android || jnitest

package platform

import (
	"errors"
	"time"
)

// tag is what Android's lists of locks call ours.
const tag = "earshot"

func newBackend() backend { return &phone{} }

// phone is a backend that asks Android. Its fields are guarded by the System.
type phone struct {
	multicast, wifi, wake object // locks that are kept; 0: not held
}

// deviceName tries the name in the settings first. Some phones refuse it, or
// have none; the model is always there.
func (p *phone) deviceName() (name string, err error) {
	err = work(func(e *env) error {
		if name = nameInSettings(e); name != "" {
			return nil
		}
		name, err = e.text("MODEL", 0)
		return err
	})
	return name, err
}

func nameInSettings(e *env) string {
	key, err := e.get("DEVICE_NAME", 0)
	if err != nil {
		return ""
	}
	resolver, err := e.get("Context.getContentResolver", e.context)
	if err != nil {
		return ""
	}
	name, err := e.text("Global.getString", 0, resolver, key)
	if err != nil {
		return ""
	}
	return name
}

func (p *phone) holdMulticast() error {
	if p.multicast != 0 {
		return nil
	}
	return work(func(e *env) error {
		lock, err := newLock(e, "WIFI_SERVICE", "WifiManager.createMulticastLock", "MulticastLock", tag)
		if err != nil {
			return err
		}
		p.multicast, err = acquire(e, lock, "MulticastLock")
		return err
	})
}

func (p *phone) releaseMulticast() error { return release(&p.multicast, "MulticastLock") }

// holdAwake holds the processor by a lock that ends by itself, and the Wi-Fi
// by one that does not.
func (p *phone) holdAwake(limit time.Duration) error {
	return work(func(e *env) error {
		if err := p.holdWake(e, limit); err != nil {
			return err
		}
		return p.holdWifi(e)
	})
}

func (p *phone) holdWake(e *env, limit time.Duration) error {
	lock := p.wake
	if lock == 0 {
		mode, err := e.number("PARTIAL_WAKE_LOCK")
		if err != nil {
			return err
		}
		if lock, err = newLock(e, "POWER_SERVICE", "PowerManager.newWakeLock", "WakeLock", mode, tag); err != nil {
			return err
		}
	}
	ms := max(limit.Milliseconds(), 1)
	if p.wake != 0 {
		return e.call("WakeLock.acquire", p.wake, ms) // begins the time anew
	}
	var err error
	p.wake, err = acquire(e, lock, "WakeLock", ms)
	return err
}

func (p *phone) holdWifi(e *env) error {
	if p.wifi != 0 {
		return nil
	}
	mode, err := e.number("WIFI_MODE_FULL_HIGH_PERF")
	if err != nil {
		return err
	}
	lock, err := newLock(e, "WIFI_SERVICE", "WifiManager.createWifiLock", "WifiLock", mode, tag)
	if err != nil {
		return err
	}
	p.wifi, err = acquire(e, lock, "WifiLock")
	return err
}

func (p *phone) releaseAwake() error {
	return errors.Join(release(&p.wifi, "WifiLock"), release(&p.wake, "WakeLock"))
}

// newLock makes a lock that is held or not, however often it is acquired.
func newLock(e *env, service, maker, kind string, args ...any) (object, error) {
	manager, err := e.service(service)
	if err != nil {
		return 0, err
	}
	lock, err := e.get(maker, manager, args...)
	if err != nil {
		return 0, err
	}
	return lock, e.call(kind+".setReferenceCounted", lock, false)
}

// acquire acquires a lock and keeps it.
func acquire(e *env, lock object, kind string, args ...any) (object, error) {
	kept, err := e.keep(lock)
	if err != nil {
		return 0, err
	}
	if err := e.call(kind+".acquire", kept, args...); err != nil {
		e.release(kept)
		return 0, err
	}
	return kept, nil
}

// release releases a lock that may be held. It is let go of even if Android
// complains: there is nothing else to be done with it.
func release(kept *object, kind string) error {
	if *kept == 0 {
		return nil
	}
	return work(func(e *env) error {
		err := e.call(kind+".release", *kept)
		e.release(*kept)
		*kept = 0
		return err
	})
}
