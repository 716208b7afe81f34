package main

import (
	"regexp"
	"strings"
)

// accepted are the reasons for which a test may skip itself even where
// everything has to run: it belongs to ./test --long, or to another system.
// Anything else (no root, no namespaces, a program that is not installed) is
// what a complete run is there to notice. docs/CONTRIBUTING.md states them.
var accepted = regexp.MustCompile(`EARSHOT_LONG|--long|(?i)\blong form\b|\bon (?:windows|macos|darwin|android|ios|freebsd)\b|\bonly on linux\b`)

// acceptedSkip reports whether a complete run may skip a test for reason.
func acceptedSkip(reason string) bool { return accepted.MatchString(reason) }

// logPrefix is what the testing package puts before a logged line.
var logPrefix = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+: `)

// skipReason finds the reason in what a skipped test printed: its last logged
// line.
func skipReason(output []string) string {
	reason := ""
	for line := range strings.Lines(strings.Join(output, "")) {
		text := strings.TrimSpace(line)
		if text == "" || strings.HasPrefix(text, "===") || strings.HasPrefix(text, "---") {
			continue
		}
		reason = strings.TrimSpace(logPrefix.ReplaceAllString(line, ""))
	}
	if reason == "" {
		return "no reason given"
	}
	return reason
}
