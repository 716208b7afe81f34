// Package wire is the language of a link: frames and the messages in them
// (docs/PROTOCOL.md §4 and §5). It knows no network, no time and no trust: it
// turns bytes into checked values and values into bytes, and refuses what the
// document does not allow.
//
// A frame is a length, a type and a body:
//
//	+--------+--------+--------+--------+--------+------------------+
//	|  length, 32 bits, big endian      |  type  | body, CBOR map   |
//	+--------+--------+--------+--------+--------+------------------+
//
// The length counts the type byte and the body. Bodies have one spelling only:
// shortest integers, ascending keys, definite lengths. A body that is spelled
// in any other way is malformed.
package wire
