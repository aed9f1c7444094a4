#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench over net_ring: every connection that is opened is answered and closed, every packet
has a fate, nothing leaks, and both workloads say so in the JSON that they promise.

usage: loopback.py ESTAB_BENCH WORKLOAD LCORES FAMILY CLOSER"""
import json
import os
import subprocess
import sys

BENCH, WORKLOAD, LCORES, FAMILY, CLOSER = sys.argv[1:6]

# The fewest packets that RFC 9293 lets a connection take, and the most that two idle, lossless
# ends have reason for: SYN, SYN-ACK, ACK, FIN, ACK, FIN, ACK, with request and response twice each.
# A client that closes at once puts its FIN on the ACK of the SYN-ACK: SYN, SYN-ACK, ACK+FIN, ACK+FIN,
# ACK.
PACKETS_MIN = {"open": 5, "crr": 6}
PACKETS_MAX = {"open": 8, "crr": 11}


def run():
    command = [BENCH, "--no-huge", "--no-pci", "--no-telemetry", "--no-shconf", "-l", LCORES,
               f"--file-prefix=estab-loopback-{os.getpid()}", "--", "--loopback",
               "--workload", WORKLOAD, "--close", CLOSER, "--duration", "1s", "--seed", "1",
               "--json", "-"]
    if FAMILY == "ipv6":
        command.append("--ipv6")
    print(" ".join(command))
    return command, subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


def check(condition, what):
    if not condition:
        print(f"not ok: {what}")
        check.failed = True


check.failed = False


def check_stack(name, stack):
    drops = sum(stack["drops"].values())
    check(stack["rx_packets"] == stack["rx_delivered"] + drops,
          f"{name}: received {stack['rx_packets']}, delivered {stack['rx_delivered']}, "
          f"dropped {drops}")
    check(stack["connections_open"] == 0, f"{name}: connections open at the end")
    # Retransmissions are no loss here: an lcore that the kernel kept waiting lets timers expire.
    for lost in "tx_dropped_no_mbuf", "tx_dropped_port_full", "tx_dropped_refused", \
                "tx_dropped_unresolved", \
                "connections_reset", "connections_timed_out":
        check(stack[lost] == 0, f"{name}: {lost} {stack[lost]}")


def check_result(command, result):
    check(result["args"] == command, f"args are not the command line: {result['args']}")
    summary = result["summary"]
    client, server = summary["stacks"]["client"], summary["stacks"]["server"]
    check(result["schema"] == 1 and result["workload"] == WORKLOAD and result["seed"] == 1,
          "head of the JSON")
    check([port["driver"] for port in result["ports"]] == ["net_ring"] * 2, "ports")
    check(result["host"]["tsc_hz"] > 0, "host")
    check(len(result["intervals"]) >= 1, "intervals")
    check(summary["connections"] > 0, "no connection was made")
    check(summary["errors"] == {}, f"errors {summary['errors']}")
    check(summary["mbufs_leaked"] == 0, f"mbufs_leaked {summary['mbufs_leaked']}")
    check(summary["tcbs_leaked"] == 0, f"tcbs_leaked {summary['tcbs_leaked']}")
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
        check(0 < value["p50"] <= value["p90"] <= value["p99"] <= value["p999"] <= value["max"],
              f"{kind} latency is not in order: {value}")
    check_stack("client", client)
    check_stack("server", server)


given, process = run()
check(process.returncode == 0, f"exit code {process.returncode}")
if process.returncode == 0:
    check_result(given, json.loads(process.stdout))
if check.failed:
    print(process.stderr)
sys.exit(check.failed)
