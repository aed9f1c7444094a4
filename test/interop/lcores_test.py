# SPDX-License-Identifier: BSD-3-Clause
"""Four lcores on one core behind one queue, without RSS: packets are handed over in software. Every
lcore has connections of its own and answers them, pings are answered once, and all connections are
seen out at SIGTERM."""

import re
import subprocess

from captures import captured, expect_no_reset, judge_capture
from cases import case, expect, expect_equal, finish
from enter import enter
from peers import connect, receive_all, receive_exactly, send_and_receive_all
from programs import estab_echo
from wires import ESTAB, FAMILIES

PORT = 7
WIRE = "tap"
LCORES = 4
CONNECTIONS = 100
OPEN_AT_THE_END = 20
LONG_TEXT = bytes(range(256)) * 4096
QUEUES = ",".join(f"(0,0,{lcore})" for lcore in range(LCORES))
BY_LCORE = re.compile(r"^lcore (\d+), port 0: ([\d,]+) connections, ([\d,]+) packets received,", re.M)


def exchange(family, number):
    text = f"connection {number}".encode()
    with connect(family, PORT) as conn:
        expect_equal(send_and_receive_all(conn, text), text, "the echo")


def ping(family):
    done = subprocess.run(["ping", "-n", "-c", "5", "-i", "0.1", "-W", "2", ESTAB[family]],
                          capture_output=True, text=True, timeout=20)
    expect(" 5 received" in done.stdout and "DUP" not in done.stdout, done.stdout)


def drain(echo):
    """Connections that stand are closed by estab, on whichever lcore they are."""
    conns = [connect(family, PORT) for family in FAMILIES for _ in range(OPEN_AT_THE_END)]
    for conn in conns:
        conn.sendall(b"here")
        expect_equal(receive_exactly(conn, 4), b"here", "the echo")
    echo.terminate()
    for conn in conns:
        expect_equal(receive_all(conn), b"", "after the end")
        conn.close()


def numbers_by_lcore(said):
    return {int(lcore): int(connections.replace(",", ""))
            for lcore, connections, _ in BY_LCORE.findall(said)}


def expect_start_lines(said):
    expect("port 0: mode dispatch, 1 rx and 1 tx queue" in said, said)
    expect("stacks on lcores 0 (rx 0, tx 0) 1 (handed over, tx by 0)" in said, said)


def main():
    enter("ping", "ethtool", "dumpcap", "tshark")
    with estab_echo(WIRE, "--config", QUEUES, lcores="(0-3)@0") as echo:
        with captured(echo.wire) as capture:
            with case(f"{WIRE}: the first lines say which lcore does what"):
                expect_start_lines(echo.said())
            for family in FAMILIES:
                with case(f"{WIRE} IPv{family}: {CONNECTIONS} connections are answered"):
                    for number in range(CONNECTIONS):
                        exchange(family, number)
                with case(f"{WIRE} IPv{family}: a megabyte comes back whole"):
                    with connect(family, PORT) as conn:
                        expect(send_and_receive_all(conn, LONG_TEXT) == LONG_TEXT, "not as sent")
                with case(f"{WIRE} IPv{family}: pings are answered, each once"):
                    ping(family)
            with case(f"{WIRE}: {2 * OPEN_AT_THE_END} open connections are seen out at SIGTERM"):
                drain(echo)
    judge_capture(capture)
    with case(f"{WIRE}: estab reset no connection"):
        expect_no_reset(capture, PORT)
    with case(f"{WIRE}: every lcore had its share, and all were closed gracefully"):
        by_lcore = numbers_by_lcore(echo.said())
        total = 2 * (CONNECTIONS + 1 + OPEN_AT_THE_END)
        expect_equal(sorted(by_lcore), list(range(LCORES)), "lcores")
        expect(min(by_lcore.values()) > total // 10, by_lcore)
        expect_equal(sum(by_lcore.values()), total, "connections of all lcores")
        expect_equal(echo.total("connections_passive"), total, "connections_passive")
        expect_equal(echo.total("connections_closed"), total, "connections_closed")
        expect_equal(echo.total("connections_reset"), 0, "connections_reset")
        expect_equal(echo.total("dispatch_ring_full"), 0, "dispatch_ring_full")
        expect(echo.total("dispatch_handed_over") > 0, "nothing was handed over")
        expect(", 0 connections not closed in time" in echo.said(), echo.said())
    finish()


main()
