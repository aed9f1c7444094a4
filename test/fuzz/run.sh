#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# run.sh [--minutes N] [--jobs N] [--keep FOLDER] [TARGET...]
#
# Builds the fuzzers with clang, ASan and UBSan in build-fuzz, and lets each target (all, unless some are
# named) look for new inputs for its share of the minutes, beginning with its corpus. What it learns is
# kept in FOLDER (build-fuzz/found), what fails is written to FOLDER as TARGET-crash-... and tried again by
#
#     build-fuzz/test/fuzz/replay_TARGET FILE
#
# Prints the executions of each target; exit code 1 where one has failed.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build-fuzz
minutes=10
jobs=$(nproc)
found=$build/found
targets=()

while [ $# -gt 0 ]; do
	case $1 in
	--minutes) minutes=${2:?} && shift 2 ;;
	--jobs) jobs=${2:?} && shift 2 ;;
	--keep) found=${2:?} && shift 2 ;;
	-*)
		sed -n '3,11s/^# \{0,1\}//p' "$0" >&2
		exit 2
		;;
	*) targets+=("$1") && shift ;;
	esac
done
if [ "${#targets[@]}" -eq 0 ]; then
	for corpus in "$top"/test/fuzz/corpus/*.txt; do
		targets+=("$(basename "$corpus" .txt)")
	done
fi

again=()
[ ! -e "$build/meson-private/coredata.dat" ] || again=(--reconfigure)
CC=clang CXX=clang++ meson setup "${again[@]}" -Dfuzz=true -Doptimization=2 -Db_lundef=false \
	-Db_sanitize=address,undefined "-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined" \
	"$build" "$top" >/dev/null || exit 1
programs=()
for target in "${targets[@]}"; do
	programs+=("test/fuzz/fuzz_$target" "test/fuzz/replay_$target")
done
ninja -C "$build" "${programs[@]}" >/dev/null || exit 1

export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1
export LSAN_OPTIONS=suppressions=$top/test/lsan.supp:print_suppressions=0
RUNTIME_DIRECTORY=$(mktemp -d)
export RUNTIME_DIRECTORY
trap 'rm -rf "$RUNTIME_DIRECTORY"' EXIT

# A file for each line of the corpus, as the engine wants it.
unpack() { # TARGET
	python3 - "$top/test/fuzz/corpus/$1.txt" "$found/$1" <<-'EOF'
	import pathlib, sys
	lines = pathlib.Path(sys.argv[1]).read_text().splitlines()
	for number, line in enumerate(line.partition("#")[0].strip() for line in lines):
	    pathlib.Path(sys.argv[2], f"corpus-{number}").write_bytes(bytes.fromhex(line))
	EOF
}

# One job each. The engine's entropic schedule costs more than a connection does; its own memory
# limit is above what EAL takes. Its timeout is by the clock on the wall, and who runs at idle
# priority beside others may wait for minutes.
fuzz() { # TARGET SECONDS
	mkdir -p "$found/$1"
	unpack "$1"
	"$build/test/fuzz/fuzz_$1" -max_total_time="$2" -max_len=400 -len_control=20 -entropic=0 -rss_limit_mb=4096 \
		-timeout=600 -print_final_stats=1 -verbosity=1 -artifact_prefix="$found/$1-" \
		"$found/$1" >"$found/$1.log" 2>&1 </dev/null
	local status=$?
	local runs
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$1.log")
	if [ "$status" -eq 0 ]; then
		echo "$1: $runs executions, nothing found"
	else
		echo "$1: FAILED after ${runs:-?} executions, see $found/$1.log"
		touch "$found/.failed"
	fi
}

mkdir -p "$found"
rm -f "$found/.failed"
rounds=$(((${#targets[@]} + jobs - 1) / jobs))
for ((i = 0; i < ${#targets[@]}; i += jobs)); do
	for target in "${targets[@]:i:jobs}"; do
		fuzz "$target" $((minutes * 60 / rounds)) &
	done
	wait
done
[ ! -e "$found/.failed" ]
