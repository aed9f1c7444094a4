# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench on four lcores of one core over a veth, from whose one queue only the first receives: each
lcore's connections to the kernel's TCP are answered, and what all have counted is what was on the wire.

No TAP: it ends with estab-bench, and with it goes what dumpcap has not taken yet.
"""

import json

from captures import captured, judge_capture, read
from cases import case, expect, expect_equal, finish, note
from enter import enter
from programs import BenchAtWork
from servers import SIZE, Server, answer_until_end
from wires import ESTAB, FAMILIES, KERNEL, veth

SECONDS = 30
LCORES = 4
CONNECTIONS = 50
RATE = 400
QUEUES = ",".join(f"(0,0,{lcore})" for lcore in range(LCORES))
STREAMS = ["ip.src", "ipv6.src", "tcp.stream"]


def measure(wire, family, server, *options):
    """@return the JSON, what it said at the beginning, and all that passed the kernel's end"""
    address = f"[{KERNEL[6]}]" if family == 6 else KERNEL[4]
    wire.bring_up()
    with captured(wire) as capture:
        with BenchAtWork(wire, "--server", f"{address}:{server.port}", "--json", "-", *options,
                         lcores=f"(0-{LCORES - 1})@0") as bench:
            status = bench.wait(SECONDS)
    expect_equal(status, 0, f"exit status, after it said\n{bench.complaint()}\n")
    return json.loads(bench.said()), bench.complaint(), capture


def segments_on_wire(capture, family):
    """From estab and to it, but for those of the connections made beforehand, one for each lcore."""
    expect_equal(capture.counts()[1], 0, "packets that dumpcap lost")
    sent = received = 0
    for line in read(capture.path, "tcp", STREAMS):
        source, stream = line.split()
        if int(stream) >= LCORES:
            sent += source == ESTAB[family]
            received += source == KERNEL[family]
    return sent, received


def check_start_lines(said):
    expect("port 0: mode dispatch, 1 rx and 1 tx queue" in said, said)
    expect("stacks on lcores 0 (rx 0, tx 0) 1 (handed over, tx by 0)" in said, said)


def check_ledger(summary, capture, family):
    client, lcores = summary["stacks"]["client"], summary["lcores"]
    sent, received = segments_on_wire(capture, family)
    note(f"{summary['connections']} connections, {sent} segments sent, {received} received")
    expect_equal(client["segments_sent"], sent, "segments that all lcores have sent")
    expect_equal(client["segments_received"], received, "segments that all lcores have received")
    for name in ("segments_sent", "segments_received", "rx_packets", "connections_active"):
        expect_equal(sum(lcore[name] for lcore in lcores), client[name], f"sum of {name}")
    for lcore in lcores:
        expect_equal(lcore["rx_packets"], lcore["rx_delivered"] + sum(lcore["drops"].values()),
                     f"packets with a fate on lcore {lcore['lcore']}")


def check_lcores(summary):
    lcores = summary["lcores"]
    expect_equal([lcore["lcore"] for lcore in lcores], list(range(LCORES)), "lcores")
    total = sum(lcore["connections"] for lcore in lcores)
    expect(min(lcore["connections"] for lcore in lcores) > total // (4 * LCORES), lcores)
    handed = [lcore["dispatch_handed_over"] > 0 for lcore in lcores]
    expect_equal(handed, [True] + [False] * (LCORES - 1), "who handed packets over")
    # Ports are chosen such that answers come to the lcore that asked: what does not would be reset.
    expect_equal(summary["stacks"]["client"]["rst_sent"], 0, "resets")


def check_connections(summary, server):
    for name, nothing in (("errors", {}), ("mbufs_leaked", 0), ("tcbs_leaked", 0)):
        expect_equal(summary[name], nothing, name)
    client = summary["stacks"]["client"]
    expect_equal(server.faults, [], "the server's exceptions")
    expect(summary["connections"] > 0, "no connection")
    expect_equal(server.served, client["connections_active"] + LCORES, "connections that the server served")
    expect_equal(client["text_bytes_received"], client["text_bytes_sent"], "bytes that came back")
    expect_equal(client["text_bytes_sent"], SIZE * client["connections_active"], "bytes sent")
    expect("dispatch_ring_full" not in client["drops"], "a ring was full")


def run_family(family, name, *options):
    over = f"veth IPv{family}, {name}"
    server = Server(answer_until_end)
    outcome = None
    with veth() as wire:
        with case(f"{over}: {LCORES} lcores measure the kernel's server", SECONDS * 2):
            outcome = measure(wire, family, server, "--config", QUEUES, "--workload", "crr",
                              "--close", "client", "--connections", str(CONNECTIONS),
                              "--duration", "1s", *options)
    if outcome is None:
        return
    result, said, capture = outcome
    judge_capture(capture, f" IPv{family}, {name}")
    with case(f"{over}: the first lines say which lcore does what"):
        check_start_lines(said)
    with case(f"{over}: every lcore has its share"):
        check_lcores(result["summary"])
    with case(f"{over}: every connection was served, and came to its end"):
        check_connections(result["summary"], server)
    with case(f"{over}: the lcores' counts add up to what was on the wire"):
        check_ledger(result["summary"], capture, family)


def main():
    enter("ethtool", "dumpcap", "tshark")
    for family in FAMILIES:
        run_family(family, "by a plan", "--rate", str(RATE))
    run_family(4, "as fast as they end", "--rate", "max")
    finish()


main()
