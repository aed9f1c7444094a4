# SPDX-License-Identifier: BSD-3-Clause
"""Many MB go to estab-echo and come back while they go, by nc and socat: every wire and both families,
the same bytes. The last argument is how many MB.

iperf3 is not among the tools: client and server talk about the test over a connection of its own
first, so that only iperf3 can answer iperf3.
"""

import itertools
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from captures import captured, judge_capture
from cases import case, expect_equal, finish, note, skip_case
from enter import enter
from peers import connect, digest, pipe, random_file, send_and_receive_all
from programs import estab_echo
from wires import ESTAB, FAMILIES, why_no_xdp

PORT = 7
PIECES = 40
PIECE = 1_000_000
SAMPLE = 20_000    # packets, of some 3,000 for each MB
SECONDS_LEAST = 60  # for a transfer, and as many more as the MB take at 20 Mbit/s
TOOLS = {"veth": {4: "socat", 6: "nc"}, "tap": {4: "nc", 6: "socat"}, "xdp": {4: "nc", 6: "socat"}}


def command(tool, family, seconds):
    if tool == "nc":
        return ["nc", "-N", ESTAB[family], str(PORT)]
    address = f"TCP6:[{ESTAB[6]}]" if family == 6 else f"TCP4:{ESTAB[4]}"
    return ["socat", "-t", str(seconds), "-", f"{address}:{PORT}"]


def transfer(echo, tool, family, path, expected):
    megabytes = expected[0] // 1_000_000
    most = SECONDS_LEAST + megabytes // 5 * 2
    over = f"{echo.wire.name} IPv{family}"
    with case(f"{over}: {megabytes} MB through {tool} come back the same", most + 10):
        begin = time.monotonic()
        expect_equal(pipe(command(tool, family, most), path, most), expected, "length and checksum")
        seconds = time.monotonic() - begin
        note(f"{seconds:.1f} s, {expected[0] * 8 / seconds / 1e6:.0f} Mbit/s each way")


def exchange_piece(family):
    data = os.urandom(PIECE)
    with connect(family, PORT) as conn:
        expect_equal(digest(send_and_receive_all(conn, data)), digest(data), "checksum")


def transfer_pieces(wire):
    """More than the wire's queues hold: there is loss in both directions, and recovery from it."""
    with case(f"{wire}: {PIECES} connections at once, 1 MB each, all get back what they sent"):
        with ThreadPoolExecutor(PIECES) as pool:
            list(pool.map(exchange_piece, itertools.islice(itertools.cycle(FAMILIES), PIECES)))


def try_wire(wire, tools, path, expected):
    with estab_echo(wire) as echo:
        captures = {}
        for family in FAMILIES:
            with captured(echo.wire, count=SAMPLE) as captures[family]:
                transfer(echo, tools[family], family, path, expected)
        transfer_pieces(wire)
    for family, capture in captures.items():
        judge_capture(capture, f" IPv{family}")
    with case(f"{wire}: every byte was received and sent once"):
        for name in ("text_bytes_received", "text_bytes_sent"):
            expect_equal(echo.total(name), 2 * expected[0] + PIECES * PIECE, name)


def main():
    enter("nc", "socat", "ethtool", "dumpcap", "tshark")
    size = int(sys.argv[5]) * 1_000_000
    path, checksum = random_file(size)
    for wire, tools in TOOLS.items():
        reason = why_no_xdp() if wire == "xdp" else ""
        if reason:
            skip_case(f"{wire}: {size // 1_000_000} MB each way", reason)
        else:
            try_wire(wire, tools, path, (size, checksum))
    finish()


main()
