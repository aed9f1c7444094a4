# SPDX-License-Identifier: BSD-3-Clause
"""The puppet on a wire: a stack that opens, sends, stops reading and closes when it is told to; and
the kernel's sockets at the other ends of its connections. Both ends know the text (puppet_strings.c)."""

import itertools
import select
import socket
import subprocess
import sys
import time
from collections import namedtuple
from contextlib import contextmanager

from cases import case, expect, expect_equal
from enter import unique
from programs import END_SECONDS, START_SECONDS, arguments
from sysctls import sysctls
from wires import ESTAB, FAMILIES, KERNEL, MAKERS

PATTERN_BYTES = 65521
SHIFT_PER_STRING = 4099
SHIFT_OF_RECEIVED = 32003
PASSIVE_PORT = 21001  # estab listens
ACTIVE_PORT = 21100   # the kernel listens; estab connects from this port + the number
WAIT_SECONDS = 20
CHUNK = 65536
numbers = itertools.count(1)  # of connections: no pair of ports is used twice
ROLES = ("passive", "active")
SYN_SENT, CLOSED, CLOSING = 2, 7, 11  # enum in linux/tcp.h

Status = namedtuple("Status", "state sent received wrong_at at_end error options")


def make_pattern():
    state = 1
    pattern = bytearray()
    for _ in range(PATTERN_BYTES):
        state = (state * 1103515245 + 12345) % 2**32
        pattern.append(state >> 24)
    return bytes(pattern)


PATTERN = make_pattern()


def text(shift, size):
    first = shift % PATTERN_BYTES
    return (PATTERN * (size // PATTERN_BYTES + 2))[first:first + size]


def text_from_estab(number, size, offset=0):
    return text(number * SHIFT_PER_STRING + offset, size)


def text_to_estab(number, size):
    return text(number * SHIFT_PER_STRING + SHIFT_OF_RECEIVED, size)


def wait_until(condition, what, seconds=WAIT_SECONDS):
    last = time.monotonic() + seconds
    while not (found := condition()):
        expect(time.monotonic() < last, f"waited in vain: {what() if callable(what) else what}")
        time.sleep(0.01)
    return found


class Puppet:
    def __init__(self, wire, options):
        self.wire = wire
        self.log = open(f"/run/puppet-{unique()}.log", "w+")
        self.process = subprocess.Popen(
            arguments(sys.argv[3], wire, options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, bufsize=1)
        expect_equal(self.answer(START_SECONDS), "ok begun", "the puppet")

    def answer(self, seconds=WAIT_SECONDS):
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        answer = self.process.stdout.readline().strip() if ready else "nothing"
        self.log.seek(0)
        expect(answer, f"the puppet is gone: {self.log.read()}")
        return answer

    def ask(self, *words):
        """@return what stands behind "ok", or None after "error EAGAIN"; other errors fail"""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        verdict, _, rest = self.answer().partition(" ")
        if (verdict, rest) == ("error", "EAGAIN"):
            return None
        expect_equal(verdict, "ok", f"{words} was answered {rest!r}")
        return rest

    def count(self, name):
        return int(self.ask("count", name))

    def end(self):
        self.process.stdin.close()
        try:
            return self.process.wait(END_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self.log.close()


class Pair:
    """One connection: estab's end by its number, the kernel's as a socket."""

    def __init__(self, puppet, number, kernel_socket, name):
        self.puppet = puppet
        self.number = number
        self.socket = kernel_socket
        self.name = f"{puppet.wire.name} {name}"

    def tell(self, verb, *words):
        expect(self.puppet.ask(verb, self.number, *words) is not None, f"{verb}: EAGAIN")

    def status(self):
        state, *numbers = self.puppet.ask("status", self.number).split()
        return Status(state, *map(int, numbers))

    def ports(self):
        """The kernel's and estab's."""
        return self.socket.getsockname()[1], self.socket.getpeername()[1]

    def await_state(self, *states):
        wait_until(lambda: self.status().state in states,
                   lambda: f"{self.status()} instead of {' or '.join(states)}")

    def await_received(self, size, seconds=WAIT_SECONDS):
        """By estab, all of it right."""
        wait_until(lambda: self.status().received == size or self.status().error,
                   lambda: f"{size} bytes, {self.status()}", seconds)
        self.expect_right(size)

    def expect_right(self, received):
        status = self.status()
        expect_equal((status.received, status.wrong_at, status.error), (received, 0, 0),
                     "bytes that estab received, the first wrong one, error")

    def kernel_receives(self, size, offset=0):
        expected = text_from_estab(self.number, size, offset)
        position = 0
        while position < size:
            part = self.socket.recv(min(CHUNK, size - position))
            expect(part, f"end of file after {position} bytes of {size}")
            expect(part == expected[position:position + len(part)],
                   f"wrong text behind byte {offset + position}")
            position += len(part)

    def kernel_sees_end(self):
        expect_equal(self.socket.recv(1), b"", "instead of the end of file")

    def kernel_state(self):
        """Of the socket, which knows of TIME-WAIT only that it is over: CLOSED."""
        return self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]

    def await_kernel_state(self, state):
        wait_until(lambda: self.kernel_state() == state,
                   lambda: f"state {state}, not {self.kernel_state()}")

    def forget(self):
        """Both ends. Not before the kernel has estab's FIN: one that arrives while a socket is being
        closed may find neither the socket nor its TIME-WAIT, and is then sent again."""
        self.tell("close")
        self.kernel_sees_end()
        self.socket.close()


def make_socket(family, prepare=None):
    made = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.settimeout(WAIT_SECONDS)
    if prepare:
        prepare(made)
    return made


def connected(puppet, family, number, prepare):
    """The kernel's active OPEN."""
    conn = make_socket(family, prepare)
    conn.connect((ESTAB[family], PASSIVE_PORT))
    wait_until(lambda: puppet.ask("accept", number) is not None, "accept")
    return conn


def accepted(puppet, family, number, prepare):
    """The kernel's passive OPEN."""
    with make_socket(family, prepare) as listener:
        listener.bind((KERNEL[family], ACTIVE_PORT + number))
        listener.listen()
        expect_equal(puppet.ask("connect", number, KERNEL[family], ACTIVE_PORT + number, 0), "",
                     "connect")
        conn, _ = listener.accept()
    return conn


def open_pair(puppet, family, role, prepare=None):
    """role: estab's. prepare: sets options of the kernel's socket before the handshake."""
    number = next(numbers)
    begin = connected if role == "passive" else accepted
    kernel_socket = begin(puppet, family, number, prepare)
    kernel_socket.settimeout(WAIT_SECONDS)
    pair = Pair(puppet, number, kernel_socket, f"IPv{family}, estab {role}")
    pair.await_state("ESTABLISHED")
    return pair


@contextmanager
def a_puppet(wire_name, *options):
    """Runs for as long as the block does, and listens. Its end is a case of its own. The kernel sends
    no tail loss probes: it would whenever the puppet does not get its core for two round trips."""
    with MAKERS[wire_name]() as wire:
        puppet = Puppet(wire, options)
        try:
            wire.bring_up()
            puppet.ask("listen", PASSIVE_PORT)
            with sysctls(tcp_early_retrans="0"):
                yield puppet
        finally:
            status = puppet.end()
        with case(f"{wire_name}: the puppet ends well"):
            expect_equal(status, 0, "exit status")


def each_way():
    """Every role in every family."""
    return [(family, role) for family in FAMILIES for role in ROLES]
