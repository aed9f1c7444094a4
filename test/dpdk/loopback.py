#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench over net_ring: every connection that is opened is answered and closed, every packet
has a fate, every lcore its share, nothing leaks, and both workloads say so in the JSON that they promise.

usage: loopback.py ESTAB_BENCH WORKLOAD LCORES LCORES_AT_EACH_END FAMILY CLOSER"""

import sys

from programs import NEVER_LOST, check, check_fate, check_lcores, check_nothing_left, eal, run_bench

BENCH, WORKLOAD, LCORES, EACH_END, FAMILY, CLOSER = sys.argv[1:]

# The fewest packets that RFC 9293 lets a connection take, and the most that two idle, lossless
# ends have reason for: SYN, SYN-ACK, ACK, FIN, ACK, FIN, ACK, with request and response twice each.
# A client that closes at once puts its FIN on the ACK of the SYN-ACK: SYN, SYN-ACK, ACK+FIN, ACK+FIN,
# ACK.
PACKETS_MIN = {"open": 5, "crr": 6}
PACKETS_MAX = {"open": 8, "crr": 11}


COMMAND = [BENCH, *eal("both", LCORES, memory=None), "--", "--loopback", "--workload", WORKLOAD,
           "--close", CLOSER, "--duration", "1s", "--seed", "1", "--json", "-",
           *(["--ipv6"] if FAMILY == "ipv6" else [])]


def check_stack(name, stack):
    check_fate(name, stack)
    check(stack["connections_open"] == 0, f"{name}: connections open at the end")
    # Retransmissions are no loss here: an lcore that the kernel kept waiting lets timers expire.
    for lost in *NEVER_LOST, "connections_reset", "connections_timed_out":
        check(stack[lost] == 0, f"{name}: {lost} {stack[lost]}")


def check_result(result):
    check(result["args"] == COMMAND, f"args are not the command line: {result['args']}")
    summary = result["summary"]
    client, server = summary["stacks"]["client"], summary["stacks"]["server"]
    check(result["schema"] == 1 and result["workload"] == WORKLOAD and result["seed"] == 1,
          "head of the JSON")
    check([port["driver"] for port in result["ports"]] == ["net_ring"] * 2, "ports")
    check(result["host"]["tsc_hz"] > 0, "host")
    check(len(result["intervals"]) >= 1, "intervals")
    check(summary["connections"] > 0, "no connection was made")
    check(summary["errors"] == {}, f"errors {summary['errors']}")
    check_nothing_left(summary)
    check(client["connections_active"] == server["connections_passive"] >= summary["connections"],
          "the two ends counted different connections")
    # What one end has sent the other has received: net_ring loses nothing.
    check(client["tx_packets"] == server["rx_packets"], "packets to the server lost")
    check(server["tx_packets"] == client["rx_packets"], "packets to the client lost")
    each = summary["packets_per_connection"]
    check(PACKETS_MIN[WORKLOAD] <= each <= PACKETS_MAX[WORKLOAD], f"{each} packets per connection")
    latency = summary["latency_us"]
    check(set(latency) == ({"connect", "response", "transaction"} if WORKLOAD == "crr"
                           else {"connect"}), f"latencies of {set(latency)}")
    for kind, value in latency.items():
        check(0 < value["p50"] <= value["p90"] <= value["p99"] <= value["p999"] <=
              value["p9999"] <= value["max"],
              f"{kind} latency is not in order: {value}")
    check_stack("client", client)
    check_stack("server", server)
    check([port["mode"] for port in result["ports"]] ==
          ["single" if EACH_END == "1" else "wired"] * 2, "modes")
    check_lcores(summary, int(EACH_END))


outcome = run_bench(COMMAND)
if not check.failed:
    check_result(outcome)
sys.exit(check.failed)
