package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"earshot/app/internal/viewmodel"
)

// errNotMade is why there is no file to write to, without its path: it stays in
// the window.
var errNotMade = errors.New("the folder for downloads takes no file")

// mostNames is how many names are tried when files are in the way.
const mostNames = 99

// saveFile makes a file in the folder for downloads and calls write with it. No
// file that is there is touched.
func (s *shell) saveFile(name string, write func(viewmodel.File), failed func(error)) {
	if s.opt.Phone != nil {
		write(s.savePhoneFile(name))
		return
	}
	home, err := personHome()
	var f *download
	if err == nil {
		f, err = newDownload(downloads(home, os.Getenv), name)
	}
	if err != nil {
		s.opt.Logger.Warn("A file could not be made.")
		failed(errNotMade)
		return
	}
	write(f)
}

// download is a file in the folder for downloads.
type download struct{ *os.File }

// newDownload makes a file with a name, or with a number behind the name.
func newDownload(folder, name string) (*download, error) {
	ext := filepath.Ext(name)
	base := strings.TrimSuffix(name, ext)
	for n := 1; ; n++ {
		f, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			return &download{f}, nil
		}
		if !errors.Is(err, os.ErrExist) || n == mostNames {
			return nil, err
		}
		name = fmt.Sprintf("%s (%d)%s", base, n+1, ext)
	}
}

// Commit implements viewmodel.File.
func (d *download) Commit() error {
	err := d.Sync()
	if err = errors.Join(err, d.Close()); err != nil {
		os.Remove(d.Name())
	}
	return err
}

// Discard implements viewmodel.File.
func (d *download) Discard() {
	d.Close()
	os.Remove(d.Name())
}

// Where implements viewmodel.File.
func (d *download) Where() string {
	return filepath.Join(filepath.Base(filepath.Dir(d.Name())), filepath.Base(d.Name()))
}

// downloads is the folder for downloads: the one that the desktop was told, else
// Downloads in the home of the person, else that home.
func downloads(home string, env func(string) string) string {
	config := env("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	dirs, _ := os.ReadFile(filepath.Join(config, "user-dirs.dirs"))
	for line := range strings.Lines(string(dirs)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "XDG_DOWNLOAD_DIR="); ok {
			told := strings.Replace(strings.Trim(value, `"`), "$HOME", home, 1)
			if info, err := os.Stat(told); err == nil && info.IsDir() {
				return told
			}
		}
	}
	folder := filepath.Join(home, "Downloads")
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return folder
	}
	return home
}

// phoneFile is a file in the folder for downloads of a phone, which reads it.
type phoneFile struct {
	*io.PipeWriter
	name string
	done chan error // buffered, one: what came of reading
}

// savePhoneFile makes a file that the system of the phone reads as it is
// written.
func (s *shell) savePhoneFile(name string) *phoneFile {
	from, to := io.Pipe()
	f := &phoneFile{PipeWriter: to, name: name, done: make(chan error, 1)}
	media := "text/plain"
	if filepath.Ext(name) == ".json" {
		media = "application/json"
	}
	s.wg.Go(func() {
		err := s.opt.Phone.SaveToDownloads(name, media, from)
		from.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // nothing reads on
		f.done <- err
	})
	return f
}

// errDiscarded ends a file that is not to stay.
var errDiscarded = errors.New("the file was discarded")

// Commit implements viewmodel.File.
func (f *phoneFile) Commit() error { return errors.Join(f.Close(), <-f.done) }

// Discard implements viewmodel.File.
func (f *phoneFile) Discard() {
	f.CloseWithError(errDiscarded)
	<-f.done
}

// Where implements viewmodel.File.
func (f *phoneFile) Where() string { return "Downloads/" + f.name }
