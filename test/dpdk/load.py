#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What may be asked of a load: many clients, arrivals at random, a warm-up, a ramp, a search, a least
rate. Each is shown by what the servers and the JSON have of it.

usage: load.py ESTAB_BENCH LCORES WHAT"""

import json
import subprocess
import sys

from programs import SECONDS, check, check_fate, check_nothing_left, eal, run_bench

BENCH, LCORES, WHAT = sys.argv[1:]
COMMAND = [BENCH, *eal("both", LCORES, memory=256), "--", "--loopback", "--workload", "crr",
           "--json", "-", "--seed", "1"]


def measure(*options):
    result = run_bench([*COMMAND, *options])
    if check.failed:
        sys.exit(1)
    summary = result["summary"]
    for end, stack in summary["stacks"].items():
        check_fate(end, stack)
    check_nothing_left(summary)
    return result


def many_clients(*options):
    """The server has a way back to each of them, without asking for every one."""
    summary = measure("--duration", "1s", "--server-ports", "1", *options)["summary"]
    check(summary["errors"] == {} == summary["retries"], f"{summary['errors']} {summary['retries']}")
    client, server = summary["stacks"]["client"], summary["stacks"]["server"]
    check(server["rx_packets"] == client["tx_packets"] and server["arp_received"] +
          server["nd_received"] < 10, "the server knows them all by one neighbour")


def poisson():
    """About as many as were asked for: of 20,000 the standard deviation is 141. A client that the kernel kept
    waiting ends later."""
    summary = measure("--duration", "2s", "--rate", "10000", "--arrivals", "poisson")["summary"]
    due = summary["connections"] + summary["overdue"]
    check(abs(due / summary["seconds"] - 10000) < 500,
          f"{due} connections were due in {summary['seconds']} s")


def warm_up():
    """What was before the clock is in the ledger of the stacks, and nowhere else."""
    result = measure("--duration", "1s", "--warm-up", "1s", "--rate", "2000")
    summary = result["summary"]
    check(0.9 < summary["seconds"] < 2, f"{summary['seconds']} seconds")
    counted = summary["connections"] + summary["overdue"]
    check(abs(counted / summary["seconds"] - 2000) < 200, f"{counted} connections counted")
    made = summary["stacks"]["client"]["connections_active"]
    check(made > 1.5 * summary["connections"], f"{made} connections made in all")
    check(6 <= summary["packets_per_connection"] <= 11,
          f"{summary['packets_per_connection']} packets each")
    check(all(0 < interval["second"] < 3 for interval in result["intervals"]), "intervals")


def warm_up_standing():
    command = [word if word != "crr" else "rr" for word in COMMAND]
    result = run_bench([*command, "--duration", "1s", "--warm-up", "500ms"])
    check(result and result["summary"]["transactions"] > 0, "no transaction")
    check(result and 0.9 < result["summary"]["seconds"] < 2, "seconds")


def ramp():
    result = measure("--duration", "300ms", "--ramp", "1k:3k:3", "--loss", "100")
    steps = result["steps"]
    check([step["rate"] for step in steps] == [1000, 2000, 3000], f"rates {steps}")
    for i, step in enumerate(steps):
        latency = step["latency_us"]
        check(step["planned"] + step["overdue"] >= 285 * (i + 1), f"planned {step}")
        check(0 < latency["p50"] <= latency["p99"] <= latency["p999"] <= latency["max"], latency)
    check(0 < result["summary"]["connections"] <= steps[-1]["planned"], "the table is of the last")


def find_max():
    """On a machine that others use nobody knows what is found; what is tried follows from what was kept."""
    result = measure("--duration", "100ms", "--rate", "500", "--find-max", "--loss", "5")
    steps = result["steps"]
    kept = [step["rate"] for step in steps[:-1] if step["kept"]]
    lost = [step["rate"] for step in steps[:-1] if not step["kept"]]
    check(steps[0]["rate"] == 500, f"begins at {steps[0]['rate']}")
    check(kept and lost and max(kept) < min(lost), f"kept {kept}, lost {lost}")
    check(result["rate_found"] == steps[-1]["rate"] == max(kept), "the last is the highest kept")
    check(min(lost) - max(kept) <= max(min(lost) / 100, 1), "found to a hundredth")
    for step in steps:
        check(step["kept"] == (step["lost"] <= 0.05 * (step["planned"] + step["overdue"])),
              f"verdict of {step}")


def closes():
    """Packets of a connection by workload, who closes first, and how: but for what a machine that others use
    makes go again or late, it is these numbers, which RFC 9293's Figures 6 and 12 have."""
    for workload, closer, how, packets in (
            ("crr", "server", "piggybacked", 6),  # SYN, SYN-ACK, ACK + request, response + FIN, FIN, ACK
            ("crr", "server", "textbook", 8),     # ..., response, FIN, ACK, FIN, ACK
            ("crr", "client", "piggybacked", 7),  # ..., response, FIN, FIN, ACK
            ("crr", "client", "textbook", 8),
            ("open", "server", "textbook", 7),    # SYN, SYN-ACK, ACK, FIN, ACK, FIN, ACK
            ("open", "client", "piggybacked", 5),
            ("open", "client", "textbook", 7)):
        command = [workload if word == "crr" else word for word in COMMAND]
        result = run_bench([*command, "--duration", "200ms", "--close", closer, "--closes", how])
        if result:
            each = result["summary"]["packets_per_connection"]
            check(packets <= each < packets + 0.75, f"{workload}, {closer} closes, {how}: {each} packets each")
            check_nothing_left(result["summary"])


def min_rate():
    done = subprocess.run([*COMMAND, "--duration", "300ms", "--rate", "100", "--min-rate", "1m"],
                          capture_output=True, text=True, timeout=SECONDS)
    check(done.returncode == 1, f"exit code {done.returncode}")
    check("estab-bench: --min-rate 1000000: there were " in done.stderr, done.stderr)
    check(json.loads(done.stdout)["summary"]["connections"] > 0, "the result is written all the same")
    measure("--duration", "300ms", "--rate", "100", "--min-rate", "1")


{
    "many_clients": lambda: many_clients("--clients", "10.1.0.0/16"),
    "many_clients_ipv6": lambda: many_clients("--clients", "2001:db8::/64", "--ipv6"),
    "poisson": poisson,
    "warm_up": warm_up,
    "warm_up_standing": warm_up_standing,
    "ramp": ramp,
    "find_max": find_max,
    "closes": closes,
    "min_rate": min_rate,
}[WHAT]()
sys.exit(check.failed)
