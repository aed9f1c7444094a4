# SPDX-License-Identifier: BSD-3-Clause
"""Servers on the kernel's TCP for estab-bench to open connections to."""

import socket
import threading

from cases import expect_equal
from peers import receive_all, receive_exactly

SIZE = 64  # of estab-bench's requests and responses
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
    """Listens for both families, a thread for each connection, and counts those that ended well,
    and how many there were at most that it had not yet closed."""

    def __init__(self, serve):
        self.serve = serve
        self.served = 0
        self.open = 0
        self.open_most = 0
        self.lock = threading.Lock()
        self.faults = []
        self.socket = socket.create_server(
            ("::", 0), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=True)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            conn, _ = self.socket.accept()
            self.count(1)
            threading.Thread(target=self.serve_one, args=[conn], daemon=True).start()

    def count(self, change):
        with self.lock:
            self.open += change
            self.open_most = max(self.open_most, self.open)

    def serve_one(self, conn):
        try:
            with conn:
                conn.settimeout(SECONDS)
                self.serve(conn)
                self.served += 1
                self.count(-1)  # before the client can know
        except Exception as fault:
            self.faults.append(repr(fault))
