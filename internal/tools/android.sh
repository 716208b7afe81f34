# The Android app, for ./run --android: one APK for each kind of processor,
# aligned and signed with the maintainer's own key. Sourced by ./run from the
# root of the tree, after package.sh. docs/ANDROID.md explains it.

# Processors that there are APKs for: phones since about 2015, older ones,
# Chromebooks and emulators.
ANDROID_ABIS="arm64 arm amd64 386"

# The oldest NDK taken: from r28 on the libraries are laid out for memory pages
# of 16 KiB without being told, which new phones need.
ANDROID_NDK_LEAST=28

# sdk_folders prints where an Android SDK may be.
sdk_folders() {
	printf '%s\n' "${ANDROID_HOME:-}" "${ANDROID_SDK_ROOT:-}" "$HOME/Android/Sdk" "$HOME/Library/Android/sdk" | grep .
}

# ndk_release FOLDER prints the major number of the NDK there, or nothing.
ndk_release() { sed -n 's/^Pkg\.Revision *= *\([0-9]*\)\..*/\1/p' "$1/source.properties" 2>/dev/null; }

# need_ndk sets ANDROID_NDK_HOME to the newest NDK at hand, or says how to get
# one.
need_ndk() {
	local folder release best=0 found="" seen=""
	if [ -n "${ANDROID_NDK_HOME:-}" ]; then
		found=$ANDROID_NDK_HOME best=$(ndk_release "$found")
		[ -n "$best" ] || {
			say "ANDROID_NDK_HOME is $found, and there is no NDK (no source.properties)."
			say "Set it to the folder that holds that file, or unset it to have one looked for."
			return 1
		}
	else
		while IFS= read -r folder; do
			for folder in "$folder"/ndk/* "$folder/ndk-bundle"; do
				release=$(ndk_release "$folder")
				[ "${release:-0}" -gt "$best" ] && best=$release found=$folder
			done
		done < <(sdk_folders)
	fi
	if [ "$best" -lt "$ANDROID_NDK_LEAST" ]; then
		[ "$best" = 0 ] || seen=" $found is r$best."
		say "The Android app needs the Android NDK, r$ANDROID_NDK_LEAST or newer.${seen}"
		say "Get it from https://developer.android.com/ndk/downloads, unpack it, and start this again with its folder:"
		say "  ANDROID_NDK_HOME=/path/to/android-ndk-r$ANDROID_NDK_LEAST ./run --android"
		return 1
	fi
	ANDROID_NDK_HOME=$(cd "$found" && pwd) && export ANDROID_NDK_HOME
}

# sdk_tool NAME prints the program: from PATH, or else of the newest build tools
# of an SDK.
sdk_tool() {
	local folder
	command -v "$1" && return 0
	while IFS= read -r folder; do
		printf '%s\n' "$folder"/build-tools/*/"$1"
	done < <(sdk_folders) | sort -V | while IFS= read -r folder; do [ ! -x "$folder" ] || echo "$folder"; done | tail -n 1 | grep .
}

# need_signing makes sure that what aligns and signs is there.
need_signing() {
	local name
	need_packages android || return 1
	for name in zipalign apksigner; do
		sdk_tool "$name" >/dev/null || {
			say "There is no $name here. It belongs to the build tools of the Android SDK: install them with"
			say "  sdkmanager 'build-tools;36.0.0'     and say where the SDK is: ANDROID_HOME=/path/to/sdk"
			return 1
		}
	done
	# A Mac without Java has a keytool that only says so.
	keytool -help >/dev/null 2>&1 || {
		say "There is no keytool here. It belongs to Java, in version 17 or newer: https://adoptium.net"
		return 1
	}
}

