package netcore

import "time"

// ALPN is the application protocol of TLS. It carries the major version
// (docs/PROTOCOL.md §2).
const ALPN = "earshot/1"

// DefaultPort is the TCP port of a device when nothing else uses it.
const DefaultPort = 7342

// Timers (docs/PROTOCOL.md §11).
const (
	HandshakeTimeout    = 5 * time.Second        // from the TCP connection to proven keys
	HelloTimeout        = 5 * time.Second        // from proven keys to the other side's Hello
	BodyTimeoutStranger = 10 * time.Second       // from the first byte of a frame to its last, 8 KiB
	BodyTimeoutContact  = 30 * time.Second       // the same for a contact's 256 KiB on bad Wi-Fi
	WriteTimeout        = 30 * time.Second       // one write of at most BatchBytes and a frame
	StrangerIdleTimeout = 10 * time.Minute       // a stranger's link without a frame in either direction
	CloseTimeout        = 800 * time.Millisecond // from Close to the end of the link, whatever the other side does
	PingTimeout         = 5 * time.Second        // a Pong that is not here by then does not come
	TwiceTimeout        = time.Second            // the older of two starts of a device that both run answers a Ping in milliseconds
	DialInterval        = 250 * time.Millisecond // between the starts of two addresses of one race
	ConnectTimeout      = 5 * time.Second        // one TCP connection
	SmallAfter          = 2 * time.Second        // a connection without proven keys by then may lose long packets
	PenaltyTime         = time.Minute            // a device whose link ended by a protocol error is not let in
	UserTimeout         = 8 * time.Second        // TCP_USER_TIMEOUT: written and not acknowledged by the other system
	LoweredGrace        = 10 * time.Second       // a contact that became a stranger may not know it yet: as long as PingTimeout twice
	KeepAliveIdle       = 4 * time.Second        // TCP keep-alive on a silent link
	KeepAliveInterval   = 2 * time.Second
	KeepAliveCount      = 3
)

// Limits (docs/PROTOCOL.md §11).
const (
	MaxHandshakeBytes   = 64 << 10  // bytes read before the keys are proven; an honest handshake has under 2 KiB
	SendQueueFrames     = 256       // frames waiting for one link, each lane
	SendQueueBytes      = 1 << 20   // bytes waiting for one link, data lane
	BatchBytes          = 64 << 10  // frames put together into one write
	SmallSegment        = 536       // bytes of a TCP segment that every path lets through (RFC 9293 §3.7.1)
	NotSentLowWater     = 128 << 10 // bytes: TCP_NOTSENT_LOWAT, so that little is committed when a link ends
	MaxStrikes          = 3         // protocol errors that end a link
	ConnectRate         = 5         // connections per second and address
	ConnectBurst        = 20        // connections at once and address
	MaxBuckets          = 1024      // addresses of each family whose rate is remembered
	MaxStrangerLinks    = 64        // links of strangers
	MaxStrangersPerAddr = 8         // of them, from one address
	ContactSlots        = 128       // connections beyond MaxStrangerLinks: a contact must get as far as proving its key, in 0.1 s when 200 addresses connect as fast as they may
	MaxPenalties        = 1024      // devices remembered for PenaltyTime
	MaxDialAddrs        = 16        // addresses of one race
	MaxNonces           = 4096      // server names that were right and are not taken again; 128 KiB
)
