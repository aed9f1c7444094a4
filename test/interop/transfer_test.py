# SPDX-License-Identifier: BSD-3-Clause
"""100 MB go to estab-echo and come back while they go: both wires and families, the same bytes."""

import itertools
import os
import time
from concurrent.futures import ThreadPoolExecutor

from captures import captured, judge_capture
from cases import case, expect_equal, finish, note
from enter import enter
from peers import connect, digest, pipe, random_file, send_and_receive_all
from programs import estab_echo
from wires import ESTAB, FAMILIES

PORT = 7
SIZE = 100_000_000
PIECES = 40
PIECE = 1_000_000
SECONDS = 60
SAMPLE = 20_000  # packets, of some 300,000 each time


def command(tool, family):
    if tool == "nc":
        return ["nc", "-N", ESTAB[family], str(PORT)]
    address = f"TCP6:[{ESTAB[6]}]" if family == 6 else f"TCP4:{ESTAB[4]}"
    return ["socat", "-t", str(SECONDS), "-", f"{address}:{PORT}"]


def transfer(echo, tool, family, path, checksum):
    over = f"{echo.wire.name} IPv{family}"
    with case(f"{over}: 100 MB through {tool} come back the same", SECONDS + 10):
        begin = time.monotonic()
        back = pipe(command(tool, family), path, SECONDS)
        expect_equal(back, (SIZE, checksum), "length and checksum")
        seconds = time.monotonic() - begin
        note(f"{seconds:.1f} s, {SIZE * 8 / seconds / 1e6:.0f} Mbit/s each way")


def exchange_piece(family):
    data = os.urandom(PIECE)
    with connect(family, PORT) as conn:
        expect_equal(digest(send_and_receive_all(conn, data)), digest(data), "checksum")


def transfer_pieces(wire):
    """More than the wire's queues hold: there is loss in both directions, and recovery from it."""
    with case(f"{wire}: {PIECES} connections at once, 1 MB each, all get back what they sent"):
        with ThreadPoolExecutor(PIECES) as pool:
            list(pool.map(exchange_piece, itertools.islice(itertools.cycle(FAMILIES), PIECES)))


def main():
    enter("nc", "socat", "ethtool", "dumpcap", "tshark")
    path, checksum = random_file(SIZE)
    for wire, tools in (("veth", {4: "socat", 6: "nc"}), ("tap", {4: "nc", 6: "socat"})):
        with estab_echo(wire) as echo:
            captures = {}
            for family in FAMILIES:
                with captured(echo.wire, count=SAMPLE) as captures[family]:
                    transfer(echo, tools[family], family, path, checksum)
            transfer_pieces(wire)
        for family, capture in captures.items():
            judge_capture(capture, f" IPv{family}")
        with case(f"{wire}: every byte was received and sent once"):
            for name in ("text_bytes_received", "text_bytes_sent"):
                expect_equal(echo.total(name), 2 * SIZE + PIECES * PIECE, name)
    finish()


main()
