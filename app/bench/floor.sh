#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# How near estab comes to DPDK's own testpmd over the same net_memif, on the same cores, in the same
# minute: several rounds of both in turn, and the ratios with their spread. testpmd does the least that
# can be done to a packet, so its rate is the floor of the cost, and a ratio of 1 is out of reach.
# Two processes of each, copying memif, no hugepages, no root. See README.md for what is compared.
set -euo pipefail

readonly server4=198.18.0.2 client4=198.18.0.1 prefix4=15 port=9 pairs_ports=32
readonly memory=256 ethernet_header=14 patience=100 start_seconds=15
readonly -A frames=([bulk]=1514 [forward]=1514 [pairs]=64 [flood]=74) # where --frame says nothing
readonly -A smallest=([bulk]=1294 [forward]=1294 [pairs]=64 [flood]=64) # 1280 is the least MTU of estab

mode=bulk
rounds=5
seconds=3
cores=0,1
frame=
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build-release
bench_options=()
scratch=
children=()

usage() {
	cat <<-EOF
	usage: app/bench/floor.sh [options] [-- options of estab-bench]

	  --mode MODE      bulk: one stream against a testpmd that receives full frames (default);
	                   forward: the same against one that receives and sends them back;
	                   pairs: testpmd's 5tswap against connections that answer a request;
	                   flood: the same against SYN cookies, and connections beside them
	  --rounds N       of testpmd and estab in turn ($rounds)
	  --seconds N      of each measurement ($seconds)
	  --cores A,B      of the side that receives or answers, and of the one that sends ($cores)
	  --frame BYTES    size of a full frame without FCS (bulk, forward: ${frames[bulk]}), or that testpmd swaps
	                   (pairs: ${frames[pairs]}, flood: ${frames[flood]}, as long as a SYN with its options)
	  --build DIR      where estab is built; a release build (build-release)

	Needs dpdk-testpmd: on Debian apt-get install dpdk-dev.
	EOF
}

fail() { # WHAT WHAT_TO_DO
	printf 'floor: %s\n  %s\n' "$1" "$2" >&2
	exit 1
}

complain() { # WHAT
	printf 'floor: %s (see app/bench/floor.sh --help)\n' "$1" >&2
	exit 2
}

clean_up() {
	local child
	trap '' INT TERM
	for child in "${children[@]}"; do
		kill -KILL "$child" 2>/dev/null || true
	done
	[ -z "$scratch" ] || rm -rf "$scratch"
}

# In the background under its own pid, ended after that many seconds whatever happens to this script.
start() { # SECONDS LOG COMMAND...
	local limit=$1 log=$2
	shift 2
	timeout --signal=INT --kill-after=5 "$limit" "$@" </dev/null >"$log" 2>&1 &
	children+=($!)
}

stop_all() {
	local child
	for child in "${children[@]}"; do
		kill -INT "$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	done
	children=()
}

await() { # FILE WHO LOG
	for _ in $(seq "$patience"); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	tail -n 20 "$3" >&2
	fail "$2 did not start" "above is what it said"
}

core_of() { # server|client
	if [ "$1" = server ]; then echo "${cores%,*}"; else echo "${cores#*,}"; fi
}

eal() { # ROLE WHO: EAL arguments, one a line
	printf '%s\n' --no-huge --no-pci --no-telemetry -m "$memory" --file-prefix="floor-$$-$2-$1" \
		--vdev="net_memif0,role=$1,socket-abstract=no,socket=$scratch/$2.sock"
}

testpmd() { # ROLE FORWARD_MODE
	local arguments core
	mapfile -t arguments < <(eal "$1" testpmd)
	core=$(core_of "$1")
	start $((seconds + 2 * start_seconds)) "$scratch/testpmd-$1.log" dpdk-testpmd "${arguments[@]}" \
		--lcores "(0-1)@$core" -- --total-num-mbufs=8192 --nb-cores=1 --auto-start \
		--stats-period=1 --no-mlockall --forward-mode="$2" --txpkts="$frame"
}

