# Two devices of one person on this machine, for ./run --demo. Sourced by ./run
# from the root of the tree, after system.sh and when the programs are built.
#
# The devices stay on 127.0.0.1 and their home folders are thrown away at the
# end: a demo neither appears on the network nor leaves anything behind.

# How long a device may take until it can be reached, in tenths of a second.
DEMO_PATIENCE=300
# How long one may take to end before it is ended the hard way, likewise.
DEMO_GRACE=50

demo_home="" demo_pids=""

# demo_ctl DEVICE WORD... acts as one of the two.
demo_ctl() {
	local device=$1
	shift
	"build/earshotctl$exe" --home "$demo_home/$device" "$@"
}

# demo_end ends what runs and removes the homes, whatever comes meanwhile: keys
# and messages are in them.
demo_end() {
	local pid tenth
	trap '' INT TERM HUP
	trap - EXIT
	for pid in $demo_pids; do kill "$pid" 2>/dev/null || true; done
	for ((tenth = 0; tenth < DEMO_GRACE; tenth++)); do
		demo_any_runs || break
		sleep 0.1
	done
	for pid in $demo_pids; do kill -9 "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	[ -z "$demo_home" ] || rm -rf "$demo_home"
}

# demo_any_runs reports whether a program started is still there.
demo_any_runs() {
	local pid
	for pid in $demo_pids; do kill -0 "$pid" 2>/dev/null && return 0; done
	return 1
}

# demo_start DEVICE PROGRAM WORD... starts a program for a device. A test that
# drives the windows finds a description of each beside the other.
demo_start() {
	local device=$1 program=$2
	shift 2
	EARSHOT_UI_DUMP=${EARSHOT_UI_DUMP:+$EARSHOT_UI_DUMP-$device} \
		"build/$program$exe" --home "$demo_home/$device" "$@" &
	demo_pids="$demo_pids $!"
}

# demo_running reports whether every program started is still there.
demo_running() {
	local pid
	for pid in $demo_pids; do kill -0 "$pid" 2>/dev/null || return 1; done
}

# demo_address DEVICE waits until it can be reached and prints where.
demo_address() {
	demo_until demo_reached "$1" || {
		say "The device \"$1\" cannot be reached."
		return 1
	}
}

# demo_reached DEVICE prints its first address; without one the status is 1.
demo_reached() { demo_ctl "$1" --json id | sed -n 's/.*"addresses":\["\([^"]*\)".*/\1/p' | grep .; }

# demo_until COMMAND... repeats it until it succeeds, for DEMO_PATIENCE.
demo_until() {
	local tenth
	for ((tenth = 0; tenth < DEMO_PATIENCE; tenth++)); do
		demo_running || return 1
		"$@" 2>/dev/null && return 0
		sleep 0.1
	done
	return 1
}

# demo_id DEVICE prints its short ID.
demo_id() { demo_ctl "$1" --json id | sed -n 's/.*"short_id":"\([^"]*\)".*/\1/p'; }

# demo_introduce DEVICE tells the laptop and the device where the other is: on
# 127.0.0.1 nothing can be discovered.
demo_introduce() {
	local laptop other
	laptop=$(demo_address laptop) && other=$(demo_address "$1") || return 1
	demo_ctl laptop add "$other" >/dev/null
	demo_ctl "$1" add "$laptop" >/dev/null
}

# demo_prepare makes the two homes.
demo_prepare() {
	demo_home=$(mktemp -d "${TMPDIR:-/tmp}/earshot-demo.XXXXXX")
	trap demo_end EXIT
	trap 'demo_end; exit 130' INT
	trap 'demo_end; exit 143' TERM
	trap 'demo_end; exit 129' HUP
	export EARSHOT_LOOPBACK=1
	demo_ctl laptop name Laptop >/dev/null
	demo_ctl "$1" name "$2" >/dev/null
}

# demo_windows shows the two as windows side by side until both are closed.
demo_windows() {
	demo_prepare phone Phone
	demo_start laptop earshot --geometry 860x700+20+40
	demo_address laptop >/dev/null || return 1 # two at once would write the toolkit's settings together
	demo_start phone earshot --geometry 400x700+900+40
	demo_introduce phone || return 1
	say "Two devices, Laptop and Phone, one window each. In one of them pick the other under NEARBY"
	say "and write; the other asks whether to accept. Close one and see the other notice."
	say "Nothing of this leaves the machine. The demo ends with its windows, or with Ctrl+C."
	wait
}

# demo_terminal is a chat with a second device that answers in capitals: the
# other half of the experiment where no window can be shown.
demo_terminal() {
	local line
	demo_prepare echo Echo
	demo_start echo earshotctl run --reply 'tr a-z A-Z' >/dev/null
	demo_start laptop earshotctl run
	demo_introduce echo || return 1
	demo_ctl laptop send --wait 0 "$(demo_id echo)" "Shall we talk?" >/dev/null || [ $? = 3 ]
	demo_until demo_ctl echo allow "$(demo_id laptop)" >/dev/null || return 1
	say "You are Laptop. Echo, a second device on this machine, has accepted you and answers in capitals."
	say "Write a line; Ctrl+D ends it."
	while IFS= read -r line || [ -n "$line" ]; do
		demo_running || {
			say "Echo or Laptop has ended, and with it the demo."
			return 1
		}
		[ -n "$line" ] || continue
		demo_ctl laptop send Echo -- "$line" >/dev/null || [ $? = 3 ] || say "That line was not sent."
	done
	sleep 1 # the last answer is on its way
}
