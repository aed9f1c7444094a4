#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench against estab-echo in another process, over net_memif: what each says that it sent is
what the other says that it received, to the byte, every packet has a fate, and nothing leaks.

usage: memif.py ESTAB_ECHO ESTAB_BENCH SERVICE LCORES CONNECTIONS WORKLOAD [OPTION...]"""

import os
import sys
import tempfile

from programs import (check, check_lcores, check_nothing_left, echo_over_memif, eal, lcores_of, memif,
                      run_bench)

ECHO, BENCH, SERVICE, LCORE_COUNT, CONNECTIONS, WORKLOAD, *OPTIONS = sys.argv[1:]
LCORE_COUNT, CONNECTIONS = int(LCORE_COUNT), int(CONNECTIONS)
MESSAGE = int(OPTIONS[OPTIONS.index("--message-size") + 1]) if "--message-size" in OPTIONS else 64


def lcores(core):
    """So many that work, and one that reports where they are several, on this core."""
    core = core if os.cpu_count() > 1 else 0
    return f"{core}@{core}" if LCORE_COUNT == 1 else f"(0-{LCORE_COUNT})@{core}"


def measure(folder):
    """@return the JSON of estab-bench and the totals of estab-echo"""
    with echo_over_memif(ECHO, folder, lcores(0), "--mode", SERVICE, "--port", "7") as totals:
        result = run_bench([BENCH, *eal("client", lcores(1)), memif("client", folder), "--",
                            "--address", "198.18.0.1/15", "--server", "198.18.0.2:7", "--workload",
                            WORKLOAD, "--connections", str(CONNECTIONS), "--duration", "1s", "--json",
                            "-", *OPTIONS])
    return result, totals


def check_result(result, echo):
    summary = result["summary"]
    client = summary["stacks"]["client"]
    sent, received = (client.get(f"text_bytes_{what}", 0) for what in ("sent", "received"))
    # One connection of each lcore is made beforehand: with rr it has one exchange.
    beforehand = LCORE_COUNT * MESSAGE if WORKLOAD == "rr" else 0

    check(summary["errors"] == {}, f"errors: {summary['errors']}")
    check_nothing_left(summary)
    check_lcores(summary, LCORE_COUNT)
    check(result["ports"][0]["mode"] == ("single" if LCORE_COUNT == 1 else "dispatch"), "mode")
    handed = [lcore["dispatch_handed_over"] > 0 for lcore in lcores_of(summary, "client")]
    check(handed == [LCORE_COUNT > 1] + [False] * (LCORE_COUNT - 1), f"who handed over: {handed}")
    check(summary["connections"] == CONNECTIONS, f"{summary['connections']} connections")
    # A reset may come in the burst that ends the handshake: then there was none.
    cut_early = 1 if SERVICE == "chargen" else 0
    check(0 <= CONNECTIONS + LCORE_COUNT - echo.get("connections_passive", 0) <= cut_early,
          f"connections at the server: {echo.get('connections_passive')}")
    check(echo.get("connections_open", 0) == 0, "connections are left at the server")
    check(echo.get("text_bytes_received", 0) == sent + beforehand,
          f"{echo.get('text_bytes_received')} bytes received of {sent} sent, {beforehand} beforehand")
    if SERVICE == "chargen":  # cut short: what was on its way is lost
        check(echo["text_bytes_sent"] >= received > 0, f"{received} bytes received")
    else:
        check(echo.get("text_bytes_sent", 0) == received + beforehand,
              f"{received} bytes received of {echo.get('text_bytes_sent')} sent")
        check(sent > 0, "nothing was sent")
    if SERVICE == "echo":
        check(received == sent, f"{received} bytes came back of {sent}")
    if WORKLOAD == "rr":
        check(0 < summary["transactions"] <= sent // MESSAGE, f"{summary['transactions']} transactions")


with tempfile.TemporaryDirectory() as scratch:
    os.environ["RUNTIME_DIRECTORY"] = scratch  # DPDK leaves a folder for each process behind
    outcome, counters = measure(scratch)
if not check.failed:
    check_result(outcome, counters)
sys.exit(check.failed)
