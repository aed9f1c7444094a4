# SPDX-License-Identifier: BSD-3-Clause
"""Both sides at once, and one after the other: FINs that cross, SYNs that cross, half-closes either
way. estab passive and active, both wires and families, and the captures prove what crossed."""

import errno
import socket

from captures import UNCALLED_FOR, captured, judge_silence, read
from cases import case, expect, expect_equal, finish
from enter import enter
from puppets import (CLOSED, CLOSING, SYN_SENT, Pair, a_puppet, each_way, make_socket, numbers, open_pair,
                     text_to_estab, wait_until)
from wires import ESTAB, FAMILIES, KERNEL, WIRES

SOME = 1000
MUCH = 1_000_000
PORT_OPEN = 21500  # the first of those from which both sides open


def exchange(pair):
    """Some text each way, so that nothing of the handshake is still to be acknowledged."""
    pair.socket.sendall(text_to_estab(pair.number, SOME))
    pair.tell("receive", SOME)
    pair.await_received(SOME)
    pair.tell("send", SOME)
    pair.kernel_receives(SOME)


def close_at_once(puppet, pair):
    """estab takes no packet while both close: each FIN is under way before the other is seen."""
    exchange(pair)
    puppet.ask("deaf", 1)
    pair.socket.shutdown(socket.SHUT_WR)
    pair.tell("shutdown")
    pair.await_kernel_state(CLOSING)
    expect_equal(pair.status().state, "FIN-WAIT-1", "estab's state")
    puppet.ask("deaf", 0)
    pair.await_kernel_state(CLOSED)
    pair.await_state("TIME-WAIT", "CLOSED")
    pair.kernel_sees_end()
    expect_equal(pair.status().error, 0, "estab's error")
    pair.forget()


def open_at_once(puppet, family):
    """estab takes no packet while both open; the kernel connects from the port that estab calls.
    @return the pair of ports"""
    number = next(numbers)
    ports = PORT_OPEN + 2 * number, PORT_OPEN + 2 * number + 1
    puppet.ask("deaf", 1)
    conn = make_socket(family)
    conn.bind((KERNEL[family], ports[0]))
    conn.setblocking(False)
    expect_equal(conn.connect_ex((ESTAB[family], ports[1])), errno.EINPROGRESS, "connect")
    puppet.ask("connect", number, KERNEL[family], *ports)
    pair = Pair(puppet, number, conn, f"IPv{family}, both active")
    expect_equal(pair.status().state, "SYN-SENT", "estab's state")
    wait_until(lambda: pair.kernel_state() != SYN_SENT, "the kernel sees estab's SYN")
    puppet.ask("deaf", 0)
    pair.await_state("ESTABLISHED")
    conn.settimeout(20)
    exchange(pair)
    kernel_ends_first(pair, SOME)
    return ports


def kernel_ends_first(pair, size):
    """estab goes on after the kernel's end of file, then ends too."""
    pair.socket.shutdown(socket.SHUT_WR)
    wait_until(lambda: pair.status().at_end, "estab sees the end")
    expect_equal(pair.status().state, "CLOSE-WAIT", "estab's state")
    pair.tell("send", size)
    pair.tell("shutdown")
    pair.kernel_receives(size, SOME)
    pair.kernel_sees_end()
    pair.await_state("CLOSED")
    pair.forget()


def estab_ends_first(pair, size):
    """The kernel goes on after estab's end of file, then ends too."""
    pair.tell("shutdown")
    pair.kernel_sees_end()
    pair.await_state("FIN-WAIT-2")
    pair.tell("receive", size)
    pair.socket.sendall(text_to_estab(pair.number, SOME + size)[SOME:])
    pair.await_received(SOME + size)
    pair.socket.shutdown(socket.SHUT_WR)
    wait_until(lambda: pair.status().at_end, "estab sees the end")
    pair.await_state("TIME-WAIT", "CLOSED")
    pair.forget()


def half_close(pair, end, size):
    exchange(pair)
    end(pair, size)


def expect_crossed(capture, flag, kernel_port, estab_port):
    """In the first segments of both sides with this flag neither acknowledges the other's."""
    first = {}
    fields = ["tcp.srcport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags.ack", "tcp.len"]
    either = f"tcp.port == {kernel_port} && tcp.port == {estab_port} && tcp.flags.{flag} == 1"
    for line in read(capture.path, either, fields):
        port, *numbers = line.split()
        first.setdefault(int(port), [int(number) for number in numbers])
    expect_equal(set(first), {kernel_port, estab_port}, f"who sent a {flag.upper()}")
    for this, other in ((kernel_port, estab_port), (estab_port, kernel_port)):
        _, ack, has_ack, _ = first[this]
        seq, _, _, length = first[other]
        expect(not has_ack or ack <= seq + length,
               f"the {flag.upper()} from port {this} acknowledges the one from port {other}")


def try_crossing(puppet):
    """@return which flag crossed on which connection"""
    crossed = []
    for family, role in each_way():
        pair = open_pair(puppet, family, role)
        with case(f"{pair.name}: both close at once, and both come to the end"):
            crossed.append(("fin", *pair.ports()))
            close_at_once(puppet, pair)
    for family in FAMILIES:
        with case(f"{puppet.wire.name} IPv{family}: both open at once, it becomes one connection"):
            crossed.append(("syn", *open_at_once(puppet, family)))
    return crossed


def try_half_closes(puppet):
    for family, role in each_way():
        for end in (kernel_ends_first, estab_ends_first):
            pair = open_pair(puppet, family, role)
            with case(f"{pair.name}: {end.__name__.replace('_', ' ')}, the other sends 1 MB more"):
                half_close(pair, end, MUCH)


def try_wire(wire):
    with a_puppet(wire, "--time-wait", "1s") as puppet:
        with captured(puppet.wire) as crossing:
            crossed = try_crossing(puppet)
        with captured(puppet.wire) as capture:
            try_half_closes(puppet)
        with case(f"{wire}: estab reset no connection, and none was reset"):
            for name in ("rst_sent", "rst_received", "connections_reset", "connections_failed"):
                expect_equal(puppet.count(name), 0, name)
    judge_silence(crossing, " crossing", UNCALLED_FOR)
    for flag, *ports in crossed:
        with case(f"{wire}: the {flag.upper()}s of ports {ports[0]} and {ports[1]} crossed"):
            expect_crossed(crossing, flag, *ports)
    judge_silence(capture, " half-closes")


def main():
    enter("ethtool", "dumpcap", "tshark")
    for wire in WIRES:
        try_wire(wire)
    finish()


main()
