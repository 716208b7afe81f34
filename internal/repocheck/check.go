package repocheck

// Check is one rule.
type Check struct {
	Name string
	// Find returns what breaks the rule, one line each, beginning with the file.
	Find func(*Tree) []string
}

// Checks are all rules of the repository.
var Checks = []Check{
	{"import table", ImportTable},
	{"imports that must never be", NeverImports},
	{"owners of third-party packages", Owners},
	{"test support", TestSupport},
	{"what Android refuses", AndroidRefuses},
	{"formatting", Formatting},
	{"package docs", PackageDocs},
	{"left-overs", LeftOvers},
	{"file sizes", FileSizes},
	{"no sleeping in tests", Sleeps},
	{"fuzz seeds", FuzzSeeds},
	{"go.mod without replace", Replacements},
	{"requirements", Requirements},
	{"app ID", AppID},
	{"version", Version},
	{"files that must exist", RequiredFiles},
	{"links in the docs", Links},
	{"rows of reliability", Rows},
	{"rows of security", Security},
	{"parsers before trust", BeforeTrust},
}
