#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench --engine, briefly: every kind of traffic is measured, the JSON holds what it promises,
and every packet that was offered has a fate. Never a time.

usage: engine.py ESTAB_BENCH LCORES [OPTION...]"""

import sys

from programs import check, eal, run_bench

BENCH, LCORES, OPTIONS = sys.argv[1], sys.argv[2], sys.argv[3:]
LCORE_IDS = [int(lcore) for lcore in LCORES.split(",")]
TRAFFIC = ["syn-flood", "cookie-acks", "six-packets", "nine-packets", "echo", "bulk", "bulk-loss"]
ROOMS = {"receive", "parse", "lookup", "tcp", "timeouts", "output", "build", "transmit", "calls"}
STANDING = 500


def check_figure(name, figure):
    check(set(figure) == {"min", "q1", "median", "q3"}, f"{name}: {figure}")
    check(0 <= figure["min"] <= figure["q1"] <= figure["median"] <= figure["q3"],
          f"{name}: not in order: {figure}")


def check_accounts(name, entry, stack):
    """Packets in = out + drops, on both sides of the wire."""
    drops = sum(stack["drops"].values())
    check(stack["rx_packets"] == entry["offered"], f"{name}: offered {entry['offered']}, received "
          f"{stack['rx_packets']}")
    check(stack["rx_packets"] == stack["rx_delivered"] + drops,
          f"{name}: {stack['rx_packets']} in, {stack['rx_delivered']} + {drops} out")
    check(stack["tx_packets"] == entry["heard"], f"{name}: sent {stack['tx_packets']}, heard "
          f"{entry['heard']}")
    check(0 < entry["received"] <= entry["offered"] and entry["sent"] <= entry["heard"],
          f"{name}: more was measured than there was")
    check(entry["mbufs_leaked"] == 0, f"{name}: {entry['mbufs_leaked']} mbufs leaked")
    # All packets are right and none is lost: nothing is to be dropped or sent again.
    check(drops == 0, f"{name}: drops {stack['drops']}")
    for wrong in "segments_retransmitted", "rst_received", "connections_failed", \
                 "tx_dropped_no_mbuf", "accept_queue_overflows":
        check(stack[wrong] == 0, f"{name}: {wrong} {stack[wrong]}")


def check_traffic(name, entry, stack):
    """What the kind is there for has happened, with as many packets as its name says."""
    received, sent = stack["rx_packets"], stack["tx_packets"]
    passive, closed = stack["connections_passive"], stack["connections_closed"]
    if name == "syn-flood":
        check(stack["syn_cookies_sent"] == received == sent, f"{name}: not a cookie each")
    elif name == "cookie-acks":
        check(stack["syn_cookies_accepted"] == passive >= entry["received"],
              f"{name}: {passive} accepted of {entry['received']}")
    elif name in ("six-packets", "nine-packets"):
        each = 3 if name == "six-packets" else 5
        check(closed > 0 and abs(received - each * closed) <= each * 256,
              f"{name}: {received} packets in for {closed} connections")
        check(abs(sent - (each - each // 5) * closed) <= each * 256,
              f"{name}: {sent} packets out for {closed} connections")
    else:
        check(passive == entry["standing"] == stack["connections_open"],
              f"{name}: {passive} of {entry['standing']} stand")
        check(stack["text_bytes_received"] > 0, f"{name}: no text")
    if name == "echo":
        check(stack["text_bytes_sent"] == stack["text_bytes_received"], f"{name}: not an echo")
    check((stack["out_of_order_queued"] > 0) == (name == "bulk-loss"), f"{name}: order")


def check_entry(entry):
    name, stack = entry["traffic"], entry["stack"]
    check_figure(name, entry["cycles_per_packet"])
    check(entry["cycles_per_packet"]["min"] > 0, f"{name}: no cycles")
    check(("cycles_per_connection" in entry) == (name in TRAFFIC[1:4]), f"{name}: connections")
    check(set(entry["rooms"]) == ROOMS, f"{name}: rooms {set(entry['rooms'])}")
    for room, figure in entry["rooms"].items():
        check_figure(f"{name} {room}", figure)
    for room in "parse", "lookup", "tcp":
        check(entry["rooms"][room]["median"] > 0, f"{name}: nothing in {room}")
    check(("counters_per_packet" in entry) != ("counters_missing" in entry), f"{name}: counters")
    check_accounts(name, entry, stack)
    check_traffic(name, entry, stack)


command = [BENCH, *eal("engine", LCORES, memory=256), "--", "--engine", "--engine-rounds", "3",
           "--engine-packets", "500", "--engine-connections", f"{STANDING},10m", "--seed", "1",
           "--json", "-"] + OPTIONS
result = run_bench(command)
if not check.failed:
    check(result["workload"] == "engine" and result["args"] == command, "head of the JSON")
    skipped = [entry for entry in result["engine"] if "skipped" in entry]
    check([(entry["traffic"], entry["standing"]) for entry in skipped] ==
          [("echo", 10000000)] * len(LCORE_IDS), f"skipped for want of memory: {skipped}")
    measured = [entry for entry in result["engine"] if "skipped" not in entry]
    check([(entry["traffic"], entry["lcore"]) for entry in measured] ==
          [(traffic, lcore) for traffic in TRAFFIC for lcore in LCORE_IDS],
          "not every traffic was measured on every lcore")
    sums = [entry["traffic"] for entry in result.get("engine_sums", [])
            if entry["packets_per_second"] > 0 and entry["lcores"] == len(LCORE_IDS)]
    check(sums == (TRAFFIC if len(LCORE_IDS) > 1 else []), f"sums over lcores: {sums}")
    for each_entry in measured:
        check_entry(each_entry)
sys.exit(check.failed)
