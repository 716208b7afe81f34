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
	var b strings.Builder
	for _, row := range rows {
		indent := 0
		for i, cell := range row {
			if i == len(row)-1 {
				b.WriteString(inCell.Replace(strings.ReplaceAll(cell, "\n", "\n"+strings.Repeat(" ", indent))))
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
