package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// target is a system and a processor, as GOOS and GOARCH name them.
type target struct{ goos, goarch string }

// String is the usual short form, such as android/arm64.
func (t target) String() string { return t.goos + "/" + t.goarch }

// listed is a package as go list describes it for a target.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	CgoFiles   []string
	// ImportMap leads from an import path in the source to the package that is
	// meant, where the two differ (vendored packages of the standard library).
	ImportMap map[string]string
	Standard  bool
	Module    *struct {
		Main      bool
		GoVersion string
	}
	Error *struct{ Err string }
}

// ours reports whether the package belongs to the module being checked.
func (p *listed) ours() bool { return p.Module != nil && p.Module.Main }

// list asks the go command for the packages that match patterns in dir, and
// for all they import, dependencies first. No compiler is started: the C
// compiler it is told of does not exist.
func list(ctx context.Context, dir string, t target, tags string, patterns []string) ([]*listed, error) {
	args := []string{"list", "-e", "-deps", "-json=ImportPath,Dir,GoFiles,CgoFiles,ImportMap,Standard,Module,Error", "-tags=" + tags, "--"}
	cmd := exec.CommandContext(ctx, "go", append(args, patterns...)...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOOS="+t.goos, "GOARCH="+t.goarch, "CGO_ENABLED=1", "CC=no-c-compiler", "CXX=no-c-compiler")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	var packages []*listed
	dec := json.NewDecoder(&stdout)
	for {
		p := new(listed)
		err := dec.Decode(p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, p)
	}
}
