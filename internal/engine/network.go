package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"

	"earshot/discovery"
	"earshot/discovery/netif"
	"earshot/internal/messenger"
	"earshot/netcore"
	"earshot/netcore/wire"
)

// settingPort remembers the port of the last run, so that a restarted device is
// where its contacts look first.
const settingPort = "port"

// network puts the device on the network until ctx ends, calling ready once it
// can be reached. It ends in this order: goodbye, listener, links.
func (o *owner) network(ctx context.Context, ready func()) error {
	ln, port, err := o.listen(ctx)
	if err != nil {
		return err
	}
	node := netcore.NewNode(netcore.Config{
		Identity: o.id, Handler: linkHandler{o.msgr}, Logger: o.log, Hides: o.msgr.Hides, Origin: o.nearby.origin,
		UsedTwice: o.msgr.UsedTwice, OwnKey: o.msgr.OwnKeyAt,
	})
	dialler := dialler{node, o.id.ID()}
	disc, err := o.discovery(ctx, port)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	var wg sync.WaitGroup
	discCtx, stopDisc := context.WithCancel(ctx)
	defer stopDisc()
	fail := make(chan error, 2)
	if disc != nil {
		o.present(disc)
		defer o.present(nil)
		o.msgr.Connect(dialler, disc)
		o.onRecordChange(func() { o.announce(ctx, disc, port) })
		wg.Go(func() { o.hints(disc.Events()) })
		wg.Go(func() { fail <- disc.Run(discCtx) })
	} else {
		o.msgr.Connect(dialler, nil)
	}
	wg.Go(func() { watchSleep(discCtx, o.recheck) })
	serveCtx, stopServe := context.WithCancel(context.WithoutCancel(ctx))
	wg.Go(func() { fail <- node.Serve(serveCtx, ln) })
	o.msgr.SetListening(port, func() []netip.AddrPort { return ownAddresses(port) })
	ready()

	select {
	case <-ctx.Done():
	case err = <-fail:
	}
	o.onRecordChange(nil)
	o.msgr.SetListening(0, nil)
	stopDisc()
	stopServe()
	node.Close(wire.ByeShutdown)
	wg.Wait()
	return fmt.Errorf("the network part ended: %w", err)
}

func (o *owner) listen(ctx context.Context) (net.Listener, int, error) {
	text, err := o.db.Setting(ctx, settingPort)
	if err != nil {
		return nil, 0, err
	}
	last, _ := strconv.Atoi(text) // absent or damaged: 0
	ports := []int{netcore.DefaultPort}
	if last > 0 && last != netcore.DefaultPort {
		ports = []int{last, netcore.DefaultPort}
	}
	var ln net.Listener
	var port int
	if loopbackOnly() {
		ln, port, err = listenLoopback(ctx, last)
	} else {
		ln, port, err = netcore.Listen(ctx, ports...)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("no port can be opened for other devices: %w", err)
	}
	if port != last {
		if err := o.db.SetSetting(ctx, settingPort, strconv.Itoa(port)); err != nil {
			return nil, 0, errors.Join(err, ln.Close())
		}
	}
	return ln, port, nil
}

// discovery returns the service to run, or nil on a device that stays on its
// machine.
func (o *owner) discovery(ctx context.Context, port int) (*discovery.Service, error) {
	if loopbackOnly() {
		return nil, nil
	}
	record, err := o.record(ctx, port)
	if err != nil {
		return nil, err
	}
	return discovery.New(discovery.Config{Record: record, Logger: o.log, Interfaces: o.watchInterfaces(port)}), nil
}

// watchInterfaces lists the interfaces for discovery, which asks whenever they
// may have changed, and tells the messenger when they have. Only discovery's own
// goroutine calls the function.
func (o *owner) watchInterfaces(port int) func() ([]netif.Interface, error) {
	var last []netip.AddrPort
	return func() ([]netif.Interface, error) {
		all, err := netif.List()
		if err != nil {
			return nil, err
		}
		o.nearby.set(all)
		if now := addressesOf(all, port); !slices.Equal(now, last) {
			last = now
			o.msgr.AddressesChanged()
		}
		return all, nil
	}
}

// record is what this device announces: name and kind only while everyone may
// see it (docs/PROTOCOL.md §3).
func (o *owner) record(ctx context.Context, port int) (discovery.Record, error) {
	key, err := o.msgr.PresenceKey(ctx)
	if err != nil {
		return discovery.Record{}, err
	}
	r := discovery.Record{Port: port, PresenceKey: key}
	if o.msgr.Visibility() == messenger.VisibleEveryone {
		r.Name, r.Kind = o.msgr.Name(), deviceKind()
	}
	return r, nil
}

func (o *owner) announce(ctx context.Context, disc *discovery.Service, port int) {
	record, err := o.record(ctx, port)
	if err != nil {
		o.log.Error("the discovery record was not renewed", "err", err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unseenLocked() { // before the record, which is not to be seen
		o.showLocked()
	}
	disc.SetRecord(record)
	o.showLocked()
}

// hints hands what discovery sees to the messenger.
func (o *owner) hints(events <-chan discovery.Event) {
	for e := range events {
		h := e.Hint
		switch e.Kind {
		case discovery.Found, discovery.Updated:
			o.msgr.HintFound(messenger.Hint{Label: h.Label, Name: h.Name, Kind: h.Kind, Addrs: h.Addrs, Matches: h.Matches})
		case discovery.Lost:
			o.msgr.HintLost(h.Label)
		}
	}
}

// ownAddresses lists where this device is reached on its usable networks.
func ownAddresses(port int) []netip.AddrPort {
	if loopbackOnly() {
		return []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))}
	}
	all, err := netif.List()
	if err != nil {
		return nil
	}
	return addressesOf(all, port)
}

func addressesOf(all []netif.Interface, port int) []netip.AddrPort {
	var out []netip.AddrPort
	for _, i := range netif.Usable(all) {
		for _, p := range i.Prefixes {
			if !p.Addr().IsLinkLocalUnicast() {
				out = append(out, netip.AddrPortFrom(p.Addr(), uint16(port)))
			}
		}
	}
	return out
}

// listenLoopback opens the port of the last run, or a free one, on 127.0.0.1.
func listenLoopback(ctx context.Context, last int) (net.Listener, int, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(last)))
	if err != nil && last != 0 {
		ln, err = lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	}
	if err != nil {
		return nil, 0, err
	}
	return ln, ln.Addr().(*net.TCPAddr).Port, nil
}
