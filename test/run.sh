#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs what is missing, builds, runs every suite, prints what failed, what was skipped and why, and
# last the line "N passed, N failed, N skipped". Exits with 1 when a test failed or none ran.
set -euo pipefail

usage() {
	cat <<-EOF
	usage: test/run.sh [--suite NAME]... [--sanitize | --thread-sanitize | --coverage [PERCENT] | --rest]

	  --suite NAME  only this suite: unit, rfc, sim, hostile, dpdk, interop, interop-slow, interface,
	                packetdrill, fuzz, differential, documents (may be repeated)
	  --sanitize    a build of its own with clang, AddressSanitizer and UndefinedBehaviorSanitizer; without those
	                tests that only have more cores
	  --thread-sanitize
	                a build of its own with clang and ThreadSanitizer, of no more than the suite thread: both
	                programs where lcores and threads meet. A race is a failure
	  --coverage    a build of its own with gcc that counts branches: unit, rfc, sim, hostile and fuzz, then
	                how many branches of lib/ they have taken; below PERCENT in lib/tcp or lib/net is a failure
	  --rest        all suites but those of --coverage
	  -h, --help    this text

	The suites interop, differential and documents want root; without it tests, or blocks, are skipped and say so. With
	CI=true in the environment a compiler warning is an error, and interop-slow runs too, without
	--sanitize, where no suite is named.
	EOF
}

refuse() { # REASON
	echo "test/run.sh: $1 (see test/run.sh --help)" >&2
	exit 2
}

top=$(cd "$(dirname "$0")/.." && pwd)
suites=()
sanitize=false
threads=false
coverage=false
floor=0
counted=(unit rfc sim hostile fuzz)
rest=false
while [ $# -gt 0 ]; do
	case $1 in
	--suite)
		[ $# -gt 1 ] || refuse "--suite wants a name"
		case $2 in
		unit | rfc | sim | hostile | dpdk | interop | interop-slow | interface | packetdrill | fuzz | differential | documents)
			suites+=(--suite "$2")
			;;
		*) refuse "no suite named $2" ;;
		esac
		shift
		;;
	--sanitize) sanitize=true ;;
	--thread-sanitize)
		threads=true
		suites=(--suite thread)
		;;
	--coverage)
		coverage=true
		if [[ ${2:-} =~ ^[0-9]+$ ]]; then
			floor=$2
			shift
		fi
		;;
	--rest) rest=true ;;
	-h | --help)
		usage
		exit 0
		;;
	*) refuse "unknown option $1" ;;
	esac
	shift
done

# What takes minutes of waiting is for CI, once, in place of what takes less of it; or for who names it.
if [ "${#suites[@]}" -eq 0 ]; then
	if $coverage; then
		suites=("${counted[@]/#/--suite=}")
	elif $sanitize || [ "${CI:-}" != true ]; then
		suites=(--no-suite interop-slow)
	else
		suites=(--no-suite interop-short)
	fi
	! $rest || suites+=("${counted[@]/#/--no-suite=}")
fi

! $sanitize || suites+=(--no-suite two-cores)

# shellcheck source=app/packages.sh
. "$top/app/packages.sh"
options=(-Dwerror="$([ "${CI:-}" = true ] && echo true || echo false)")
build=$top/build
# shellcheck disable=SC2206 # a list of names
packages=($packages_build $packages_test)
if $sanitize; then
	build=$top/build-sanitize
	# b_lundef: clang leaves the sanitizers' symbols of a shared library to the program.
	options+=("-Db_sanitize=address,undefined" -Db_lundef=false
		-Dc_args=-fno-sanitize-recover=undefined)
	# shellcheck disable=SC2206
	packages+=($packages_sanitize)
	export CC=clang CXX=clang++
	export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1
	export LSAN_OPTIONS=suppressions=$top/test/lsan.supp:print_suppressions=0
	export UBSAN_OPTIONS=print_stacktrace=1
fi
# The sanitizer knows no barriers, and rings have them unless they are told to use C11's atomics.
if $threads; then
	build=$top/build-thread
	options+=(-Db_sanitize=thread -Db_lundef=false -Doptimization=1 -Dc_args=-DRTE_USE_C11_MEM_MODEL)
	# shellcheck disable=SC2206
	packages+=($packages_sanitize)
	export CC=clang CXX=clang++
fi
if $coverage; then
	build=$top/build-coverage
	options+=(-Db_coverage=true)
	# shellcheck disable=SC2206
	packages+=($packages_coverage)
fi
packages_install "${packages[@]}"

[ ! -e "$build" ] || [ -w "$build" ] || {
	echo "test/run.sh: $build belongs to another user; remove it or run as that user" >&2
	exit 1
}
again=()
[ ! -e "$build/meson-private/coredata.dat" ] || again=(--reconfigure)
meson setup "${again[@]}" "${options[@]}" "$build" "$top"
# Of the builds that count or look at threads only what their tests need; all else is built by who runs the rest.
if $coverage || $threads; then
	rebuild=()
else
	rebuild=(--no-rebuild)
	ninja -C "$build"
fi
! $coverage || find "$build" -name '*.gcda' -delete

# DPDK leaves a folder for each process behind: here, so that it can be removed.
RUNTIME_DIRECTORY=$(mktemp -d)
export RUNTIME_DIRECTORY
trap 'rm -rf "$RUNTIME_DIRECTORY"' EXIT
! $threads || export TSAN_OPTIONS=log_path=$RUNTIME_DIRECTORY/race:history_size=4:suppressions=$top/test/tsan.supp

# ThreadSanitizer of clang 14 knows where things lie only where their addresses are not chosen at random.
as_is=()
! { $threads && setarch --addr-no-randomize true 2>/dev/null; } || as_is=(setarch --addr-no-randomize)

log=$build/meson-logs/testlog.json
rm -f "$log"
"${as_is[@]}" meson test -C "$build" "${rebuild[@]}" --print-errorlogs "${suites[@]}" </dev/null || true
echo
python3 -B "$top/test/summary.py" "$log" | tee "$RUNTIME_DIRECTORY/summary"
status=${PIPESTATUS[0]}
if $threads && compgen -G "$RUNTIME_DIRECTORY/race.*" >/dev/null; then
	echo
	cat "$RUNTIME_DIRECTORY"/race.*
	status=1
fi
if $coverage; then
	echo
	python3 -B "$top/test/coverage.py" "$build" --floor "$floor" --json "$build/coverage.json" || status=1
	echo
	tail -n 1 "$RUNTIME_DIRECTORY/summary"
fi
exit "$status"
