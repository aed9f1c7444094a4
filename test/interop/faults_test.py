# SPDX-License-Identifier: BSD-3-Clause
"""Faults of the machine: links that go down, an interface that vanishes, a process that stands still, or is
killed and begins anew. What was acknowledged arrives, and the end is orderly.

IPv4 alone where a link goes down: the kernel then forgets its IPv6 addresses.
"""

import signal
import socket
import threading
import time
from contextlib import contextmanager

from cases import case, expect, expect_equal, finish
from enter import enter
from peers import connect, receive_all, receive_exactly
from programs import Echo, estab_echo
from wires import FAMILIES, WIRES, run, veth

PORT = 7
TEXT = bytes(range(251)) * 8192  # 2 MB, to and fro
HALF = len(TEXT) // 2
FAULT_SECONDS = 1.5
PATIENCE_SECONDS = 40  # of a case: both sides may be backing off


class Fault:
    """begin and end: what makes it so, and what makes it good again."""

    def __init__(self, begin, end):
        self.begin = begin
        self.end = end


def link_down(interface, *command):
    def change(to):
        return lambda: run(*command, "ip", "link", "set", interface, to)
    return Fault(change("down"), change("up"))


def standstill(process):
    return Fault(lambda: process.send_signal(signal.SIGSTOP), lambda: process.send_signal(signal.SIGCONT))


def send_through(conn, fault):
    """Half of the text before the fault, the rest from its first moment on."""
    conn.sendall(TEXT[:HALF])
    fault.begin()
    end = threading.Timer(FAULT_SECONDS, fault.end)
    end.start()
    conn.sendall(TEXT[HALF:])
    end.join()
    conn.shutdown(socket.SHUT_WR)


def transfer_through(fault, family):
    with connect(family, PORT) as conn:
        conn.settimeout(PATIENCE_SECONDS)
        sender = threading.Thread(target=send_through, args=(conn, fault), daemon=True)
        sender.start()
        received = receive_all(conn)
        sender.join(PATIENCE_SECONDS)
    expect(received == TEXT, f"not the text that was sent, {len(received)} bytes")


def try_wire(name):
    with estab_echo(name) as echo:
        for family in FAMILIES:
            with case(f"{name} IPv{family}: text survives that estab stands still", PATIENCE_SECONDS):
                transfer_through(standstill(echo.process), family)
        with case(f"{name}: text survives that the kernel's link goes down and up", PATIENCE_SECONDS):
            transfer_through(link_down(echo.wire.interface), 4)
        if name == "veth":
            far = echo.wire.command[-1]
            with case(f"{name}: text survives that estab's link goes down and up", PATIENCE_SECONDS):
                transfer_through(link_down(far, *echo.wire.command), 4)


@contextmanager
def killed_at_the_end(wire):
    """estab-echo that is not asked to end."""
    echo = Echo(wire, ["--stats-period", "0"], "0")
    try:
        echo.await_start()
        yield echo
    finally:
        echo.process.kill()
        echo.process.wait()


def exchange(conn):
    conn.sendall(b"here")
    expect_equal(receive_exactly(conn, 4), b"here", "the echo")


def expect_reset(conn):
    try:
        conn.sendall(b"still here?")
        expect_equal(conn.recv(1), b"", "the answer of a server that knows nothing")
    except ConnectionResetError:
        return
    raise AssertionError("an end of file in place of a reset")


def try_kill():
    with veth() as wire:
        with killed_at_the_end(wire):
            wire.bring_up()
            conns = [connect(family, PORT) for family in FAMILIES]
            for conn in conns:
                exchange(conn)
        with killed_at_the_end(wire):
            for family, conn in zip(FAMILIES, conns):
                with case(f"veth IPv{family}: killed and started anew, estab resets what it does not know"):
                    expect_reset(conn)
                conn.close()
                with case(f"veth IPv{family}: and takes new connections"):
                    with connect(family, PORT) as conn:
                        exchange(conn)


def try_vanishing():
    with veth() as wire:
        echo = Echo(wire, ["--stats-period", "0", "--drain-timeout", "1s"], "0")
        try:
            echo.await_start()
            wire.bring_up()
            with connect(4, PORT) as conn:
                exchange(conn)
                run("ip", "link", "delete", wire.interface)
                time.sleep(FAULT_SECONDS)
                with case("veth: estab goes on when its interface vanishes"):
                    expect(echo.process.poll() is None, f"it ended:\n{echo.said()}")
        finally:
            status = echo.end()
            run("ip", "link", "add", wire.interface, "type", "veth")  # for veth() to delete
        with case("veth: and ends with its totals when it is told to"):
            expect_equal(status, 0, f"exit status, after it said\n{echo.said()}\n")
            expect(", 1 connections not closed in time" in echo.said(), echo.said())
            expect_equal(echo.total("unaccounted"), 0, "unaccounted")


def main():
    enter("ethtool")
    for name in WIRES:
        try_wire(name)
    try_kill()
    try_vanishing()
    finish()


main()
