# SPDX-License-Identifier: BSD-3-Clause
"""Two lcores, a stack and a queue each: whichever a connection falls to, it is answered there."""

import os

from captures import captured, expect_no_reset, judge_capture
from cases import case, expect_equal, finish
from enter import enter, skip
from peers import connect, send_and_close_first
from programs import estab_echo
from wires import FAMILIES

PORT = 7
CONNECTIONS = 200
WIRE = "veth of two queues"


def exchange_all(family):
    for number in range(CONNECTIONS):
        text = f"connection {number}".encode()
        with connect(family, PORT) as conn:
            expect_equal(send_and_close_first(conn, text), text, "the echo")


def main():
    if os.cpu_count() < 2:
        skip("needs two cores")
    enter("ethtool", "dumpcap", "tshark")
    with estab_echo(WIRE, "--rxq", "2", "--config", "(0,0,0),(0,1,1)", lcores="0,1") as echo:
        with captured(echo.wire) as capture:
            for family in FAMILIES:
                with case(f"{WIRE} IPv{family}: {CONNECTIONS} connections are answered"):
                    exchange_all(family)
    judge_capture(capture)
    with case(f"{WIRE}: estab reset no connection"):
        expect_no_reset(capture, PORT)
    with case(f"{WIRE}: all connections were counted, and closed gracefully"):
        expect_equal(echo.total("connections_passive"), 2 * CONNECTIONS, "connections_passive")
        expect_equal(echo.total("connections_closed"), 2 * CONNECTIONS, "connections_closed")
        expect_equal(echo.total("connections_reset"), 0, "connections_reset")
    finish()


main()
