# SPDX-License-Identifier: BSD-3-Clause
"""A reader that stops for long: the window closes, is probed ever more rarely, and opens again. Text
to estab and to the kernel, both roles and families, all at the same time.

The last argument is for how many seconds nobody reads.
"""

import socket
import sys
import threading
import time
from collections import namedtuple

from captures import captured, judge_silence, read
from cases import case, expect, finish, note
from enter import enter
from puppets import WAIT_SECONDS, a_puppet, each_way, open_pair, text_to_estab

SIZE = 2_000_000  # more than all buffers on the way hold
BUFFER = 65536    # the kernel's, for what it receives
PROBES_MIN, PROBES_MAX = 3, 14  # 0.2 s, doubled 14 times, is more than half an hour

Packet = namedtuple("Packet", "time port window length")


def small_buffer(kernel_socket):
    kernel_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)


class Flow:
    """One connection with text one way."""

    def __init__(self, puppet, family, role, to_estab):
        self.to_estab = to_estab
        self.pair = open_pair(puppet, family, role, None if to_estab else small_buffer)
        self.name = f"{self.pair.name}, text to {'estab' if to_estab else 'the kernel'}"
        kernel, estab = self.pair.ports()
        self.ports = (kernel, estab) if to_estab else (estab, kernel)  # sender's, receiver's
        self.sender = threading.Thread(target=self.send, daemon=True)

    def begin(self):
        if self.to_estab:
            self.pair.socket.settimeout(None)
            self.sender.start()
        else:
            self.pair.tell("send", SIZE)
            self.pair.tell("shutdown")

    def send(self):
        self.pair.socket.sendall(text_to_estab(self.pair.number, SIZE))
        self.pair.socket.shutdown(socket.SHUT_WR)

    def expect_stuck(self):
        if self.to_estab:
            expect(self.sender.is_alive(), "everything was sent, though nobody reads")
        else:
            expect(self.pair.status().sent < SIZE, "everything was sent, though nobody reads")

    def finish(self):
        """Read all; the other side ends too."""
        if self.to_estab:
            self.pair.tell("receive", SIZE)
            self.pair.await_received(SIZE)
            self.sender.join(WAIT_SECONDS)
            self.pair.await_state("CLOSE-WAIT")
        else:
            self.pair.kernel_receives(SIZE)
            self.pair.kernel_sees_end()
        self.pair.forget()

    def packets(self, capture):
        fields = ["frame.time_relative", "tcp.srcport", "tcp.window_size", "tcp.len"]
        sender, receiver = self.ports
        for line in read(capture.path, f"tcp.port == {sender} && tcp.port == {receiver}", fields):
            at, *numbers = line.split()
            yield Packet(float(at), *map(int, numbers))

    def probes(self, capture):
        """When the sender sent while the window was closed, in the longest such time; and how many
        answers said that it was."""
        closed, longest = None, ([], 0)
        for packet in self.packets(capture):
            if packet.port == self.ports[1]:
                if packet.window > 0:
                    closed = None
                elif closed is None:
                    closed = ([], [])
                else:
                    closed[1].append(packet.time)
            elif closed is not None:
                closed[0].append(packet.time)
            if closed is not None and len(closed[0]) >= len(longest[0]):
                longest = closed[0], len(closed[1])
        return longest


def expect_probes(flow, capture):
    times, answers = flow.probes(capture)
    expect(PROBES_MIN <= len(times) <= PROBES_MAX, f"{len(times)} probes")
    expect(answers >= len(times) - 1, f"{len(times)} probes, {answers} answers")
    gaps = [after - before for before, after in zip(times, times[1:])]
    note(f"{flow.name}: " + " ".join(f"{gap:.1f}" for gap in gaps) + " s between its probes")
    expect(max(gaps) > 2 * gaps[0], f"no back-off: {gaps}")


def main():
    enter("ethtool", "dumpcap", "tshark")
    seconds = int(sys.argv[5])
    with a_puppet("veth of long queues") as puppet:
        with captured(puppet.wire) as capture:
            flows = [Flow(puppet, family, role, to_estab)
                     for family, role in each_way() for to_estab in (True, False)]
            for flow in flows:
                flow.begin()
            time.sleep(seconds)
            for flow in flows:
                with case(f"{flow.name}: after {seconds} s without reading, 2 MB arrive the same"):
                    flow.expect_stuck()
                    flow.finish()
    judge_silence(capture)
    for flow in flows:
        with case(f"{flow.name}: the closed window is probed, with back-off, and each is answered"):
            expect_probes(flow, capture)
    finish()


main()
