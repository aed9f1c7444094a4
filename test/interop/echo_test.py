# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's clients talk to estab-echo: both wires, both families, with tools everybody has."""

import subprocess

from captures import captured, judge_capture
from cases import case, expect_equal, finish
from enter import enter
from peers import connect, pipe, random_file, receive_all, receive_exactly
from programs import estab_echo
from wires import ESTAB, FAMILIES, WIRES

PORT = 7
CLOSED_PORT = 8
SOME = 300_000


def line_comes_back(family):
    line = f"Hello over IPv{family}\n"
    done = subprocess.run(["nc", "-N", "-w", "10", ESTAB[family], str(PORT)], input=line, text=True,
                          capture_output=True, timeout=20)
    expect_equal((done.returncode, done.stdout), (0, line), "nc")


def file_comes_back(command):
    path, checksum = random_file(SOME)
    expect_equal(pipe(command, path, 30), (SOME, checksum), command[0])


def client_closes_first(family):
    with connect(family, PORT) as conn:
        conn.sendall(b"to and fro")
        expect_equal(receive_exactly(conn, 10), b"to and fro", "the echo")
        conn.shutdown(1)
        expect_equal(receive_all(conn), b"", "after our end of file")


def connection_is_refused(family):
    try:
        connect(family, CLOSED_PORT).close()
    except ConnectionRefusedError:
        return
    raise AssertionError("connected to a port where nobody listens")


def talk(wire, family):
    over = f"{wire} IPv{family}"
    target = f"TCP:[{ESTAB[6]}]:{PORT}" if family == 6 else f"TCP:{ESTAB[4]}:{PORT}"
    with case(f"{over}: a line sent by nc comes back"):
        line_comes_back(family)
    with case(f"{over}: after nc's half-close everything comes back, then the end of file"):
        file_comes_back(["nc", "-N", ESTAB[family], str(PORT)])
    with case(f"{over}: a file sent by socat comes back"):
        file_comes_back(["socat", "-t", "20", "-", target])
    with case(f"{over}: the client closes first and sees the end of file"):
        client_closes_first(family)
    with case(f"{over}: a connection to a port without listener is refused"):
        connection_is_refused(family)


def main():
    enter("nc", "socat", "ethtool", "dumpcap", "tshark")
    for wire in WIRES:
        with estab_echo(wire) as echo:
            with captured(echo.wire) as capture:
                for family in FAMILIES:
                    talk(wire, family)
        judge_capture(capture)
        with case(f"{wire}: eight connections closed gracefully, two SYNs answered by RST"):
            expect_equal(echo.total("connections_closed"), 8, "connections_closed")
            expect_equal(echo.total("connections_reset"), 0, "connections_reset")
            expect_equal(echo.total("tcp_no_connection"), 2, "tcp_no_connection")
    finish()


main()
