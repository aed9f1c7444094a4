#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# From a fresh Debian 12 to a TCP connection in user space: installs what is missing, builds, measures
# connections over a wire inside one process, then lets nc talk to estab-echo over a TAP. The TAP
# lives in a network namespace of its own, so nothing of the system's own network is touched, and
# everything is gone when the script ends, however it ends.
set -euo pipefail

readonly kernel4=192.0.2.1 estab4=192.0.2.2 prefix4=24
readonly kernel6=2001:db8::1 estab6=2001:db8::2 prefix6=64
readonly port=7
readonly interface=estab-tap

usage() {
	cat <<-EOF
	usage: sudo ./app/quickstart.sh [--build DIRECTORY]

	Installs what is missing, builds estab, runs estab-bench for three seconds, and talks with nc to
	estab-echo on a TAP over IPv4 and IPv6. Needs root for the TAP; no NIC and no hugepages.

	  --build DIRECTORY  with what is built there, instead of a release build
	EOF
}

say() { printf '\n== %s\n' "$*"; }

fail() { # WHAT WHAT_TO_DO
	printf 'quickstart: %s\n  %s\n' "$1" "$2" >&2
	exit 1
}

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-release
built= # where somebody else has
scratch=
child=

clean_up() {
	trap '' INT TERM
	if [ -n "$child" ]; then
		kill -TERM "$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	[ -z "$scratch" ] || rm -rf "$scratch"
}

begin() {
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	scratch=$(mktemp -d)
	# DPDK leaves a folder for each process behind: here, so that it can be removed.
	export RUNTIME_DIRECTORY=$scratch
}

# In the background, so that a signal to this script is acted upon at once.
await_child() {
	local status=0
	wait "$child" || status=$?
	child=
	return $status
}

# A tree that belongs to a user is built by that user, also under sudo.
as_owner() {
	local owner
	owner=$(stat -c %U "$top")
	if [ "$(id -u)" -eq 0 ] && [ "$owner" != root ] && id "$owner" >/dev/null 2>&1; then
		runuser -u "$owner" -- "$@"
	else
		"$@"
	fi
}

build_release() {
	[ -z "$built" ] || return 0
	[ -e "$build/build.ninja" ] || as_owner meson setup --buildtype=release -Dtests=false "$build" "$top"
	as_owner ninja -C "$build"
}

install_and_build() {
	say "Installing what is missing"
	# shellcheck source=app/packages.sh
	. "$top/app/packages.sh"
	# shellcheck disable=SC2086 # lists of names
	packages_install $packages_build $packages_tap
	echo "Nothing is missing."

	[ -n "$built" ] || say "Building (release, in ${build#"$top"/}/)"
	build_release >"$scratch/build.log" 2>&1 || {
		tail -n 30 "$scratch/build.log" >&2
		fail "the build failed" "above are its last lines"
	}
	echo "Built estab $("$build/app/bench/estab-bench" --version | head -n 1 | grep -o '[0-9][0-9.]*' |
		head -n 1) for DPDK $(pkg-config --modversion libdpdk)."
}

run_benchmark() {
	say "Connecting to ourselves for three seconds: one process, one core, no NIC"
	local command=("$build/app/bench/estab-bench" --no-huge --no-pci --no-telemetry -m 512 -l 0
		--file-prefix="estab-quickstart-$$" -- --loopback --workload crr --duration 3)
	echo "\$ ${command[*]#"$top"/}"
	# The counters of both stacks are left out here.
	"${command[@]}" 2>&1 | grep -Ev '^EAL: |^  [a-z_0-9]+ +[0-9,]+  '
}

start_echo() {
	local command=("$build/app/echo/estab-echo" --no-huge --no-pci --no-telemetry -m 256 -l 0
		--file-prefix="estab-quickstart-$$" --vdev="net_tap0,iface=$interface" --
		--address "$estab4/$prefix4" --address "$estab6/$prefix6" --port "$port")
	echo "\$ ${command[*]#"$top"/}"
	"${command[@]}" >"$scratch/echo.log" 2>&1 </dev/null &
	child=$!
	for _ in $(seq 100); do
		ip link show "$interface" >/dev/null 2>&1 && return 0
		kill -0 "$child" 2>/dev/null || break
		sleep 0.1
	done
	cat "$scratch/echo.log" >&2
	fail "estab-echo did not start" "above is what it said"
}

configure_kernel_side() {
	ip link set lo up
	ip address add "$kernel4/$prefix4" dev "$interface"
	ip address add "$kernel6/$prefix6" dev "$interface" nodad
	ip link set "$interface" up
}

exchange() { # ADDRESS
	local sent="Hello over ${1}" received
	received=$(echo "$sent" | nc -N -w 5 "$1" "$port") || true
	echo "\$ echo '$sent' | nc -N $1 $port"
	echo "${received:-(nothing)}"
	[ "$received" = "$sent" ] ||
		fail "what came back is not what was sent" "estab-echo said: $(tail -n 5 "$scratch/echo.log")"
}

# Runs inside the namespace, see main.
talk_to_echo() {
	local status

	begin
	start_echo
	configure_kernel_side
	echo "The kernel has $kernel4 and $kernel6 on its side of the TAP, estab $estab4 and $estab6."

	say "The kernel's TCP on one side, estab on the other"
	exchange "$estab4"
	exchange "$estab6"

	say "Stopping estab-echo with SIGTERM; its last words"
	kill -TERM "$child"
	await_child && status=0 || status=$?
	grep -v '^EAL: ' "$scratch/echo.log" | tail -n 20
	[ "$status" -eq 0 ] || fail "estab-echo ended with $status" "above is what it said"
}

require_tap() {
	[ "$(id -u)" -eq 0 ] || fail "a TAP needs root" "run: sudo ./app/quickstart.sh"
	[ -c /dev/net/tun ] || fail "there is no /dev/net/tun" "load the module: modprobe tun"
	unshare --net true 2>/dev/null || fail "this system allows no network namespace" \
		"in a container: start it with the capabilities NET_ADMIN and SYS_ADMIN"
}

main() {
	begin
	install_and_build
	run_benchmark
	say "Starting estab-echo on a TAP, in a network namespace of its own"
	require_tap
	unshare --net "$top/app/quickstart.sh" --inside-namespace "$build" &
	child=$!
	await_child
	say "Done. Next: README.md"
}

case ${1:-} in
"") main ;;
--build)
	[ -x "${2:-}/app/echo/estab-echo" ] ||
		fail "there is no build in ${2:-}" "name a folder that meson and ninja have been through"
	built=$(cd "$2" && pwd)
	build=$built
	main
	;;
--inside-namespace)
	build=$2
	talk_to_echo
	;;
-h | --help) usage ;;
*)
	echo "quickstart: unknown option $1 (see ./app/quickstart.sh --help)" >&2
	exit 2
	;;
esac
