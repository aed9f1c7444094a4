#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# soak.sh [--minutes N] [--jobs N] [--from SEED] PROGRAM
#
# Runs sim_swarm on all cores for as long as it is asked to, each core with seeds of its own, and
# prints the first failure of each. Without --from the seeds begin where nobody has been yet: at the
# present second. Exit code 1 where a seed failed.
set -uo pipefail

minutes=10
jobs=$(nproc)
from=$(($(date +%s) * 1000000))
program=

usage()
{
	sed -n '3,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--minutes) minutes=${2:?} && shift 2 ;;
	--jobs) jobs=${2:?} && shift 2 ;;
	--from) from=${2:?} && shift 2 ;;
	-*) usage ;;
	*) program=$1 && shift ;;
	esac
done
[ -x "$program" ] || usage

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
end=$(($(date +%s) + minutes * 60))

# Batches, so that a batch that fails costs no more than the rest of itself.
work()
{
	local seed=$1 done=0

	while [ "$(date +%s)" -lt "$end" ]; do
		if "$program" --from "$seed" --count 200 >"$directory/out.$2" 2>&1; then
			done=$((done + 200))
		else
			cat "$directory/out.$2" >>"$directory/failures"
		fi
		seed=$((seed + 200))
		echo "$done" >"$directory/done.$2"
	done
}

for ((job = 0; job < jobs; job++)); do
	work $((from + job * 100000000)) "$job" &
done
wait
total=$(cat "$directory"/done.* | awk '{ n += $1 } END { print n + 0 }')
echo "$total seeds without a failure, from $from on, $jobs jobs, $minutes minutes"
if [ -s "$directory/failures" ]; then
	cat "$directory/failures"
	exit 1
fi
