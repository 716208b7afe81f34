package store

import (
	"context"
	"errors"
)

// Setting returns the value of a setting, "" when it was never set.
func (d *DB) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := d.read(ctx, "read setting", func(q querier) (err error) {
		value, err = one(ctx, q, scanText, `SELECT value FROM setting WHERE key = ?`, key)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return value, err
}

// SetSetting stores the value of a setting.
func (d *DB) SetSetting(ctx context.Context, key, value string) error {
	return d.write(ctx, "store setting", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO setting (key, value) VALUES (?, ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
}

func scanText(s scanner) (v string, err error) {
	err = s.Scan(&v)
	return v, err
}
