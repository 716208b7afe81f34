# What ./run and ./test need from the system they are started on. Sourced by
# both from the root of the tree; bash 3.2 (macOS) is enough for it.
#
# The lists below are the one place where system packages are named. Debian and
# its relatives are tested. The names for Fedora and Arch and the advice for
# macOS and Windows are written with care but untested.

# packages GROUP prints the packages of a group for the package manager at hand.
#   base   what the go command needs to fetch modules
#   build  headers and compiler for the window (OpenGL, X11, Wayland)
#   test   network namespaces, a display without a screen, what drives a window
#   android  what aligns, signs and reads Android apps; elsewhere than on Debian
#            it comes with the Android SDK and is looked for there
packages() {
	case "$(package_manager) $1" in
	"apt base") echo ca-certificates ;;
	"apt build") echo gcc libc6-dev pkg-config libgl-dev libegl-dev libx11-dev libxcursor-dev libxrandr-dev \
		libxinerama-dev libxi-dev libxxf86vm-dev libwayland-dev libxkbcommon-dev ;;
	"apt test") echo iproute2 nftables xvfb xauth libgl1-mesa-dri libglx-mesa0 libgles-dev openbox xdotool x11-utils xclip \
		imagemagick openssl python3 make xz-utils aapt android-framework-res zipalign apksigner default-jdk-headless ;;
	"apt android") echo zipalign apksigner default-jre-headless ;;
	"dnf base") echo ca-certificates ;;
	"dnf build") echo gcc glibc-devel pkgconf-pkg-config libglvnd-devel libX11-devel libXcursor-devel libXrandr-devel \
		libXinerama-devel libXi-devel libXxf86vm-devel wayland-devel libxkbcommon-devel ;;
	"dnf test") echo iproute nftables xorg-x11-server-Xvfb xorg-x11-xauth mesa-dri-drivers mesa-libEGL openbox xdotool xprop \
		xwininfo xdpyinfo xclip ImageMagick openssl python3 make xz ;;
	"pacman base") echo ca-certificates ;;
	"pacman build") echo gcc pkgconf libglvnd libx11 libxcursor libxrandr libxinerama libxi libxxf86vm xorgproto \
		wayland libxkbcommon ;;
	"pacman test") echo iproute2 nftables xorg-server-xvfb xorg-xauth mesa openbox xdotool xorg-xprop xorg-xwininfo \
		xorg-xdpyinfo xclip imagemagick openssl python make xz ;;
	esac
}

# package_manager names what installs packages here: apt, dnf, pacman, or
# nothing when it is none of them.
package_manager() {
	if command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; then
		echo apt
	elif command -v dnf >/dev/null 2>&1; then
		echo dnf
	elif command -v pacman >/dev/null 2>&1; then
		echo pacman
	fi
}

# is_installed PACKAGE
is_installed() {
	case "$(package_manager)" in
	apt) [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
	dnf) rpm -q --whatprovides "$1" >/dev/null 2>&1 ;;
	pacman) pacman -Q "$1" >/dev/null 2>&1 ;;
	esac
}

# install_command PACKAGE... prints the line that installs them, for root.
install_command() {
	case "$(package_manager)" in
	apt) echo "apt-get update && apt-get install -y --no-install-recommends $*" ;;
	dnf) echo "dnf install -y $*" ;;
	pacman) echo "pacman -S --needed --noconfirm $*" ;;
	esac
}

say() { printf '%s\n' "$*" >&2; }

is_root() { [ "$(id -u)" = 0 ]; }

# may_ask reports whether a person can answer.
may_ask() { [ -z "${CI:-}" ] && [ -t 0 ]; }

# system names the kind of system: linux, macos, windows or other.
system() {
	case "$(uname -s)" in
	Linux) echo linux ;;
	Darwin) echo macos ;;
	MINGW* | MSYS* | CYGWIN*) echo windows ;;
	*) echo other ;;
	esac
}

