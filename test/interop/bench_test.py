# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's TCP as server: estab-bench opens connections to it, and loses and leaks none."""

import json
import socket
import threading

from captures import captured, judge_capture
from cases import case, expect, expect_equal, finish, note
from enter import enter
from peers import receive_all, receive_exactly
from programs import estab_bench
from sysctls import sysctls
from wires import FAMILIES, KERNEL, veth

SIZE = 64  # of estab-bench's requests and responses
RATE = 300
SECONDS = 30


def close_at_once(conn):
    """Until the client's own end, so that it is seen."""
    conn.shutdown(socket.SHUT_WR)
    expect_equal(receive_all(conn), b"", "text that nobody sent")


def answer_and_close(conn):
    """One request, one response, and the end."""
    conn.sendall(receive_exactly(conn, SIZE))
    close_at_once(conn)


def answer_until_end(conn):
    """The client closes first."""
    while request := conn.recv(SIZE):
        conn.sendall(request)


class Server:
    """Listens for both families, a thread for each connection, and counts those that ended well."""

    def __init__(self, serve):
        self.serve = serve
        self.served = 0
        self.faults = []
        self.socket = socket.create_server(
            ("::", 0), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=True)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            conn, _ = self.socket.accept()
            threading.Thread(target=self.serve_one, args=[conn], daemon=True).start()

    def serve_one(self, conn):
        try:
            with conn:
                conn.settimeout(SECONDS)
                self.serve(conn)
                self.served += 1
        except Exception as fault:
            self.faults.append(repr(fault))


def measure(wire, family, workload, closer, server):
    before = server.served
    address = f"[{KERNEL[6]}]" if family == 6 else KERNEL[4]
    status, said, complaint = estab_bench(
        wire, "--server", f"{address}:{server.port}", "--workload", workload, "--close", closer,
        "--duration", "1s", "--rate", str(RATE), "--connections", "50", "--json", "-",
        seconds=SECONDS)
    expect_equal(status, 0, f"exit status, after it said\n{complaint}\n")
    summary = json.loads(said)["summary"]
    connections = summary["connections"]
    note(f"{connections} connections, {summary['packets_per_connection']:.2f} packets each")
    expect(connections >= RATE / 2, f"{connections} connections only")
    for name, nothing in (("errors", {}), ("mbufs_leaked", 0), ("tcbs_leaked", 0)):
        expect_equal(summary[name], nothing, name)
    served = server.served - before
    expect(served >= connections, f"{connections} connections, of which the server saw {served}")
    expect_equal(server.faults, [], "the server's exceptions")


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
                        measure(wire, family, workload, closer, server)
                with case(f"{over}: the kernel answers every SYN with a cookie"):
                    with sysctls(tcp_syncookies="2"):
                        measure(wire, family, "crr", "client", servers["crr", "client"])
        judge_capture(capture)
    finish()


main()
