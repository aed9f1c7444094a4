# SPDX-License-Identifier: BSD-3-Clause
"""Offloads of a TAP against the kernel: checksums, chains of mbufs, received packets scattered over
several. With and without each the kernel gets back the bytes that it sent, and tshark finds nothing wrong.

TSO and jumbo packets are left to test/dpdk/offload_pair.c: net_tap refuses full segments and MTUs above 1504.
"""

import re

from captures import captured, judge_capture
from cases import case, expect_equal, finish
from enter import enter
from peers import pipe, random_file
from programs import estab_echo
from wires import ESTAB, FAMILIES

PORT = 7
MEGABYTES = 5
SAMPLE = 15_000  # packets
SECONDS = 60
# Name, options, and what the first lines then say of offloads, beside what it never has.
SETS = (
    ("all", [], "rx_ipv4_cksum rx_tcp_cksum tx_ipv4_cksum tx_multi_segs"),
    ("checksum", ["--offloads", "checksum"],
     "rx_ipv4_cksum rx_tcp_cksum tx_ipv4_cksum tx_tcp_cksum"),
    ("none", ["--offloads", "none"], "none"),
    ("small mbufs", ["--mbuf-size", "512"],
     "rx_ipv4_cksum rx_tcp_cksum rx_scatter tx_ipv4_cksum tx_multi_segs"),
)
OFFLOADS = re.compile(r"^port 0: offloads (.*)$", re.M)


def transfer(family, path, expected):
    command = ["nc", "-N", ESTAB[family], str(PORT)]
    expect_equal(pipe(command, path, SECONDS), expected, "length and checksum")


def try_set(name, options, said, path, expected):
    captures = {}
    with estab_echo("tap", *options) as echo:
        with case(f"{name}: the first lines say what is in force"):
            expect_equal(OFFLOADS.findall(echo.said()), [said], "offloads")
        for family in FAMILIES:
            with case(f"{name}, IPv{family}: {MEGABYTES} MB come back the same", SECONDS + 10):
                with captured(echo.wire, count=SAMPLE) as captures[family]:
                    transfer(family, path, expected)
    for family, capture in captures.items():
        judge_capture(capture, f" {name} IPv{family}")
    with case(f"{name}: no packet was refused or had a wrong checksum"):
        for counter in ("tx_dropped_refused", "tcp_checksum", "ipv4_checksum"):
            expect_equal(echo.total(counter), 0, counter)


def main():
    enter("nc", "dumpcap", "tshark")
    path, checksum = random_file(MEGABYTES * 1_000_000)
    for name, options, said in SETS:
        try_set(name, options, said, path, (MEGABYTES * 1_000_000, checksum))
    finish()


main()
