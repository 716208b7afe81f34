package store

import (
	"context"
	"fmt"
)

// maxCopyReserve is how many bytes a copy leaves free, or as many as it has
// itself: a write-ahead log at its full length. A copy that fills the disk to its
// end only to fail there has everything that comes meanwhile refused, every hour.
const maxCopyReserve = journalLimit

// checkRoom returns ErrDiskFull when a copy of a database would not leave enough
// of the disk of dir free.
func checkRoom(ctx context.Context, q querier, dir string) error {
	free, known := freeBytes(dir)
	if !known {
		return nil
	}
	var size int64
	if err := q.QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&size); err != nil {
		return err
	}
	if need := uint64(size + min(size, maxCopyReserve)); free < need {
		return fmt.Errorf("%w: a copy needs %d bytes, %d are free", ErrDiskFull, need, free)
	}
	return nil
}
