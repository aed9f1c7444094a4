# SPDX-License-Identifier: BSD-3-Clause
"""SIGTERM while 100 connections are open, idle and busy: estab closes first, every client sees the
end of file and none a reset, and estab-echo waits until all have closed."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from captures import captured, expect_no_reset, judge_capture
from cases import case, expect, expect_equal, finish
from enter import enter
from peers import connect, receive_all, receive_exactly
from programs import END_SECONDS, estab_echo
from wires import FAMILIES, WIRES

PORT = 7
CHUNK = 2000
BUSY_SECONDS = 0.5


def idle(conn):
    expect_equal(receive_all(conn), b"", "on an idle connection")


def ping_pong(conn):
    """What comes goes back: there is always one chunk on its way, also when the end comes."""
    while data := conn.recv(CHUNK):
        conn.sendall(data)


def bulk(conn):
    """Sends without a pause, so that text is on its way in both directions; stops at the end."""
    def send():
        while not ended.is_set():
            conn.sendall(bytes(CHUNK))

    ended = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        sender = pool.submit(send)
        try:
            receive_all(conn)
        finally:
            ended.set()
        sender.result()


def receive_much(conn):
    """Never sends, always receives."""
    receive_all(conn)


class Client(threading.Thread):
    """Waits for the server's end of file, each in its manner; then closes too."""

    def __init__(self, conn, manner):
        super().__init__(daemon=True)
        self.conn = conn
        self.manner = manner
        self.fault = None

    def run(self):
        try:
            with self.conn:
                self.manner(self.conn)
        except Exception as fault:
            self.fault = fault


def begin(family, manner):
    conn = connect(family, PORT)
    conn.sendall(bytes(CHUNK))
    if manner is idle:
        receive_exactly(conn, CHUNK)
    client = Client(conn, manner)
    client.start()
    return client


def expect_all_ended(clients):
    for client in clients:
        client.join(END_SECONDS)
    faults = [f"{client.manner.__name__}: {client.fault!r}" for client in clients if client.fault]
    faults += [f"{client.manner.__name__}: no end" for client in clients if client.is_alive()]
    expect(not faults, f"{len(faults)} of {len(clients)}: " + "\n".join(faults[:5]))


def drain(echo, clients):
    time.sleep(BUSY_SECONDS)
    expect(all(client.is_alive() for client in clients), "a connection ended before SIGTERM")
    echo.terminate()
    expect_all_ended(clients)


def try_wire(wire, service, manners, each):
    name = f"{wire} {service}: {2 * each * len(manners)} connections"
    with estab_echo(wire, "--mode", service, "--port", str(PORT)) as echo:
        with captured(echo.wire) as capture:
            with case(f"{name} see the end of file at SIGTERM"):
                drain(echo, [begin(family, manner) for family in FAMILIES for manner in manners
                             for _ in range(each)])
    judge_capture(capture, f" {service}")
    with case(f"{name}, none was reset by estab"):
        expect_no_reset(capture, PORT)
    with case(f"{name} were seen out before the end"):
        expect(", 0 connections not closed in time" in echo.said(), echo.said())


def main():
    enter("ethtool", "dumpcap", "tshark")
    for wire in WIRES:
        try_wire(wire, "echo", [idle, ping_pong], 25)
        try_wire(wire, "echo", [bulk], 2)
        try_wire(wire, "chargen", [receive_much], 5)
    finish()


main()
