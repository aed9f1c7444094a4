# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's TCP as server of connections that stand: what estab-bench says it sent or received is
what the kernel received or sent, to the byte; the text of a single one is the one that bench sends."""

import json
import socket
import threading

from cases import case, expect, expect_equal, finish, note
from enter import enter
from peers import CHUNK
from programs import estab_bench
from wires import FAMILIES, KERNEL, veth

SECONDS = 30
PERIOD = 256  # of estab-bench's text: byte i of all that it sends is i modulo this
TEXT = bytes(range(PERIOD)) * (CHUNK // PERIOD + 1)
OTHERS = bytes(CHUNK)  # what the kernel sends


class Session:
    """One connection, and what came and went on it."""

    def __init__(self, conn, alone):
        self.conn = conn
        self.alone = alone
        self.sent = self.received = 0

    def discard(self):
        """Until the end; looks at each byte where no other connection has a part of the text."""
        while part := self.conn.recv(CHUNK):
            at = self.received % PERIOD
            expect(not self.alone or part == TEXT[at:at + len(part)],
                   f"other text behind {self.received}")
            self.received += len(part)

    def source(self):
        """Sends until the client's end comes; whole writes only, so that all of it is known to be sent."""
        listener = threading.Thread(target=self.discard, daemon=True)
        listener.start()
        while listener.is_alive():
            self.conn.sendall(OTHERS)
            self.sent += len(OTHERS)

    def echo(self):
        while part := self.conn.recv(CHUNK):
            self.received += len(part)
            self.conn.sendall(part)
            self.sent += len(part)


class Server:
    """A thread for each connection, all of which are kept in mind."""

    def __init__(self, family, serve, alone):
        self.serve = serve
        self.alone = alone
        self.sessions = []
        self.threads = []
        self.faults = []
        self.socket = socket.create_server(
            (KERNEL[family], 0), family=socket.AF_INET6 if family == 6 else socket.AF_INET)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            session = Session(self.socket.accept()[0], self.alone)
            self.sessions.append(session)
            self.threads.append(threading.Thread(target=self.serve_one, args=[session], daemon=True))
            self.threads[-1].start()

    def serve_one(self, session):
        try:
            with session.conn:
                session.conn.settimeout(SECONDS)
                self.serve(session)
        except Exception as fault:
            self.faults.append(repr(fault))

    def await_end(self):
        """@return the sessions that were measured: one was made beforehand"""
        for thread in self.threads:
            thread.join(SECONDS)
        expect_equal(self.faults, [], "the server's exceptions")
        return self.sessions[1:]


def measure(wire, family, serve, connections, *options):
    """@return the summary, the client's counters, and bytes that the kernel sent and received"""
    server = Server(family, serve, connections == 1)
    address = f"[{KERNEL[6]}]" if family == 6 else KERNEL[4]
    status, said, complaint = estab_bench(
        wire, "--server", f"{address}:{server.port}", "--connections", str(connections),
        "--duration", "1s", *options, "--json", "-", seconds=SECONDS)
    expect_equal(status, 0, f"exit status, after it said\n{complaint}\n")
    summary = json.loads(said)["summary"]
    for name, nothing in (("errors", {}), ("mbufs_leaked", 0), ("tcbs_leaked", 0)):
        expect_equal(summary[name], nothing, name)
    sessions = server.await_end()
    expect_equal(len(sessions), connections, "connections that the server saw")
    return (summary, summary["stacks"]["client"],
            sum(session.sent for session in sessions), sum(session.received for session in sessions))


def stream(wire, family, direction, connections, *options):
    serve = Session.discard if direction == "send" else Session.source
    summary, client, sent, received = measure(wire, family, serve, connections, "--workload",
                                              "stream", "--direction", direction, *options)
    note(f"{received} bytes to, {sent} from the kernel, "
         f"{summary['segments_retransmitted']} segments sent again")
    expect_equal(client.get("text_bytes_sent", 0), received, "bytes that estab sent")
    expect_equal(client.get("text_bytes_received", 0), sent, "bytes that estab received")
    for way, bytes_in_all in (("to", received), ("from", sent)):
        in_time = summary[f"goodput_{way}_server_bps"] * summary["seconds"] / 8
        wanted = direction in {"to": ("send", "both"), "from": ("receive", "both")}[way]
        expect((bytes_in_all > 0) == wanted, f"{bytes_in_all} bytes {way} the kernel")
        expect(in_time <= bytes_in_all * 1.001, f"goodput of {in_time} bytes {way} the kernel")


def rr(wire, family, connections, size):
    summary, client, sent, received = measure(wire, family, Session.echo, connections, "--workload",
                                              "rr", "--message-size", str(size))
    note(f"{summary['transactions']} transactions of {size} bytes each way")
    expect_equal(client["text_bytes_sent"], received, "bytes that estab sent")
    expect_equal(client["text_bytes_received"], sent, "bytes that estab received")
    expect_equal(received % size, 0, "a part of a request")
    expect_equal(sent, received, "what the kernel sent for what it received")
    # Those under way at the end are finished, and not counted.
    expect(0 < summary["transactions"] <= received // size <=
           summary["transactions"] + connections, f"{received // size} requests")


def standing_over(wire, family):
    over = f"{wire.name} IPv{family}"
    for direction in ("send", "receive", "both"):
        with case(f"{over}: a stream, {direction}"):
            stream(wire, family, direction, 1)
    with case(f"{over}: five streams of short messages, both ways"):
        stream(wire, family, "both", 5, "--message-size", "100")
    with case(f"{over}: requests and responses"):
        rr(wire, family, 1, 64)
    with case(f"{over}: long requests and responses on seven connections"):
        rr(wire, family, 7, 20000)


def main():
    enter("ethtool")
    with veth() as wire:
        wire.bring_up()
        for family in FAMILIES:
            standing_over(wire, family)
    finish()


main()
