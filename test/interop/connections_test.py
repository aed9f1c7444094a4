# SPDX-License-Identifier: BSD-3-Clause
"""A thousand short connections, one by one and many at once: all are answered, none is refused."""

import time
from concurrent.futures import ThreadPoolExecutor

from captures import captured, expect_no_reset, judge_capture
from cases import case, expect_equal, finish, note
from enter import enter
from peers import connect, send_and_close_first
from programs import estab_echo
from wires import FAMILIES, WIRES

PORT = 7
CONNECTIONS = 1000
AT_ONCE = 50


def exchange(family, number):
    text = f"connection {number}".encode()
    with connect(family, PORT) as conn:
        expect_equal(send_and_close_first(conn, text), text, "the echo")


def thousand(family, at_once):
    begin = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(exchange, [family] * CONNECTIONS, range(CONNECTIONS)))
    note(f"{CONNECTIONS / (time.monotonic() - begin):.0f} connections/s from this client")


def try_family(wire, family):
    with case(f"{wire} IPv{family}: 1,000 connections, one after the other, are all answered"):
        thousand(family, 1)
    with case(f"{wire} IPv{family}: 1,000 connections, {AT_ONCE} at once, are all answered"):
        thousand(family, AT_ONCE)


def main():
    enter("ethtool", "dumpcap", "tshark")
    for wire in WIRES:
        with estab_echo(wire) as echo:
            with captured(echo.wire) as capture:
                for family in FAMILIES:
                    try_family(wire, family)
        judge_capture(capture)
        with case(f"{wire}: estab reset no connection"):
            expect_no_reset(capture, PORT)
        with case(f"{wire}: 4,000 connections were counted, and closed gracefully"):
            expect_equal(echo.total("connections_passive"), 4 * CONNECTIONS, "connections_passive")
            expect_equal(echo.total("connections_closed"), 4 * CONNECTIONS, "connections_closed")
            expect_equal(echo.total("accept_queue_overflows"), 0, "accept_queue_overflows")
    finish()


main()