median() { # numbers, one a line
	sort -g | awk '{ v[NR] = $1 } END { if (NR) printf "%.10g\n", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# The rates that testpmd has told, second by second, without the first one in which anything moved.
full_seconds() { # Rx-pps|Tx-pps
	sed -n "s/.*$1: *\([1-9][0-9]*\).*/\1/p" "$scratch/testpmd-server.log" | tail -n +2
}

# A rate goes to a file, not through $(): what a subshell starts would be out of reach of clean_up.
floor_rate() { # SERVER_MODE CLIENT_MODE Rx-pps|Tx-pps
	rm -f "$scratch/testpmd.sock"
	testpmd server "$1"
	await "$scratch/testpmd.sock" testpmd "$scratch/testpmd-server.log"
	testpmd client "$2"
	for _ in $(seq $((10 * (seconds + start_seconds)))); do
		[ "$(full_seconds "$3" | wc -l)" -lt "$seconds" ] || break
		sleep 0.1
	done
	full_seconds "$3" | median >"$scratch/rate"
	stop_all
	[ -s "$scratch/rate" ] || {
		tail -n 20 "$scratch/testpmd-client.log" >&2
		fail "testpmd moved nothing" "above is what the sending one said"
	}
}

estab_echo() { # MODE PORTS OPTIONS...
	local arguments
	mapfile -t arguments < <(eal server estab)
	rm -f "$scratch/estab.sock"
	start $((seconds + 2 * start_seconds)) "$scratch/echo.log" "$build/app/echo/estab-echo" "${arguments[@]}" \
		-l "$(core_of server)" -- --address "$server4/$prefix4" --mode "$1" --port "$2" "${@:3}"
	await "$scratch/estab.sock" estab-echo "$scratch/echo.log"
}

# Ends with 1 where something went wrong, and with flood also where too few connections came about: those
# are counted, and a line tells how many.
estab_bench() { # OPTIONS...
	local arguments
	mapfile -t arguments < <(eal client estab)
	"$build/app/bench/estab-bench" "${arguments[@]}" -l "$(core_of client)" -- \
		--address "$client4/$prefix4" --server "$server4:$port" --duration "${seconds}s" \
		"$@" "${bench_options[@]}" </dev/null >"$scratch/bench.log" 2>&1 ||
		grep -q '^  legitimate: ' "$scratch/bench.log" || {
		tail -n 20 "$scratch/bench.log" >&2
		fail "estab-bench ended with $?" "above is what it said"
	}
	stop_all
}

# Each mode: what one rate of testpmd is, and one of estab, in packets, or pairs of them, per second.
bulk_floor() { floor_rate rxonly txonly Rx-pps; }

bulk_estab() {
	estab_echo discard "$port" --mtu $((frame - ethernet_header))
	estab_bench --workload stream --mtu $((frame - ethernet_header))
	sed -n 's/^ *packets: \([0-9,]*\) per second to.*/\1/p' "$scratch/bench.log" | tr -d , \
		>"$scratch/rate"
}

forward_floor() { floor_rate io flowgen Tx-pps; }

forward_estab() { bulk_estab; }

pairs_floor() { floor_rate 5tswap flowgen Tx-pps; }

pairs_estab() {
	estab_echo echo "$port-$((port + pairs_ports - 1))"
	estab_bench --workload crr --close client --server-ports "$pairs_ports" --connections 512
	sed -n 's/^result: .* = \([0-9,]*\) per second, \([0-9.]*\) packets each.*/\1 \2/p' \
		"$scratch/bench.log" | tr -d , | awk '{ print $1 * $2 / 2 }' >"$scratch/rate"
}

flood_floor() { pairs_floor; }

flood_estab() {
	estab_echo echo "$port" --syn-cookies always
	estab_bench --workload flood --rate max
	sed -n 's/^  answered: .* syn_ack \([0-9,]*\).*/\1/p' "$scratch/bench.log" | tr -d , |
		awk -v seconds="$(sed -n 's/^result: .* in \([0-9.]*\)s = .*/\1/p' "$scratch/bench.log")" \
			'{ print $1 / seconds }' >"$scratch/rate"
	sed -n 's/^  legitimate: \([0-9,]*\) of \([0-9,]*\) .*/\1 \2/p' "$scratch/bench.log" | tr -d , \
		>>"$scratch/legitimate"
	p99_of connect >>"$scratch/connect"
}

p99_of() { # ROW: of the table of latencies, in microseconds
	awk -v row="$1" '/^  latency us/ { for (i = 1; i <= NF; i++) if ($i == "p99") column = i - 1 }
		column && $1 == row { print $column }' "$scratch/bench.log"
}

# Beside the flood, over all rounds: the sum, and the round that fared worst; how long connecting took.
print_legitimate() {
	awk '{ done += $1; all += $2; part = 100 * $1 / $2
			if (NR == 1 || part < low) low = part }
		END { printf "legitimate %d of %d connections established, %.3f %% [at least %.3f %%]\n",
			done, all, 100 * done / all, low }' "$scratch/legitimate"
	awk -v m="$(median <"$scratch/connect")" 'NR == 1 { low = high = $1 }
		{ if ($1 < low) low = $1; if ($1 > high) high = $1 }
		END { printf "connect p99 %.1f us [%.1f to %.1f]\n", m, low, high }' "$scratch/connect"
}

