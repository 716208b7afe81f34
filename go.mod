module earshot

go 1.26.0

require (
	fyne.io/fyne/v2 v2.8.1
	github.com/fxamacker/cbor/v2 v2.9.1
	github.com/grandcat/zeroconf v1.0.0
	github.com/miekg/dns v1.1.73
	github.com/rogpeppe/go-internal v1.14.1
	modernc.org/sqlite v1.61.1
	pgregory.net/rapid v1.2.0
)

require (
	github.com/clipperhouse/uax29/v2 v2.2.0 // indirect
	github.com/gofrs/flock v0.13.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
