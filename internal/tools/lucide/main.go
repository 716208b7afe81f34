// Command lucide brings icons of Lucide (ISC) into the tree in a form that the
// toolkit draws right. Its arguments are the folder of the unpacked npm package
// lucide-static and the folder of the icons:
//
//	npm pack lucide-static@1.62.0 && tar xzf lucide-static-1.62.0.tgz
//	go run ./lucide package ../../app/internal/view/kit/icons
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// names are the icons of the app and what they are called at Lucide.
var names = map[string]string{
	"again": "rotate-ccw", "alert": "circle-alert", "back": "arrow-left", "cancel": "ban", "clock": "clock", "close": "x",
	"copy": "copy", "delete": "trash-2", "dots": "ellipsis", "down": "chevron-down", "edit": "pencil", "export": "download",
	"hide": "eye-off", "next": "chevron-right", "person": "user-round", "swap": "arrow-left-right",
	"keep": "history", "link": "link", "lock": "lock", "more": "ellipsis-vertical", "open": "external-link", "pair": "shield-plus", "paste": "clipboard-paste",
	"plus": "plus", "qr": "qr-code", "read": "eye", "reply": "reply", "search": "search", "send": "arrow-up", "settings": "settings", "shield": "shield-check",
	"tick": "check", "ticks": "check-check", "warn": "shield-alert", "waves": "radio",
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: lucide PACKAGE ICONS")
		os.Exit(2)
	}
	if err := bring(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "lucide:", err)
		os.Exit(1)
	}
}

func bring(from, to string) error {
	for name, theirs := range names {
		raw, err := os.ReadFile(filepath.Join(from, "icons", theirs+".svg"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name+".svg"), []byte(tidy(string(raw))), 0o644); err != nil {
			return err
		}
	}
	licence, err := os.ReadFile(filepath.Join(from, "LICENSE"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "LICENSE.txt"), licence, 0o644)
}

var (
	comment = regexp.MustCompile(`<!--.*?-->\s*`)
	class   = regexp.MustCompile(`\s*class="[^"]*"`)
	space   = regexp.MustCompile(`\s+`)
	path    = regexp.MustCompile(`([\s<]d=")([^"]*)"`)
	arc     = regexp.MustCompile(`[aA][^a-zA-Z"]*`)
	number  = regexp.MustCompile(`[-+]?(?:\d+\.?\d*|\.\d+)`)
)

// tidy puts an icon on one line, without what is not drawn, every arc with a
// letter of its own.
func tidy(svg string) string {
	svg = class.ReplaceAllString(comment.ReplaceAllString(svg, ""), "")
	svg = strings.TrimSpace(space.ReplaceAllString(svg, " "))
	svg = strings.NewReplacer(" />", "/>", " >", ">").Replace(svg)
	svg = strings.ReplaceAll(svg, "> <", "><")
	return path.ReplaceAllStringFunc(svg, func(attribute string) string {
		return arc.ReplaceAllStringFunc(attribute, spell)
	}) + "\n"
}

// arcNumbers is how many numbers an arc has: two radii, an angle, two flags, an
// end.
const arcNumbers = 7

// spell repeats the letter of an arc command before each of its arcs: the
// toolkit's parser forgets all but the first.
func spell(command string) string {
	found := number.FindAllString(command, -1)
	if len(found) <= arcNumbers {
		return command
	}
	var b strings.Builder
	for len(found) >= arcNumbers {
		b.WriteString(command[:1] + strings.Join(found[:arcNumbers], " "))
		found = found[arcNumbers:]
	}
	return b.String()
}
