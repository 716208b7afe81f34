package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"earshot/internal/safetext"
)

// printJSON prints v as one line that is harmless on a terminal.
func (p *program) printJSON(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := p.out.Write(safetext.JSON(b.Bytes()))
	return err
}

// printf prints for people. The caller has made every foreign text harmless.
func (p *program) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(p.out, format, args...)
	return err
}

// inCell makes blanks of tabs, whose width depends on where they stand.
var inCell = strings.NewReplacer("\t", "    ")

const (
	// leastRoom is how many columns a last cell needs beside the others; with fewer
	// it stands below them.
	leastRoom = 16
	// hanging is how far to the right it stands then.
	hanging = 4
)

// setBelow joins the lines of a last cell that stands at a column: on a terminal no
// line is left for it to break, because what it breaks goes on in the first column,
// where a person takes it for the program's.
func setBelow(cell string, indent, columns int) string {
	cell = inCell.Replace(cell)
	lines := strings.Split(cell, "\n")
	first := ""
	if columns > 0 {
		if columns-indent < leastRoom {
			indent = hanging
			first = "\n" + strings.Repeat(" ", indent)
		}
		var fit []string
		for _, line := range lines {
			// One column stays free: some terminals break a line that fills the last.
			fit = append(fit, safetext.Wrap(line, columns-indent-1)...)
		}
		lines = fit
	}
	return first + strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}

// printTable prints rows in aligned columns; the last column is not padded.
// Lines of a last cell after its first are set below it.
func (p *program) printTable(rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if i < len(row)-1 {
				widths[i] = max(widths[i], safetext.Width(cell))
			}
		}
	}
	columns := 0
	if p.columns != nil {
		columns = p.columns()
	}
	var b strings.Builder
	for _, row := range rows {
		indent := 0
		for i, cell := range row {
			if i == len(row)-1 {
				b.WriteString(setBelow(cell, indent, columns))
				break
			}
			b.WriteString(safetext.Pad(cell, widths[i]) + "  ")
			indent += widths[i] + 2
		}
		b.WriteByte('\n')
	}
	_, err := p.out.Write([]byte(b.String()))
	return err
}
