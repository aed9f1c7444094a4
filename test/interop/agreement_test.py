# SPDX-License-Identifier: BSD-3-Clause
"""A kernel that lacks an option, asks for ECN or answers every SYN with a cookie: 1 MB each way at the
same time in both roles of estab, and both ends agree on what they agreed on."""

import socket
import threading

from captures import captured, judge_capture
from cases import case, expect_equal, finish
from enter import enter
from puppets import WAIT_SECONDS, a_puppet, each_way, open_pair, text_to_estab
from sysctls import sysctls

SIZE = 1_000_000
TIMESTAMPS, SACK, WINDOW_SCALE = 1, 2, 4  # of TCPI_OPT_*, and of the puppet's status
ALL = TIMESTAMPS | SACK | WINDOW_SCALE
KERNELS = {
    "with all options": ({}, ALL),
    "without timestamps": ({"tcp_timestamps": "0"}, SACK | WINDOW_SCALE),
    "without SACK": ({"tcp_sack": "0"}, TIMESTAMPS | WINDOW_SCALE),
    "without window scaling": ({"tcp_window_scaling": "0"}, TIMESTAMPS | SACK),
    "without any of them":
        ({"tcp_timestamps": "0", "tcp_sack": "0", "tcp_window_scaling": "0"}, 0),
    "that asks for ECN": ({"tcp_ecn": "1"}, ALL),
    "with tcp_syncookies=2": ({"tcp_syncookies": "2"}, ALL),
    "with tcp_syncookies=2 and without timestamps":
        ({"tcp_syncookies": "2", "tcp_timestamps": "0"}, None),
}
PASSIVE_COOKIE = SACK | WINDOW_SCALE  # estab answers as always: only the kernel's listener forgets


def options_of_kernel(conn):
    return conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5] & ALL


def exchange(pair):
    def send():
        pair.socket.sendall(text_to_estab(pair.number, SIZE))
        pair.socket.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send, daemon=True)
    pair.tell("receive", SIZE)
    pair.tell("send", SIZE)
    pair.tell("shutdown")
    sender.start()
    pair.kernel_receives(SIZE)
    pair.kernel_sees_end()
    sender.join(WAIT_SECONDS)
    pair.await_received(SIZE)
    pair.await_state("CLOSED", "TIME-WAIT")


def expected_options(options, role):
    """A cookie has no room for options but in a timestamp."""
    if options is None:
        return PASSIVE_COOKIE if role == "passive" else 0
    return options


def main():
    enter("ethtool", "dumpcap", "tshark")
    with a_puppet("veth of long queues", "--time-wait", "1s") as puppet:
        with captured(puppet.wire) as capture:
            for kernel, (values, options) in KERNELS.items():
                for family, role in each_way():
                    with case(f"IPv{family}, estab {role}, a kernel {kernel}: 1 MB each way, the same"):
                        with sysctls(**values):
                            pair = open_pair(puppet, family, role)
                            expected = expected_options(options, role)
                            expect_equal(pair.status().options, expected, "options that estab uses")
                            expect_equal(options_of_kernel(pair.socket), expected, "the kernel uses")
                            exchange(pair)
                            pair.forget()
    judge_capture(capture)
    finish()


main()
