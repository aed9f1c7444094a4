#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# soak.sh [--minutes N] [--jobs N] [--from SEED] PROGRAM
#
# Runs sim_swarm on all cores for as long as it is asked to, each core in one process with seeds of its
# own, and prints what failed, and what memory each process had at first and at last (test/figures.py --take
# adds the seeds to its figures). Without --from the seeds begin where nobody has been yet: at the present
# second. Exit code 1 where a seed failed.
set -uo pipefail

minutes=10
jobs=$(nproc)
from=$(($(date +%s) * 1000000))
program=

usage()
{
	sed -n '3,9s/^# \{0,1\}//p' "$0" >&2
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

# A process that fails is followed by another, beyond the seed at which it did; but not by very many.
work() # JOB SEED
{
	local out=$directory/$1 seed=$2 left failed more=10

	while left=$((end - $(date +%s))) && [ "$left" -gt 0 ] && [ "$more" -gt 0 ]; do
		if "$program" --from "$seed" --count 1000000000 --seconds "$left" >"$out" 2>&1; then
			sed "s/^/job $1: /" "$out"
		else
			cat "$out" >>"$directory/failures.$1"
			failed=$(grep --only-matching --max-count=1 -e '--seed [0-9]*' "$out" | cut -d ' ' -f 2)
			echo "job $1: $((${failed:-seed} - seed + 1)) simulations, up to seed ${failed:-$seed}"
			more=$((more - 1))
		fi
		seed=$((seed + 10000000))
	done
}

for ((job = 0; job < jobs; job++)); do
	work "$job" $((from + job * 500000000)) &
done
wait
if cat "$directory"/failures.* 2>/dev/null; then
	exit 1
fi
echo "nothing failed, from seed $from on, $jobs jobs, $minutes minutes"
