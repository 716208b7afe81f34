package netcore

import "net"

// tune makes a dead peer noticed in seconds instead of hours. What a system
// refuses is left as it is: the timers of the messenger notice too, later.
func tune(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	tcp.SetKeepAliveConfig(net.KeepAliveConfig{
		Enable:   true,
		Idle:     KeepAliveIdle,
		Interval: KeepAliveInterval,
		Count:    KeepAliveCount,
	})
	tuneSystem(tcp)
}
