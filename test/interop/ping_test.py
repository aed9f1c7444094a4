# SPDX-License-Identifier: BSD-3-Clause
"""Pings up to the size of the MTU are answered; those in fragments are dropped and counted."""

import subprocess

from captures import captured, judge_capture
from cases import case, expect, expect_equal, finish
from enter import enter
from programs import estab_echo
from wires import ESTAB, FAMILIES, WIRES

COUNT = 3
HEADERS = {4: 20 + 8, 6: 40 + 8}
MTU = 1500
IN_TWO_FRAGMENTS = 2000

# net_af_packet has the kernel join IPv4 fragments; what does not fit its frames arrives cut off.
DROPPED_AS = {"veth": {"ipv4_header": COUNT, "ipv6_fragment": 2 * COUNT},
              "tap": {"ipv4_fragment": 2 * COUNT, "ipv6_fragment": 2 * COUNT}}


def ping(family, size):
    """@return how many were answered"""
    done = subprocess.run(["ping", "-n", "-c", str(COUNT), "-i", "0.1", "-W", "1", "-s", str(size),
                           ESTAB[family]], capture_output=True, text=True, timeout=20)
    expect(f"{COUNT} packets transmitted" in done.stdout, done.stdout + done.stderr)
    return int(done.stdout.partition("packets transmitted, ")[2].split()[0])


def main():
    enter("ping", "ethtool", "dumpcap", "tshark")
    for wire in WIRES:
        with estab_echo(wire) as echo:
            with captured(echo.wire) as capture:
                for family in FAMILIES:
                    over = f"{wire} IPv{family}"
                    for size in (0, 57, MTU - HEADERS[family]):
                        with case(f"{over}: pings of {size} bytes are answered"):
                            expect_equal(ping(family, size), COUNT, "answers")
                    with case(f"{over}: pings in fragments are not answered"):
                        expect_equal(ping(family, IN_TWO_FRAGMENTS), 0, "answers")
        judge_capture(capture)
        with case(f"{wire}: answers and fragments were counted"):
            expect_equal(echo.total("icmp_echo_answered"), 2 * 3 * COUNT, "icmp_echo_answered")
            for reason, count in DROPPED_AS[wire].items():
                expect_equal(echo.total(reason), count, reason)
    finish()


main()
