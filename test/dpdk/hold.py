#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench --workload hold: every connection is opened, reached by echoes and closed, every packet
has a fate, and the memory that it tells is that of as many connections.

usage: hold.py ESTAB_BENCH LCORES HOW_MANY CONNECTIONS [OPTION...]
  HOW_MANY  lcores these are"""

import sys

from programs import check, check_nothing_left, eal, run_bench

BENCH, LCORES, HOW_MANY, CONNECTIONS, *OPTIONS = sys.argv[1:]
HOW_MANY = int(HOW_MANY)
CONNECTIONS = int(CONNECTIONS)
REQUEST = int(OPTIONS[OPTIONS.index("--request-size") + 1]) if "--request-size" in OPTIONS else 64


def check_memory(summary, server):
    memory = summary["memory"]
    each = memory["connections"]["used"] / CONNECTIONS

    for name, part in memory.items():
        check(0 <= part["used"] <= part["touched"] <= part["reserved"], f"{name}: {part}")
    check(0 < each <= 240 and each % 16 == 0, f"{each} bytes of a TCB")
    if CONNECTIONS // HOW_MANY >= 100000:  # what is constant is then next to nothing for each
        check(summary["bytes_per_connection"] <= 256, f"{summary['bytes_per_connection']} bytes each, all in")
    check(memory["flow_table"]["used"] == 8 * CONNECTIONS, f"flow table: {memory['flow_table']}")
    touched = sum(part["touched"] for part in memory.values())
    check(abs(summary["bytes_per_connection"] * CONNECTIONS / touched - 1) < 1e-6,
          f"{summary['bytes_per_connection']} bytes of {touched}")
    check(summary["rss_bytes_per_connection"] > 0, "the process did not grow")


def check_lcores(summary, server):
    """Each has its share, and nothing else."""
    lcores = summary["lcores"]
    count = min(HOW_MANY, CONNECTIONS)

    check(len({lcore["lcore"] for lcore in lcores}) == count == len(lcores), f"not {count} lcores")
    for name in ("connections", "transactions", "closed", "connections_echoed"):
        check(sum(lcore[name] for lcore in lcores) == summary[name], f"{name} is no sum")
    for name in ("rx_packets", "connections_passive", "text_bytes_sent"):
        check(sum(lcore[name] for lcore in lcores) == server[name], f"{name} is no sum")
    shares = [lcore["connections"] for lcore in lcores]
    check(max(shares) - min(shares) <= 1 and min(shares) > 0, f"shares {shares}")
    for lcore in lcores:
        # In the first pass each connection has its turn once, then each again.
        echoes = lcore["text_bytes_received"] // REQUEST
        check(lcore["connections_echoed"] == min(lcore["connections"], echoes),
              f"{echoes} echoes on {lcore['connections_echoed']} connections")


def check_result(result):
    summary = result["summary"]
    server = summary["stacks"]["server"]
    drops = server["drops"]

    check(result["workload"] == "hold", "workload")
    check(summary["errors"] == {}, f"errors {summary['errors']}")
    check(summary["connections"] == summary["closed"] == CONNECTIONS, "opened or closed not all")
    check(server["connections_passive"] == server["connections_closed"] == CONNECTIONS, "server's count")
    check(server["connections_open"] == server["connections_half_open"] == 0, "open at the end")
    check(server["connections_time_wait"] == 0, "the peers close first, and keep TIME-WAIT")
    check(summary["transactions"] > 0, "no echo")
    echoes = server["text_bytes_received"] // REQUEST
    # The last ones end after the time is over.
    check(server["text_bytes_received"] == server["text_bytes_sent"] >= summary["transactions"] * REQUEST,
          f"{server['text_bytes_received']} bytes came, {server['text_bytes_sent']} went")
    check(server["text_bytes_received"] % REQUEST == 0, "a part of a request")
    # An old octet before every echo and every FIN: that, and nothing else, is dropped.
    check(drops == {"tcp_out_of_window": CONNECTIONS + echoes},
          f"drops {drops}")
    check(server["rx_packets"] == summary["ledger"]["offered"] ==
          server["rx_delivered"] + sum(drops.values()), "packets without a fate")
    check(server["tx_packets"] == summary["ledger"]["heard"], "packets that nobody heard")
    check(0 < summary["latency_us"]["response"]["p50"] <= summary["latency_us"]["response"]["max"],
          "latency")
    check_nothing_left(summary)
    check_lcores(summary, server)
    check_memory(summary, server)
    if "--rate" in OPTIONS:
        rate = int(OPTIONS[OPTIONS.index("--rate") + 1])
        check(summary["transactions"] <= rate * summary["seconds"] + 1, "more echoes than planned")


outcome = run_bench([BENCH, *eal("both", LCORES, memory=128 * HOW_MANY), "--", "--workload", "hold", "--connections",
                     str(CONNECTIONS), "--duration", "500ms", "--drain-timeout", "20s", "--json", "-",
                     *OPTIONS])
if not check.failed:
    check_result(outcome)
sys.exit(check.failed)
