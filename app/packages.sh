# SPDX-License-Identifier: BSD-3-Clause
# Sourced by quickstart.sh, test/run.sh and .ci/run: what estab needs from Debian 12, by package name,
# and how to install what is missing. Nothing is fetched from anywhere but the system's package
# archive.
# shellcheck shell=bash disable=SC2034

packages_build="gcc g++ libc6-dev meson ninja-build pkg-config python3 libdpdk-dev libjansson-dev
	libcmocka-dev libsodium-dev libpcap0.8-dev help2man"
packages_tap="iproute2 netcat-openbsd util-linux"
# dpdk-dev has testpmd, which app/bench/floor.sh measures against.
packages_test="doxygen groff-base dpdk-dev iproute2 iputils-ping ethtool netcat-openbsd socat iperf3 tshark nmap hping3 curl wrk
	apache2-utils nginx-light nghttp2-client tcpdump prometheus procps util-linux binutils libsystemd-dev"
packages_sanitize="clang libclang-rt-dev llvm"
# Only for test/run.sh --coverage.
packages_coverage="gcovr"
# The browser and tidy look at the page of estab-bench --report.
packages_ci="$packages_sanitize clang-format clang-tidy shellcheck git tidy chromium-headless-shell"

packages_missing() { # NAME...
	local name
	for name; do
		dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q 'ok installed' ||
			echo "$name"
	done
}

# Installs what is missing. Where that cannot be done it says what to install and returns 1.
packages_install() { # NAME...
	local missing as_root=()

	if ! command -v dpkg-query >/dev/null; then
		echo "This is not a Debian system: nothing is installed for you. Needed, by Debian's names:" "$*"
		return 0
	fi
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "Missing packages, and neither root nor sudo to install them. As root run:" >&2
			echo "  apt-get install ${missing[*]}" >&2
			return 1
		fi
		as_root=(sudo)
	fi
	echo "Installing: ${missing[*]}"
	if ! { "${as_root[@]}" apt-get update -qq &&
		"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends "${missing[@]}"; } </dev/null >/dev/null; then
		echo "The packages could not be installed. As root run:" >&2
		echo "  apt-get update && apt-get install ${missing[*]}" >&2
		return 1
	fi
}
