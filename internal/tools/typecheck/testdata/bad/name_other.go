//go:build !android && !windows

package main

func name() string { return "desktop" }