measure_round() { # NUMBER
	local whose order=(floor estab)
	local -A pps
	[ $(($1 % 2)) -eq 1 ] || order=(estab floor)
	for whose in "${order[@]}"; do
		"${mode}_$whose"
		pps[$whose]=$(<"$scratch/rate")
	done
	awk -v n="$1" -v f="${pps[floor]}" -v e="${pps[estab]}" 'BEGIN {
		printf "round %d: testpmd %.3f M/s, estab %.3f M/s, ratio %.3f\n", n, f / 1e6, e / 1e6, e / f
	}' | tee -a "$scratch/rounds"
}

spread() { # FIELD: "median [min to max]" of it over the rounds
	awk -v field="$1" '{ print $field + 0 }' "$scratch/rounds" >"$scratch/column"
	awk -v m="$(median <"$scratch/column")" 'NR == 1 { low = high = $1 }
		{ if ($1 < low) low = $1; if ($1 > high) high = $1 }
		END { printf "%.3f [%.3f to %.3f]", m, low, high }' "$scratch/column"
}

take_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--mode | --rounds | --seconds | --cores | --frame | --build)
			[ $# -gt 1 ] || complain "$1 wants a value"
			printf -v "${1#--}" %s "$2"
			shift 2
			;;
		-h | --help)
			usage
			exit 0
			;;
		--)
			shift
			bench_options=("$@")
			return
			;;
		*) complain "unknown option $1" ;;
		esac
	done
}

check_options() {
	local number
	[[ $mode =~ ^(bulk|forward|pairs|flood)$ ]] || complain "--mode $mode: bulk, forward, pairs or flood"
	frame=${frame:-${frames[$mode]}}
	for number in rounds seconds frame; do
		[[ ${!number} =~ ^[1-9][0-9]{0,3}$ ]] || complain "--$number ${!number}: 1 to 9999"
	done
	[ "$frame" -ge "${smallest[$mode]}" ] ||
		complain "--frame $frame: $mode wants ${smallest[$mode]} or more"
	[[ $cores =~ ^[0-9]+,[0-9]+$ ]] || complain "--cores $cores: two numbers, such as 0,1"
	command -v dpdk-testpmd >/dev/null ||
		fail "there is no dpdk-testpmd" "on Debian: apt-get install dpdk-dev"
	[ -x "$build/app/bench/estab-bench" ] ||
		fail "no estab-bench in $build" \
			"meson setup --buildtype=release $build && ninja -C $build, or --build DIR"
}

main() {
	local round
	take_options "$@"
	check_options
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	scratch=$(mktemp -d)
	export RUNTIME_DIRECTORY=$scratch # DPDK leaves a folder for each process behind
	echo "floor: $mode, $rounds rounds, net_memif between two processes, cores $cores," \
		"frames of $frame bytes"
	for round in $(seq "$rounds"); do
		measure_round "$round"
	done
	echo "testpmd $(spread 4) M/s"
	echo "estab $(spread 7) M/s"
	[ "$mode" != flood ] || print_legitimate
	echo "ratio $(spread 10) of testpmd; load average $(cut -d ' ' -f 1-3 /proc/loadavg)"
}

main "$@"
