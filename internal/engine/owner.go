package engine

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"earshot/discovery"
	"earshot/internal/control"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/store"
)

// errLocked says that another process owns the home folder.
var errLocked = errors.New("the home folder has an owner")

// owner is the one process of a home folder that holds its store and network.
type owner struct {
	id   *identity.Identity
	log  *slog.Logger
	lock *flock.Flock
	db   *store.DB
	msgr *messenger.Messenger

	stop context.CancelFunc
	wg   sync.WaitGroup // the control server

	mu      sync.Mutex
	renamed func()             // set while discovery runs
	disc    *discovery.Service // set while it runs
	away    bool

	nearby neighbourhood
}

// openOwner makes this process the owner, or returns errLocked. Damage that is
// met only after the store was opened is repaired by opening it once more.
func openOwner(ctx context.Context, home, socket, name string, id *identity.Identity, log *slog.Logger) (*owner, error) {
	o, err := tryOwner(ctx, home, socket, name, id, log)
	if errors.Is(err, store.ErrDamaged) {
		return tryOwner(ctx, home, socket, name, id, log)
	}
	return o, err
}

func tryOwner(ctx context.Context, home, socket, name string, id *identity.Identity, log *slog.Logger) (*owner, error) {
	o := &owner{id: id, log: log, lock: flock.New(filepath.Join(home, lockFile), flock.SetPermissions(0o600))}
	got, err := o.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the home folder: %w", err)
	}
	if !got {
		return nil, errors.Join(errLocked, o.lock.Close())
	}
	if err := o.start(ctx, home, socket, firstName(name)); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func (o *owner) start(ctx context.Context, home, socket, name string) (err error) {
	if o.db, err = store.Open(ctx, home, o.id.ID(), store.Options{Logger: o.log}); err != nil {
		return err
	}
	o.msgr, err = messenger.New(ctx, messenger.Config{
		Self: o.id.ID(), Kind: deviceKind(), Version: Version, Name: name,
		Store: o.db, BootID: bootID(), Logger: o.log, Renamed: o.recordChanged, Origin: o.nearby.origin,
	})
	if err != nil {
		return err
	}
	// Whoever holds the lock is alone, so a socket that is there is a dead one's.
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the old control socket: %w", err)
	}
	ln, err := net.Listen("unix", socket)
	if err != nil {
		return fmt.Errorf("open the control socket: %w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return errors.Join(err, ln.Close())
	}
	ctx, o.stop = context.WithCancel(ctx)
	o.wg.Go(func() {
		if err := control.NewServer(o.msgr, o.log).Serve(ctx, ln); err != nil {
			o.log.Error("other programs of this home folder cannot reach this one", "err", err)
		}
	})
	return nil
}

// bootID tells two starts of one device apart (docs/PROTOCOL.md §5.1).
func bootID() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return binary.BigEndian.Uint64(b[:])
}

// close gives the home folder free. The network must have ended.
func (o *owner) close() error {
	if o.stop != nil {
		o.stop()
	}
	if o.msgr != nil {
		o.msgr.Close() // ends the streams of the control server too
	}
	o.wg.Wait()
	if o.db != nil {
		// Everything is durable already; what fails here is only tidying up, for
		// example on a full disk.
		if err := o.db.Close(); err != nil {
			o.log.Warn("the store was not tidied up", "err", err)
		}
	}
	return o.lock.Close()
}

func (o *owner) recordChanged() {
	o.mu.Lock()
	f := o.renamed
	o.mu.Unlock()
	if f != nil {
		f()
	}
}

func (o *owner) onRecordChange(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.renamed = f
}
