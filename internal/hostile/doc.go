// Package hostile is a device that means harm. It is written from
// docs/PROTOCOL.md alone and shares no code with the program it attacks: frames,
// CBOR, TLS, keys and mDNS packets are its own, and it can write each of them
// wrong. It is imported by tests only.
//
//   - [Key], [Link] and [Frame] are one peer on one link.
//   - The functions of CBOR ([Map], [Head], [Nested], …) write right and wrong bodies,
//     and [Decode] reads what comes back.
//   - [Record] and [Packet] forge what discovery believes.
//   - [Ends] and what is computed of them are pairing.
//   - [Middle] sits between two honest devices with a key of its own, and [Tape]
//     listens to them.
//   - [Plan] is a flood of everything; a process carries it out by [Main].
package hostile
