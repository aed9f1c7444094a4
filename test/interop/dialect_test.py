# SPDX-License-Identifier: BSD-3-Clause
"""Clients without an option, or of odd sizes: what is agreed on differs, the bytes do not."""

import os
import socket

from captures import captured, judge_capture, read
from cases import case, expect_equal, finish
from enter import enter
from peers import connect, digest, receive_all, receive_slowly, send_and_receive_all
from programs import estab_echo
from sysctls import sysctls
from wires import FAMILIES

PORT = 7
SIZE = 1_000_000
SIZE_SLOW = 3_000_000  # more than all buffers on the way can hold
MSS = 200
TIMESTAMPS = 12  # bytes of each segment, and part of the MSS (RFC 6691)
NO_OPTIONS = {"tcp_timestamps": "0", "tcp_sack": "0", "tcp_window_scaling": "0"}
LACKING = {
    "with all options": {},
    "without timestamps": {"tcp_timestamps": "0"},
    "without SACK": {"tcp_sack": "0"},
    "without window scaling": {"tcp_window_scaling": "0"},
    "without any option but MSS": NO_OPTIONS,
    "that asks for ECN": {"tcp_ecn": "1"},
}


def small_segments(conn):
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, MSS)


def small_window(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)


def echo_is_exact(family, size=SIZE, prepare=None, receive=receive_all):
    """@return the client's port"""
    data = os.urandom(size)
    with connect(family, PORT, prepare) as conn:
        expect_equal(digest(send_and_receive_all(conn, data, receive)), digest(data), "checksum")
        return conn.getsockname()[1]


def negotiated(family):
    """What tcp_info says was agreed on: timestamps 1, SACK 2, window scale 4."""
    with connect(family, PORT) as conn:
        return conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5] & 7


def try_family(family):
    """@return the port of the client with small segments"""
    for client, values in LACKING.items():
        with case(f"veth IPv{family}: 1 MB of a client {client} comes back the same"):
            with sysctls(**values):
                echo_is_exact(family)
    with case(f"veth IPv{family}: 1 MB of a client with a window of 2 KB comes back the same"):
        echo_is_exact(family, prepare=small_window)
    with case(f"veth IPv{family}: a client that stops reading for a while gets all"):
        echo_is_exact(family, SIZE_SLOW, small_window, receive_slowly)
    with case(f"veth IPv{family}: timestamps, SACK and window scaling are agreed on"):
        expect_equal(negotiated(family), 7, "options by tcp_info")
    with case(f"veth IPv{family}: 1 MB of a client with an MSS of {MSS} comes back the same"):
        return echo_is_exact(family, prepare=small_segments)


def expect_small_segments(capture, ports):
    largest = {}
    for line in read(capture.path, f"tcp.srcport == {PORT}", ["tcp.dstport", "tcp.len"]):
        port, length = map(int, line.split())
        largest[port] = max(length, largest.get(port, 0))
    for port in ports:
        expect_equal(largest.get(port), MSS - TIMESTAMPS, "bytes of text in the largest segment")


def main():
    enter("ethtool", "dumpcap", "tshark")
    with estab_echo("veth") as echo:
        with captured(echo.wire) as capture:
            ports = [try_family(family) for family in FAMILIES]
    judge_capture(capture)
    with case(f"veth: segments to the clients with an MSS of {MSS} keep to it"):
        expect_small_segments(capture, ports)
    finish()


main()
