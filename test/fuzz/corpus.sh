#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# corpus.sh [--keep FOLDER] TARGET...
#
# Makes the targets' corpora anew from what run.sh has found: the fewest inputs that reach as much. Lines
# with a comment stay: each is a fault that was.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
found=$top/build-fuzz/found
if [ "${1:-}" = --keep ]; then
	found=${2:?}
	shift 2
fi
[ $# -gt 0 ] || {
	sed -n '3,6s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

fewest=$(mktemp -d)
trap 'rm -rf "$fewest"' EXIT
for target in "$@"; do
	corpus=$top/test/fuzz/corpus/$target.txt
	mkdir "$fewest/$target"
	"$top/build-fuzz/test/fuzz/fuzz_$target" -merge=1 -detect_leaks=0 -max_len=400 "$fewest/$target" "$found/$target" \
		>"$fewest/$target.log" 2>&1
	{
		grep '#' "$corpus" || true
		for input in "$fewest/$target"/*; do
			od -An -v -tx1 "$input" | tr -d ' \n'
			echo
		done | sort -u
	} >"$fewest/$target.txt"
	mv "$fewest/$target.txt" "$corpus"
	echo "$target: $(grep -c . "$corpus") inputs"
done