# need_packages GROUP... makes sure that the packages of the groups are there.
# Missing ones are installed: by root without a question where nobody can
# answer one, otherwise after asking. When that cannot be, the exact command is
# printed and the status is 1.
need_packages() {
	local group name missing="" command
	case "$(system)" in
	macos) need_macos "$@"; return ;;
	windows) need_windows "$@"; return ;;
	esac
	if [ -z "$(package_manager)" ]; then
		say "This system has neither apt-get, dnf nor pacman, so nothing is installed here."
		say "If the build stops at a missing header, see the Debian names in internal/tools/system.sh."
		return 0
	fi
	for group in "$@"; do
		for name in $(packages "$group"); do
			is_installed "$name" || missing="$missing $name"
		done
	done
	missing="${missing# }"
	[ -n "$missing" ] || return 0
	# Word splitting makes the arguments: package names hold no blanks.
	# shellcheck disable=SC2086
	command=$(install_command $missing)
	say "Earshot needs packages of your system that are not installed yet:"
	say "  $missing"
	if ! is_root && ! command -v sudo >/dev/null 2>&1; then
		say "Install them as root, then start this again:"
		say "  $command"
		return 1
	fi
	if [ -n "${EARSHOT_YES:-}" ]; then
		:
	elif may_ask; then
		agree "Install them now with: $command" || {
			say "Nothing was installed."
			return 1
		}
	elif ! is_root; then
		say "Nobody can be asked here, and this is not root. Install them with:"
		say "  sudo sh -c '$command'"
		return 1
	fi
	say "Installing: $command"
	if is_root; then
		DEBIAN_FRONTEND=noninteractive sh -c "$command" >&2
	else
		sudo env DEBIAN_FRONTEND=noninteractive sh -c "$command" >&2
	fi || {
		say "That did not work; see above. The command was:"
		say "  $command"
		return 1
	}
}

# agree QUESTION asks on the terminal; nothing but Enter means yes.
agree() {
	local answer
	printf '%s\nGo on? [Y/n] ' "$1" >&2
	read -r answer || return 1
	case "$answer" in
	"" | y | Y | yes | Yes) return 0 ;;
	esac
	return 1
}

# need_macos and need_windows: the compiler is all that is asked for there; it
# comes with an installer of its own.
need_macos() {
	case " $* " in *" build "*) ;; *) return 0 ;; esac
	xcode-select -p >/dev/null 2>&1 && return 0
	say "Earshot needs Apple's command line tools for its window. Install them, then start this again:"
	say "  xcode-select --install"
	return 1
}

need_windows() {
	case " $* " in *" build "*) ;; *) return 0 ;; esac
	command -v gcc >/dev/null 2>&1 && return 0
	say "Earshot needs a C compiler (mingw-w64) for its window. Install one, open a new Git Bash, start this again:"
	say "  winget install BrechtSanders.WinLibs.POSIX.UCRT"
	return 1
}

# need_go makes sure that a go command is there that is new enough for go.mod.
need_go() {
	local wanted found dir
	wanted=$(sed -n 's/^go //p' go.mod)
	if ! command -v go >/dev/null 2>&1; then
		for dir in /usr/local/go/bin /opt/homebrew/bin "/c/Program Files/Go/bin" "$HOME/go/bin"; do
			if [ -x "$dir/go" ] || [ -x "$dir/go.exe" ]; then
				PATH="$PATH:$dir"
				break
			fi
		done
	fi
	if ! command -v go >/dev/null 2>&1; then
		say "Earshot is built with Go $wanted or newer, and there is no go command here."
		say "Get it from https://go.dev/dl/ (unpack it into /usr/local, then add /usr/local/go/bin to PATH)."
		return 1
	fi
	# Asked inside the tree, a go command that can fetch the version in go.mod
	# by itself (Go 1.21 and newer, unless told otherwise) does so here.
	found=$(go env GOVERSION 2>/dev/null || go version | awk '{print $3}')
	found=${found#go}
	found=${found%% *}
	if ! printf '%s\n%s\n' "$wanted" "$found" | sort -V -C; then
		say "Earshot is built with Go $wanted or newer; $(command -v go) is Go ${found:-of an unknown version}."
		say "Get a newer one from https://go.dev/dl/ (Linux distributions often carry an older one)."
		return 1
	fi
}
