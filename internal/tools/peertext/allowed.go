package peertext

// allowed are the ways out that are meant. A row that nothing needs is reported.
var allowed = []Allowed{
	{"earshot/app/internal/view.composer.setText", "fyne.io/fyne/v2/widget.Entry.SetText",
		"the field to write in: a text of this device that is edited, which is in the same field of a message as a peer's; the field shows it like what is typed"},
	{"earshot/app/internal/view.renamePage.set", "fyne.io/fyne/v2/widget.Entry.SetText",
		"the field for a device's name: the name that was given to it here, which is in the same field as one that a device says"},
	{"earshot/app.shell.renderer", "fyne.io/fyne/v2.Clipboard.SetContent", "copied byte for byte, by a tap of a person"},
	{"earshot/cmd/earshotctl.program.printJSON", "encoding/json.Encoder.Encode", "for programs, which get every byte; what is written passes through safetext.JSON"},
	{"earshot/cmd/earshotctl.replyCommand.call", "os/exec.Cmd.Stdin", "what the person's own program answers to; it is read from its input, never from its arguments"},
	{"earshot/internal/export.writeJSON", "encoding/json.Encoder.Encode", "for programs, which get every byte; for a terminal it passes through safetext.JSON"},
	{"earshot/internal/export.textWriter.message", "bufio.Writer.WriteString", "an export to a file is byte for byte; for a terminal the text passes through safetext.Terminal"},
}