# need_signing_folder sets signing to where the maintainer's key is: outside the
# tree, where nothing packs it up with the sources.
need_signing_folder() {
	signing=${EARSHOT_SIGNING:-${XDG_DATA_HOME:-$HOME/.local/share}/earshot-signing}
	case "$signing" in
	/* | [A-Za-z]:*) ;;
	*)
		say "EARSHOT_SIGNING is $signing; it has to be a whole path, from the root on."
		return 1
		;;
	esac
	case "$signing/" in
	"$PWD"/*)
		say "EARSHOT_SIGNING is $signing, inside this tree; a key belongs outside of it."
		return 1
		;;
	esac
}

# need_key makes the maintainer's key on first use: an app can only be updated
# by one that is signed with the same key. It is made in a folder of its own that
# gets its name at the end, so that a stop half-way, or another run at the same
# time, leaves no half of one.
need_key() {
	local new
	need_signing_folder || return 1
	if [ ! -e "$signing" ]; then
		mkdir -p "$(dirname "$signing")" && new=$(mktemp -d "$signing.XXXXXX") || return 1
		if ! { chmod 700 "$new" && (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$new/android.password") &&
			(umask 077 && keytool -genkeypair -keystore "$new/android.p12" -storetype PKCS12 -storepass:file "$new/android.password" \
				-alias earshot -keyalg RSA -keysize 4096 -validity 10957 -dname "CN=Earshot" >"$new/log" 2>&1); }; then
			cat "$new/log" >&2
			rm -rf "$new"
			say "There is no key to sign the app with; see above."
			return 1
		fi
		rm "$new/log"
		# mkdir succeeds for one only.
		if (umask 077 && mkdir "$signing" 2>/dev/null); then
			mv "$new/android.password" "$new/android.p12" "$signing/" || return 1
			say "Made the key that signs this app, in $signing."
			say "Keep a copy of that folder in a safe place: without it no installed app can ever be updated."
		fi
		rm -rf "$new"
	fi
	if ! keytool -list -keystore "$signing/android.p12" -storepass:file "$signing/android.password" -alias earshot >/dev/null 2>&1; then
		say "The key in $signing cannot be used: android.p12 and android.password belong together."
		say "Bring back the copy that fits; a new key could not update installed apps."
		return 1
	fi
}

# sign_in OUT FOLDER signs the APK that the packager made there.
sign_in() { sign "$2/Earshot.apk" "$1"; }

# sign IN OUT aligns an APK, signs it and verifies the result.
sign() {
	local aligned=$2.aligned
	"$(sdk_tool zipalign)" -f -p 4 "$1" "$aligned" &&
		"$(sdk_tool apksigner)" sign --ks "$signing/android.p12" --ks-pass "file:$signing/android.password" \
			--ks-key-alias earshot --v4-signing-enabled false --out "$2" "$aligned" &&
		"$(sdk_tool zipalign)" -c -p 4 "$2" &&
		"$(sdk_tool apksigner)" verify --min-sdk-version 21 "$2" || {
		rm -f "$aligned" "$2"
		return 1
	}
	rm -f "$aligned"
}

# android [ABI,ABI...] builds, signs and verifies the APKs into build/.
android() {
	local abi out version made="" abis=${1//,/ }
	if [ -z "${abis// /}" ]; then
		say "--android= takes one or more of: $ANDROID_ABIS, with commas between."
		return 2
	fi
	for abi in $abis; do
		case " $ANDROID_ABIS " in
		*" $abi "*) ;;
		*)
			say "There is no Android on \"$abi\"; --android takes one or more of: $ANDROID_ABIS, with commas between."
			return 2
			;;
		esac
	done
	need_packages base && need_go && need_signing && need_ndk && need_key || return 1
	need_packager || return 1
	version=$(app_version)
	for abi in $abis; do
		out=build/earshot-$version-android-$abi.apk
		say "Building $out; the first one takes a few minutes."
		rm -f "$out" # what an earlier run made must not pass for new
		packaged "android/$abi" sign_in "$out" || {
			say "There is no $out; see above."
			return 1
		}
		made="$made $out"
	done
	say "Signed and verified:$made"
	say "Install one on a phone that is connected by USB and allows debugging (arm64 fits phones since about 2015):"
	for out in $made; do say "  adb install -r $out"; done
}
