package main

import (
	"errors"
	"fmt"

	"earshot/internal/export"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// errPairGone says that how a pairing ended is not known here.
var errPairGone = errors.New("the program that ran this device has ended, and the pairing with it; try again")

// pairingJSON and invitationJSON are objects of docs/CLI.md.
type (
	pairingJSON struct {
		Event  string               `json:"event,omitempty"`
		Code   string               `json:"code,omitempty"`
		Stage  messenger.PairStage  `json:"stage"`
		Name   safetext.Display     `json:"name"`
		ID     identity.DeviceID    `json:"id"`
		Short  string               `json:"short_id"`
		Ours   bool                 `json:"started_here"`
		ByLink bool                 `json:"by_link"`
		Reason messenger.PairReason `json:"reason,omitempty"`
		EndsAt string               `json:"ends_at,omitempty"`
	}
	invitationJSON struct {
		Link    string `json:"link"`
		Expires string `json:"expires"`
	}
)

func viewPairing(event string, n messenger.Pairing) pairingJSON {
	v := pairingJSON{event, n.Code, n.Stage, safetext.Name(n.Name), n.Peer, n.Peer.Short(), n.Ours, n.ByLink, n.Reason, export.Stamp(n.Deadline)}
	if n.Stage != messenger.PairComparing {
		v.Code = ""
	}
	return v
}

// pairLabel names the other device of a pairing.
func pairLabel(n messenger.Pairing) string { return labelOrID(n.Name, n.Peer) }

// labelOrID is label, or the short ID of a device that has not said its name.
func labelOrID(name string, id identity.DeviceID) string {
	if name == "" {
		return id.Short()
	}
	return label(name, id)
}

// spaced is a code as both screens show it: two groups are compared with less
// effort than six digits.
func spaced(code string) string {
	half := len(code) / 2
	return code[:half] + " " + code[half:]
}

// pairCall is what a person types to do something in a pairing; "" as what
// begins one or goes on.
func (p *program) pairCall(what string, n messenger.Pairing) string {
	if what != "" {
		what += " "
	}
	return p.called() + " pair " + what + n.Peer.Short()
}

// pairStage says what happens now, "" at the end and where the code is compared.
func (p *program) pairStage(n messenger.Pairing) string {
	who := pairLabel(n)
	switch n.Stage {
	case messenger.PairReaching:
		return "Connecting to " + who + "…"
	case messenger.PairAsking:
		return "Asked " + who + ". Waiting for somebody there to go on…"
	case messenger.PairAsked:
		return who + " wants to pair."
	case messenger.PairJoining:
		return who + " is there. The number comes at once…"
	case messenger.PairConfirming:
		if n.ByLink && !n.Ours {
			return who + " has read it…"
		}
		if n.ByLink {
			return "Using the link with " + who + "…"
		}
		return "Waiting for the answer at " + who + "…"
	}
	return ""
}

// apart is the warning after codes that differ.
const apart = "somebody may sit between the two devices. Nothing was verified; send nothing that matters over this network, and pair again on another one"

// pairFailure says why a pairing ended and what to do.
func (p *program) pairFailure(n messenger.Pairing) string {
	who := pairLabel(n)
	switch n.Reason {
	case messenger.PairCancelled:
		return "the pairing with " + who + " was cancelled here; nothing has changed"
	case messenger.PairDeclined:
		return who + " declined to pair; nothing has changed"
	case messenger.PairDiffer:
		return "the numbers differ: " + apart
	case messenger.PairTheyDiffer:
		return "at " + who + " the number was found to differ: " + apart
	case messenger.PairTimeout:
		return "nobody answered in time, so the pairing with " + who + " has ended; try again when somebody is at both devices"
	case messenger.PairBusy:
		return who + " is busy with another pairing, or was asked too often; try again in a few minutes"
	case messenger.PairUnreachable:
		return who + " was not reached; see that it is on and on the same network"
	case messenger.PairLost:
		return "the connection to " + who + " was lost; nothing has changed, try again"
	case messenger.PairForged:
		return "what " + who + " answered does not fit: " + apart
	case messenger.PairExpired:
		return "that link was used already or is older than two minutes; ask for a new one"
	case messenger.PairUnsupported:
		return "the Earshot on " + who + " is too old to pair; update it, then try again"
	case messenger.PairInternal:
		return "that " + who + " is verified could not be stored here; see the log in the home folder"
	}
	return "the pairing with " + who + " has ended"
}

// pairingEnded prints what came of a pairing. The error carries the exit code.
func (p *program) pairingEnded(n messenger.Pairing) error {
	if n.Stage == messenger.PairVerified {
		if p.args.json {
			return nil // the stage has said it
		}
		return p.printf("%s is verified.\n", pairLabel(n))
	}
	return p.pairError(n)
}

func (p *program) pairError(n messenger.Pairing) error {
	err := errors.New(p.pairFailure(n))
	switch n.Reason {
	case messenger.PairDeclined:
		return markedError{errRefused, err}
	case messenger.PairUnreachable:
		return markedError{messenger.ErrUnreachable, err}
	}
	return err
}

// explainPair says what to do when a pairing does not begin.
func (p *program) explainPair(err error, with target) error {
	switch {
	case errors.Is(err, messenger.ErrPairBusy):
		return fmt.Errorf("another pairing is under way; %s pair shows it", p.called())
	case errors.Is(err, messenger.ErrUnreachable):
		return markedError{err, fmt.Errorf("%s is not in earshot; start Earshot there, on the same network", labelOrID(with.name, with.id))}
	}
	return p.explain(err, with)
}
