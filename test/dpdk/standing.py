#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench over net_ring with connections that stand: what one end counts the other has seen, in
the direction that was asked for, every connection ends well, and nothing leaks.

usage: standing.py ESTAB_BENCH LCORES LCORES_AT_EACH_END WORKLOAD [OPTION...]"""

import sys

from programs import NEVER_LOST, check, check_fate, check_lcores, check_nothing_left, eal, run_bench

BENCH, LCORES, EACH_END, WORKLOAD, *OPTIONS = sys.argv[1:]
CONNECTIONS = 3


def check_rr(summary, client, server):
    check(summary["transactions"] > 0, "no transaction")
    response = summary["latency_us"]["response"]
    check(0 < response["p50"] <= response["p99"] <= response["max"], f"latency {response}")
    check(client["text_bytes_sent"] > 0 and server["text_bytes_sent"] > 0, "an end sent nothing")


def check_stream(summary, client, server):
    receives = "receive" in OPTIONS or "both" in OPTIONS
    sends = "receive" not in OPTIONS
    to, back = summary["goodput_to_server_bps"], summary["goodput_from_server_bps"]
    check((to > 0) == sends, f"{to} bit/s to the server")
    check((back > 0) == receives, f"{back} bit/s from the server")
    # JSON has nine digits.
    check(abs(summary["goodput_bps"] / (to + back) - 1) < 1e-6, "goodput is not the sum of both ways")
    # What was counted in time is no more than what arrived in all.
    seconds = summary["seconds"]
    check(to * seconds / 8 <= server["text_bytes_received"] * 1.000001, "more counted than the server got")
    check(back * seconds / 8 <= client["text_bytes_received"] * 1.000001, "more counted than the client got")


def check_result(result):
    summary = result["summary"]
    client, server = summary["stacks"]["client"], summary["stacks"]["server"]
    reset = "reset" in OPTIONS
    check(result["workload"] == WORKLOAD, "workload")
    check(summary["connections"] == CONNECTIONS, f"{summary['connections']} connections stood")
    check(summary["errors"] == {}, f"errors {summary['errors']}")
    check_nothing_left(summary)
    check(client["tx_packets"] == server["rx_packets"], "packets to the server lost")
    check(server["tx_packets"] == client["rx_packets"], "packets to the client lost")
    if not reset:
        check(client["text_bytes_sent"] == server["text_bytes_received"], "text to the server lost")
        check(server["text_bytes_sent"] == client["text_bytes_received"], "text to the client lost")
    for name, stack in ("client", client), ("server", server):
        check_fate(name, stack)
        check(stack["connections_open"] == 0, f"{name}: connections open at the end")
        for lost in NEVER_LOST:
            check(stack[lost] == 0, f"{name}: {lost} {stack[lost]}")
    check_lcores(summary, int(EACH_END))
    (check_rr if WORKLOAD == "rr" else check_stream)(summary, client, server)


outcome = run_bench([BENCH, *eal("both", LCORES), "--", "--loopback", "--workload", WORKLOAD,
                     "--connections", str(CONNECTIONS), "--duration", "400ms", "--json", "-", *OPTIONS])
if not check.failed:
    check_result(outcome)
sys.exit(check.failed)
