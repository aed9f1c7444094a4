# SPDX-License-Identifier: BSD-3-Clause
"""A server on the kernel's TCP that does nothing but echo: what estab-bench counts is what the kernel's own
counters have, to the last connection and segment; beside it the same load of a client on the kernel's TCP.

usage: kernel_test.py ESTAB_ECHO ESTAB_BENCH PUPPET RELAY KERNEL_PEER"""

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from cases import case, expect, expect_equal, finish, note
from enter import enter
from peers import counted
from programs import estab_bench
from wires import FAMILIES, KERNEL, kernel_in_place_of_estab, run, veth

PEER = sys.argv[5]
PORT = 7000
SIZE = 64  # of a request and of a response
CONNECTIONS = 10
SECONDS = 30
COUNTERS = ("PassiveOpens", "EstabResets", "RetransSegs", "InErrs", "OutRsts", "InSegs", "OutSegs")


def numbers(line):
    return {name: int(value) for name, value in re.findall(r"(\w+) (\d+)", line)}


@contextmanager
def server(totals):
    """Runs for as long as the block does; its totals are in what it was given, by then."""
    process = subprocess.Popen([PEER, "serve", str(PORT)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    try:
        expect_equal(process.stdout.readline(), f"serves on {PORT}\n", "its first words")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        totals.update(numbers(process.communicate(timeout=SECONDS)[0]))


def counters():
    return {name: counted(name) for name in COUNTERS}


def settled_counters():
    """When nothing has been received for a while: the last ACK is on its way when estab-bench ends."""
    last = counters()
    while True:
        time.sleep(0.1)
        found = counters()
        if found == last:
            return found
        last = found


def ask(wire, family, workload, *options):
    """@return the summary, what the kernel's counters have of it, and what the server has"""
    totals = {}
    host = f"[{KERNEL[6]}]" if family == 6 else KERNEL[4]
    before = settled_counters()
    with server(totals):
        status, said, complaint = estab_bench(
            wire, "--server", f"{host}:{PORT}", "--connections", str(CONNECTIONS), "--duration", "1s",
            "--json", "-", "--workload", workload, *options, seconds=SECONDS)
        after = settled_counters()
    expect_equal(status, 0, f"exit status, after it said\n{complaint}\n")
    kernel = {name: after[name] - before[name] for name in COUNTERS}
    summary = json.loads(said)["summary"]
    expect_equal(summary["errors"], {}, "errors")
    expect_equal(totals["faults"], 0, "faults that the server saw")
    expect_equal(totals["connections"], kernel["PassiveOpens"], "connections of the server, and the kernel's")
    return summary, kernel, totals


def agree(summary, kernel, totals, connections):
    """One connection and one exchange were made beforehand, of 3 to 6 segments each way: they are in the
    kernel's counters and the server's, and not in ours."""
    ours = summary["stacks"]["client"]
    expect_equal(kernel["PassiveOpens"], connections + 1, "PassiveOpens")
    expect_equal(totals["octets"], ours["text_bytes_sent"] + SIZE, "octets that the server was sent")
    expect_equal(ours["text_bytes_received"], ours["text_bytes_sent"], "octets that came back")
    for name in ("EstabResets", "RetransSegs", "InErrs", "OutRsts"):
        expect_equal(kernel[name], 0, name)
    for name, count in (("InSegs", ours["segments_sent"]), ("OutSegs", ours["segments_received"])):
        expect(3 <= kernel[name] - count <= 6, f"{name}: {kernel[name]}, of which we know {count}")


def connections_agree(wire, family):
    """A server on the kernel waits for the client's end."""
    summary, kernel, totals = ask(wire, family, "crr", "--close", "client")
    made = summary["stacks"]["client"]["connections_active"]
    expect(0 < summary["connections"] <= made, f"{summary['connections']} of {made} in time")
    agree(summary, kernel, totals, made)
    return summary


def exchanges_agree(wire, family):
    summary, kernel, totals = ask(wire, family, "rr")
    agree(summary, kernel, totals, CONNECTIONS)
    expect(SIZE * summary["transactions"] <= totals["octets"], "more exchanges than the server had requests")
    return summary


def kernel_client(wire, workload):
    """The same load by the kernel's own client. @return what it says. Its ACK and its request are two packets: where two
    cores take one each at the same time both make a connection, PassiveOpens has both, and one is thrown away."""
    totals = {}
    opened = counted("PassiveOpens")
    run(*wire.command, "sh", "-c", "echo 2000 65000 >/proc/sys/net/ipv4/ip_local_port_range")
    with server(totals):
        said = numbers(run(*wire.command, PEER, workload, KERNEL[4], str(PORT), str(CONNECTIONS), "1"))
        expect(counted("PassiveOpens") - opened >= said["connections"], "fewer connections than it says")
    expect_equal(said["faults"], 0, "its faults")
    expect_equal(totals["connections"], said["connections"], "connections of the server, and its client's")
    expect(totals["octets"] >= SIZE * said["transactions"] > 0, f"{totals} of {said}")
    return said


def stand_beside_the_kernel(wire):
    """By turns. How fast each is depends on the machine: for information."""
    for workload, measure, rate, latency in (
            ("crr", connections_agree, "connections_per_second", "transaction"),
            ("rr", exchanges_agree, "transactions_per_second", "response")):
        for _ in range(2):
            summary = measure(wire, 4)
            ours = summary["latency_us"][latency]
            with kernel_in_place_of_estab(wire):
                theirs = kernel_client(wire, workload)
            note(f"{workload}: estab-bench {summary[rate]:.0f} a second, p50 {ours['p50']:.0f} us, p99 "
                 f"{ours['p99']:.0f} us; the kernel's client {theirs['per_second']} a second, "
                 f"p50 {theirs['p50_us']} us, p99 {theirs['p99_us']} us")


def main():
    enter("ethtool")
    with veth() as wire:
        wire.bring_up()
        for family in FAMILIES:
            with case(f"IPv{family}: every connection of crr is in the kernel's counters"):
                connections_agree(wire, family)
            with case(f"IPv{family}: every exchange of rr is in the kernel's counters"):
                exchanges_agree(wire, family)
        with case("beside a client on the kernel's TCP"):
            stand_beside_the_kernel(wire)
    finish()


main()
