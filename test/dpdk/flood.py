#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench --workload flood: what was sent was received, every packet has a fate under its name,
every kind is answered as RFC 9293 has it, and connections beside it come about.

usage: flood.py KIND LCORES LCORES_AT_EACH_END ESTAB_BENCH [OPTION...]  both ends in one process
       flood.py KIND memif 1 ESTAB_BENCH ESTAB_ECHO [OPTION...]  the server in another, over net_memif"""

import os
import sys
import tempfile

from programs import (check, check_fate, check_lcores, check_nothing_left, echo_over_memif, eal, memif,
                      run_bench)

KIND, LCORES, EACH_END, BENCH, *REST = sys.argv[1:]
# What comes back for a packet of no connection (3.10.7.1, 3.10.7.2), and where it is dropped.
ANSWERS = {"syn": "syn_ack", "ack": "rst", "fin": "rst", "syn-ack": "rst", "rst": None}
DROPS = {"syn": None, "ack": "tcp_listen_unacceptable", "fin": "tcp_listen_unacceptable",
         "syn-ack": "tcp_listen_unacceptable", "rst": "tcp_stray_rst"}


def bench(eal_options, *options):
    return run_bench([BENCH, *eal_options, "--", "--workload", "flood", "--flood-with", KIND,
                      "--duration", "400ms", "--legitimate-rate", "200", "--json", "-", *options])


def check_client(summary):
    flood, legitimate = summary["flood"], summary["legitimate"]
    answers = flood["answers"]

    check(flood["with"] == KIND and flood["sent"] > 0, f"sent {flood['sent']} of {flood['with']}")
    check(legitimate["succeeded"] == legitimate["attempts"] > 0, f"beside it: {legitimate}")
    check(summary["latency_us"]["connect"]["p50"] > 0, "no latency")
    for kind, count in answers.items():
        check((count > 0) == (kind == ANSWERS[KIND]), f"answers: {answers}")
    check((summary["syn_ack_per_second"] > 0) == (KIND == "syn"), "SYN-ACKs")
    check_nothing_left(summary)


def check_drops(drops, sent):
    """All that the flood has sent ended under the one name, but for what the server answers."""
    check(drops == ({DROPS[KIND]: sent} if DROPS[KIND] else {}), f"drops of {sent}: {drops}")


def check_loopback(summary):
    client, server = (summary["stacks"][name] for name in ("client", "server"))
    to, back = summary["ledger"]["to_server"], summary["ledger"]["from_server"]

    check(to["flood"] + to["client"] == to["server"] == server["rx_packets"], f"to the server {to}")
    check(back["flood"] + back["client"] == back["server"] == server["tx_packets"], f"back {back}")
    check(to["missing"] == back["missing"] == 0, "the ledger does not say so")
    check(to["client"] == client["tx_packets"] and back["client"] == client["rx_packets"], "client")
    for name, stack in ("client", client), ("server", server):
        check_fate(name, stack)
    check_drops(server["drops"], to["flood"])
    check_lcores(summary, int(EACH_END))
    # Connections come of handshakes that were meant, not of those that were not.
    check(server["connections_passive"] == summary["legitimate"]["succeeded"], "connections")
    if "rate" in summary["flood"]:
        check(summary["flood"]["sent"] <= summary["flood"]["rate"] * summary["seconds"] + 1,
              "more was sent than planned")


def with_echo(program, folder, *options):
    """@return the JSON of estab-bench and the totals of estab-echo"""
    lcore = "1" if os.cpu_count() > 1 else "0"
    with echo_over_memif(program, folder, "0", "--mode", "echo", "--port", "7-8") as totals:
        result = bench([*eal("client", lcore), memif("client", folder)], "--address",
                       "198.18.0.1/15", "--server", "198.18.0.2:7", "--server-ports", "2", *options)
    return result, totals


def check_memif(summary, echo):
    ledger = summary["ledger"]
    attempts = summary["legitimate"]["attempts"]
    drops = {DROPS[KIND]: echo.get(DROPS[KIND], 0)} if DROPS[KIND] else {}

    # One connection is made beforehand. What is on the wire when estab-bench ends has no reader.
    check(echo["connections_passive"] == attempts + 1, f"connections {echo['connections_passive']}")
    check(ledger["to_server"]["flood"] >= echo["rx_packets"] - ledger["to_server"]["client"] - 8 > 0,
          f"{echo['rx_packets']} received: {ledger}")
    check(0 < ledger["from_server"]["flood"] + ledger["from_server"]["client"] <= echo["tx_packets"]
          if ANSWERS[KIND] else ledger["from_server"]["flood"] == 0, f"{echo['tx_packets']} sent: {ledger}")
    check("unaccounted" not in echo, "packets without a fate")
    if DROPS[KIND]:
        check(0 < drops[DROPS[KIND]] <= ledger["to_server"]["flood"], f"drops {drops}")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["RUNTIME_DIRECTORY"] = scratch  # DPDK leaves a folder for each process behind
        if LCORES == "memif":
            result, echo = with_echo(REST[0], scratch, *REST[1:])
        else:
            result, echo = bench(eal("both", LCORES), "--loopback", *REST), None
    if not check.failed:
        check_client(result["summary"])
    if not check.failed and echo is None:
        check_loopback(result["summary"])
    elif not check.failed:
        check_memif(result["summary"], echo)
    return check.failed


sys.exit(main())
