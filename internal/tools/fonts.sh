#!/bin/sh
# Makes the fonts of the app anew: the faces of Inter 4.1 (OFL) without the
# glyphs that are emoji in other fonts (they would win over the colour font and
# turn hearts black) and without ligatures ("->" must stay what was typed).
# Needs npm, pyftsubset and its brotli module (Debian: fonttools, python3-brotli).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$here/../../app/internal/view/kit/fonts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent inter-ui@4.1.1 >/dev/null
tar xzf inter-ui-4.1.1.tgz package/LICENSE.txt package/web/Inter-Regular.woff2 package/web/Inter-SemiBold.woff2

# Latin, Greek, Cyrillic, punctuation, currency, arrows and signs of mathematics.
letters=U+0020-007E,U+00A0-024F,U+0259,U+02B0-02FF,U+0300-036F,U+0370-03FF,U+0400-052F
letters=$letters,U+1E00-1EFF,U+1F00-1FFF,U+A640-A69F,U+FB00-FB04
signs=U+2010-2027,U+202F-203B,U+203D-2048,U+204A-205E,U+2070-209F,U+20A0-20CF
signs=$signs,U+2116,U+2122,U+2150-218B,U+2190-2193,U+2202-2265
for face in Regular SemiBold; do
	pyftsubset "package/web/Inter-$face.woff2" --unicodes="$letters,$signs" \
		--layout-features=kern,mark,mkmk,ccmp,locl --no-hinting --name-IDs='*' \
		--output-file="$to/Inter-$face.ttf"
done
cp package/LICENSE.txt "$to/OFL.txt"
