# Packages of the app, for ./run --package. Sourced by ./run from the root of the
# tree, after system.sh; android.sh uses it too.

# app_version prints the version in FyneApp.toml.
app_version() { sed -n 's/^ *Version = "\(.*\)"/\1/p' FyneApp.toml; }

# need_packager builds the packaging tool into build/fyne.
need_packager() {
	mkdir -p build
	go build -buildvcs=false -modfile=internal/tools/go.mod -o "build/fyne$exe" fyne.io/tools/cmd/fyne
}

# packaged TARGET COMMAND... makes a package and calls the command with the
# folder that holds it, which is thrown away after that. The work is done on a
# copy of the tree, because "fyne package" rewrites FyneApp.toml and leaves files
# in it; -trimpath keeps the paths of this machine out of the program, and the tag is
# that of ./run.
packaged() {
	local target=$1 packager=$PWD/build/fyne$exe status=0
	shift
	copy=$(mktemp -d "${TMPDIR:-/tmp}/earshot-package.XXXXXX") || return 1
	trap 'rm -rf "$copy"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$copy" &&
		(
			cd "$copy" &&
				GOFLAGS="${GOFLAGS:-} -trimpath -buildvcs=false" "$packager" package --target "$target" --release --tags no_animations
		) && "$@" "$copy" || status=1
	rm -rf "$copy"
	return "$status"
}

# package makes the package of this system in build/: what a person without Go
# installs.
package() {
	local version out
	need_packages base build && need_go && need_packager || return 1
	version=$(app_version)
	case "$(system)" in
	macos)
		out=build/earshot-$version-macos-$(uname -m).zip
		packaged darwin keep_app "$out"
		;;
	windows)
		out=build/earshot-$version-windows-amd64.zip
		packaged windows keep_exe "$out"
		;;
	*)
		out=build/earshot-$version-linux-$(go env GOARCH).tar.xz
		packaged linux keep_tar "$out"
		;;
	esac || {
		say "There is no package; see above."
		return 1
	}
	say "Made $out."
}

# keep_app, keep_exe and keep_tar OUT FOLDER take what the packager made there.
keep_app() { rm -f "$1" && (cd "$2" && ditto -c -k --keepParent Earshot.app package.zip) && mv "$2/package.zip" "$1"; }
keep_exe() { rm -f "$1" && (cd "$2" && powershell -NoProfile -Command "Compress-Archive Earshot.exe package.zip") && mv "$2/package.zip" "$1"; }
keep_tar() {
	local tree=$2/unpacked/earshot
	mkdir "$2/unpacked" && tar -xJf "$2/Earshot.tar.xz" -C "$2/unpacked" && offer_links "$tree" &&
		cp internal/tools/linux.mk "$tree/Makefile" && # the packager's own looks for the icon under another name
		tar -cJf "$1" -C "$2/unpacked" earshot
}

# offer_links FOLDER has the desktop entry of an unpacked package say that Earshot
# opens pairing links. The packager can offer a program for files only: it would
# write %F, which drops what is not a file. A tree that is only built offers nothing:
# the link would lead to a program that may be gone tomorrow.
offer_links() {
	local entry
	entry=$(find "$1" -name app.earshot.messenger.desktop) && [ -n "$entry" ] || return 1
	awk '/^Exec=/ { $0 = $0 " %u\nMimeType=x-scheme-handler/earshot;" } { print }' "$entry" >"$entry.new" &&
		grep -qx 'Exec=earshot %u' "$entry.new" && mv "$entry.new" "$entry" || {
		say "The packager writes another desktop entry than offer_links in internal/tools/package.sh knows."
		return 1
	}
}
