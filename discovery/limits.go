package discovery

import "time"

// What a record may hold.
const (
	// MaxNameBytes is the longest name in a record, in bytes of UTF-8: as long
	// as a label of DNS, and short enough for a record under 400 bytes.
	MaxNameBytes = 63
	// maxKindBytes bounds the kind of a device; the longest known one has 7.
	maxKindBytes = 16
	// presenceKeyBytes is the size of a presence key.
	presenceKeyBytes = 16
	// maxTXTStrings is the number of TXT strings read: twice what version 1 has.
	maxTXTStrings = 10
	// minPort is the lowest port that is believed: below it live the services
	// of systems, and nobody shall be led to knock there.
	minPort = 1024
)

// What strangers may cost.
const (
	// maxDevices is how many devices are known at once.
	maxDevices = 512
	// maxPerSource is how many devices one address may claim. Several people
	// can share a computer; hundreds do not.
	maxPerSource = 8
	// maxPerOwnAddress is the same for this computer itself.
	maxPerOwnAddress = 64
	// newPerSecond and newBurst bound how fast unknown devices are taken in.
	newPerSecond, newBurst = 50, 200
	// packetsPerSecond and packetBurst bound what is read from one address. An
	// ordinary device sends less than one packet in ten seconds.
	packetsPerSecond, packetBurst = 50, 200
	// maxSources is for how many addresses these rates are kept.
	maxSources = 1024
	// maxPacketBytes is the longest multicast DNS packet (RFC 6762 §17).
	maxPacketBytes = 9000
	// maxQueuedPackets wait for the loop at most; more are dropped.
	maxQueuedPackets = 1024
	// maxRecords and maxInstances are read from one packet. One device sends
	// about 10 records and one instance.
	maxRecords, maxInstances = 128, 8
	// maxAddrs is the number of addresses kept of a device per interface.
	maxAddrs = 8
)

// How long records live.
const (
	// recordTTL is the lifetime of what we announce, in seconds (PROTOCOL.md §3).
	recordTTL = 120
	// minTrust and maxTrust bound for how long a record is believed, whatever
	// lifetime it claims.
	minTrust, maxTrust = 10 * time.Second, 120 * time.Second
	// maxExtensions is how often a device whose record ended, but whose port
	// still answers, is kept for extension longer: multicast is lossy.
	maxExtensions = 4
	extension     = 60 * time.Second
	// strandedGrace is for how long devices are kept that no interface of ours
	// leads to any more: a change of access point is shorter.
	strandedGrace = 10 * time.Second
	// byeGrace passes between a goodbye and the loss of the device. Goodbyes
	// can be forged and devices that change their record send one, too.
	byeGrace = 500 * time.Millisecond
	// byeAskFirst and byeAskAgain after a goodbye it is asked whether it is
	// true. A changed record comes within byeAskFirst by itself.
	byeAskFirst, byeAskAgain = 50 * time.Millisecond, 250 * time.Millisecond
)

// How devices are probed. A silent death is noticed after at most
// 1.1*probeEvery + 2*probeTimeout + probeRetry = 12.3 s.
const (
	// probeEvery is how long after its last sign of life a device is probed.
	probeEvery = 8 * time.Second
	// probeSpacing bounds the rate of probes with very many devices.
	probeSpacing = 80 * time.Millisecond
	// probeTimeout ends one probe, and probeStagger after one address the next
	// is tried.
	probeTimeout, probeStagger = 1500 * time.Millisecond, 200 * time.Millisecond
	// probeRetry passes between the first and the second failure.
	probeRetry = 500 * time.Millisecond
	// maxProbeFailures in a row lose a device.
	maxProbeFailures = 2
	// maxProbeAddrs is how many addresses of a device are probed.
	maxProbeAddrs = 4
)

// When packets are sent.
const (
	// steadyQuery is the time between questions when nothing happens. Only a
	// device of which every announcement was lost is found by one, and each wakes
	// every device.
	steadyQuery = 2 * time.Minute
	// maxKnownAnswers is how many devices a question lists as known (RFC 6762
	// §7.1), so that they need not answer: what fits one Ethernet frame.
	maxKnownAnswers = 40
	// maxQuestions is how many records one packet asks to refresh.
	maxQuestions = 30
	// byeSpacing passes between repeated goodbyes.
	byeSpacing = 40 * time.Millisecond
)

// How the network is watched.
const (
	// settle passes after the first message of a batch about the network.
	settle = 20 * time.Millisecond
	// pollWatched and pollBlind are the times between looks at the interfaces
	// where the system reports changes and where it does not. The former is only
	// for what its reports could have missed.
	pollWatched, pollBlind = 5 * time.Minute, 2 * time.Second
	// rebuildSpacing passes between attempts to open sockets anew.
	rebuildSpacing = time.Second
)
