#!/usr/bin/env bash
# fuzzlist.sh prints every fuzz target of the tree, one a line: "before-trust" or
# "later", its folder, its name. Before trust are the parsers that a stranger's
# bytes reach: the comment of such a target begins with these words.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

find app cmd discovery internal netcore -name testdata -prune -o -name '*_test.go' -print | LC_ALL=C sort | while read -r file; do
	awk -v dir="$(dirname "$file")" '
		/^\/\/ Before trust\. / { trusted = 1 }
		match($0, /^func Fuzz[A-Za-z0-9_]+\(/) {
			print (trusted ? "before-trust" : "later"), dir, substr($0, 6, RLENGTH - 6)
		}
		!/^\/\// { trusted = 0 }
	' "$file"
done
