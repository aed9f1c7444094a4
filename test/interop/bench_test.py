# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's TCP as server: estab-bench opens connections to it, and loses and leaks none."""

import json
import time

from captures import captured, judge_capture
from cases import case, expect, expect_equal, finish, note
from enter import enter
from peers import receive_all
from programs import estab_bench
from servers import SIZE, Server, answer_and_close, answer_until_end, close_at_once
from sysctls import sysctls
from wires import FAMILIES, KERNEL, veth, why_no_xdp, xdp

RATE = 300
SECONDS = 30
AT_ONCE = 8        # connections, of a server that is in no hurry to close
RELUCTANCE = 0.03  # seconds


def close_reluctantly(conn):
    """After the client's end, which is long past by then."""
    expect_equal(receive_all(conn), b"", "text that nobody sent")
    time.sleep(RELUCTANCE)


def becomes_true(predicate):
    deadline = time.monotonic() + 2
    while not predicate() and time.monotonic() < deadline:
        time.sleep(0.01)
    return predicate()


def bench(wire, family, server, *options):
    address = f"[{KERNEL[6]}]" if family == 6 else KERNEL[4]
    return estab_bench(wire, "--server", f"{address}:{server.port}", *options, "--json", "-",
                       seconds=SECONDS)


def measure(wire, family, server, *options):
    before = server.served
    status, said, complaint = bench(wire, family, server, "--duration", "1s", *options)
    expect_equal(status, 0, f"exit status, after it said\n{complaint}\n")
    summary = json.loads(said)["summary"]
    connections = summary["connections"]
    note(f"{connections} connections, {summary['packets_per_connection']:.2f} packets each")
    for name, nothing in (("errors", {}), ("mbufs_leaked", 0), ("tcbs_leaked", 0)):
        expect_equal(summary[name], nothing, name)
    served = server.served - before
    expect(served >= connections > 0, f"{connections} connections, of which the server saw {served}")
    expect_equal(server.faults, [], "the server's exceptions")
    return connections


def measure_at_rate(wire, family, workload, closer, server):
    connections = measure(wire, family, server, "--workload", workload, "--close", closer,
                          "--rate", str(RATE), "--connections", "50")
    expect(connections >= RATE / 2, f"{connections} connections only")


def keep_to_connections(wire, family):
    server = Server(close_reluctantly)
    measure(wire, family, server, "--workload", "open", "--close", "client",
            "--connections", str(AT_ONCE))
    expect(server.open_most <= AT_ONCE, f"{server.open_most} connections at once")


def name_what_is_missing(wire, family, server):
    served = server.served
    status, said, complaint = bench(wire, family, server, "--workload", "crr")
    expect_equal(status, 1, "exit status")
    expect_equal(said, "", "what stands on stdout")
    expect("--close client" in complaint and "no answer" not in complaint, complaint)
    expect(becomes_true(lambda: server.served > served), "the server was sent no FIN")


def main():
    enter("ethtool", "dumpcap", "tshark")
    servers = {
        ("open", "server"): Server(close_at_once),
        ("crr", "server"): Server(answer_and_close),
        ("crr", "client"): Server(answer_until_end),
    }
    with veth() as wire:
        wire.bring_up()
        with captured(wire) as capture:
            for family in FAMILIES:
                over = f"veth IPv{family}"
                for (workload, closer), server in servers.items():
                    with case(f"{over}: the kernel serves {workload}, the {closer} closes first"):
                        measure_at_rate(wire, family, workload, closer, server)
                with case(f"{over}: slow to close, the server gets no more than --connections"):
                    keep_to_connections(wire, family)
                with case(f"{over}: a server that waits for the client's end is called that"):
                    name_what_is_missing(wire, family, servers["crr", "client"])
                with case(f"{over}: the kernel answers every SYN with a cookie"):
                    with sysctls(tcp_syncookies="2"):
                        measure_at_rate(wire, family, "crr", "client",
                                        servers["crr", "client"])
        judge_capture(capture)
    if reason := why_no_xdp():
        note(f"no net_af_xdp: {reason}")
    else:
        with xdp() as wire:
            wire.bring_up()
            with case("xdp IPv4: what the driver keeps is not called leaked"):
                measure_at_rate(wire, 4, "crr", "client", servers["crr", "client"])
    finish()


main()
