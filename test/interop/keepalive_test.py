# SPDX-License-Identifier: BSD-3-Clause
"""Keep-alive on idle connections: the kernel asks and estab answers, estab asks and the kernel
answers; both roles and families. All are idle at the same time, and carry text afterwards."""

import socket
import time

from captures import UNCALLED_FOR, captured, judge_silence, read
from cases import case, expect, expect_equal, finish
from enter import enter
from puppets import a_puppet, each_way, open_pair, text_to_estab

INTERVAL_S = 1
PROBES = 2      # unanswered ones end the connection, so that every one of those below was answered
IDLE_S = 5.5
PROBES_SEEN = 4
SOME = 100_000


def kernel_asks(pair):
    pair.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, INTERVAL_S)
    pair.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, INTERVAL_S)
    pair.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
    pair.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def estab_asks(pair):
    pair.tell("keepalive", INTERVAL_S * 1000, INTERVAL_S * 1000, PROBES)


def still_carries_text(pair):
    pair.socket.sendall(text_to_estab(pair.number, SOME))
    pair.tell("receive", SOME)
    pair.tell("send", SOME)
    pair.tell("shutdown")
    pair.await_received(SOME)
    pair.kernel_receives(SOME)
    pair.kernel_sees_end()
    pair.forget()


def expect_probes(capture, kernel_port, estab_port, estab_asks_):
    """From the one who asks, and what follows each is an ACK without text from the other."""
    asking, answering = (estab_port, kernel_port) if estab_asks_ else (kernel_port, estab_port)
    connection = f"tcp.port == {asking} && tcp.port == {answering}"
    fields = ["tcp.srcport", "tcp.len", "tcp.analysis.keep_alive"]
    packets = [line.split() for line in read(capture.path, connection, fields)]
    after = [next_one for packet, next_one in zip(packets, packets[1:])
             if packet[0] == str(asking) and len(packet) == 3]
    expect(len(after) >= PROBES_SEEN, f"{len(after)} probes")
    for packet in after:
        expect_equal(packet[:2], [str(answering), "0"], "port and bytes of text after a probe")


def main():
    enter("ethtool", "dumpcap", "tshark")
    asked = []
    with a_puppet("veth of long queues") as puppet:
        with captured(puppet.wire) as capture:
            for family, role in each_way():
                for ask in (kernel_asks, estab_asks):
                    pair = open_pair(puppet, family, role)
                    ask(pair)
                    pair.name += f", {ask.__name__.replace('_', ' ')}"
                    asked.append((pair, ask, pair.ports()))
            time.sleep(IDLE_S)
            for pair, _, _ in asked:
                with case(f"{pair.name}: idle for {IDLE_S} s, then text goes both ways"):
                    still_carries_text(pair)
    judge_silence(capture, "", UNCALLED_FOR)
    for pair, ask, ports in asked:
        with case(f"{pair.name}: every probe is answered"):
            expect_probes(capture, *ports, ask is estab_asks)
    finish()


main()
