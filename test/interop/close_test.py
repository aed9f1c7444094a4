# SPDX-License-Identifier: BSD-3-Clause
"""Ways to part: discard and chargen, half-closes with text that goes on, clients that reset."""

import socket
import struct

from captures import captured, judge_capture
from cases import case, expect, expect_equal, finish
from enter import enter
from peers import connect, receive_all, receive_exactly
from programs import estab_echo
from wires import FAMILIES

PORT = 9
SIZE = 5_000_000
PRINTABLE = bytes(range(ord(" "), ord("~") + 1))
LINE = 72
PATTERN = b"".join((PRINTABLE * 2)[first:first + LINE] + b"\r\n" for first in range(len(PRINTABLE)))


def expect_pattern(text):
    """RFC 864, from its beginning."""
    expected = (PATTERN * (len(text) // len(PATTERN) + 1))[:len(text)]
    expect(text == expected, "not chargen's pattern")


def send_all_to_discard(family):
    with connect(family, PORT) as conn:
        conn.sendall(bytes(SIZE))
        conn.shutdown(socket.SHUT_WR)
        expect_equal(receive_all(conn), b"", "from discard")


def receive_after_half_close(family):
    with connect(family, PORT) as conn:
        conn.shutdown(socket.SHUT_WR)
        expect_pattern(receive_exactly(conn, SIZE))


def go_with_a_reset(family):
    with connect(family, PORT) as conn:
        receive_exactly(conn, 1)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main():
    enter("ethtool", "dumpcap", "tshark")
    with estab_echo("veth", "--mode", "discard", "--port", str(PORT)) as discard:
        with captured(discard.wire) as capture:
            for family in FAMILIES:
                with case(f"discard IPv{family}: 5 MB and the end are taken, nothing comes back"):
                    send_all_to_discard(family)
    judge_capture(capture, " discard")
    with case("discard: every byte was received, both connections closed gracefully"):
        expect_equal(discard.total("text_bytes_received"), 2 * SIZE, "text_bytes_received")
        expect_equal(discard.total("text_bytes_sent"), 0, "text_bytes_sent")
        expect_equal(discard.total("connections_closed"), 2, "connections_closed")
    with estab_echo("veth", "--mode", "chargen", "--port", str(PORT)) as chargen:
        with captured(chargen.wire) as capture:
            for family in FAMILIES:
                with case(f"chargen IPv{family}: after the half-close the pattern goes on"):
                    receive_after_half_close(family)
                with case(f"chargen IPv{family}: a client goes with a reset"):
                    go_with_a_reset(family)
    judge_capture(capture, " chargen")
    with case("chargen: four connections ended by the client's reset"):
        expect_equal(chargen.total("connections_reset"), 4, "connections_reset")
        expect_equal(chargen.total("rst_received"), 4, "rst_received")
    finish()


main()
