# SPDX-License-Identifier: BSD-3-Clause
"""goodput.py for a few seconds: under each congestion control that both have, Linux and estab send
over a wire that loses one frame in a hundred, and every byte arrives as it was sent. The ratios are
printed; with one run of each they say little, and no case depends on them.
"""

import os
import sys

import goodput
from cases import case, expect, finish, note, skip_case
from enter import enter
from sysctls import sysctls

SECONDS = "2"
CASE_SECONDS = 120
AVAILABLE = "/proc/sys/net/ipv4/tcp_available_congestion_control"


def arguments_for(congestion):
    return goodput.read_arguments(["--echo", sys.argv[1], "--relay", sys.argv[4], "--seeds", "1",
                                   "--seconds", SECONDS, "--congestion", congestion])


def try_control(congestion, path):
    with case(f"{congestion}: Linux and estab both send on, and the bytes are right", CASE_SECONDS):
        row = goodput.try_loss(arguments_for(congestion), path, "1")
        for who in ("Linux", "estab"):
            expect(row[who]["min"] > 0, f"{who} sent no more than the first bytes")
        note(f"{congestion}: estab has {row['ratio']:.2f} of Linux' goodput, load "
             f"{os.getloadavg()[0]:.1f}")


def main():
    enter("chrt", "ethtool", "sysctl", "taskset")
    with open(AVAILABLE) as file:
        available = file.read().split()
    path = goodput.Path()
    try:
        with sysctls(tcp_no_metrics_save="1"):
            for congestion in ("cubic", "reno", "bbr"):
                if congestion in available:
                    try_control(congestion, path)
                else:
                    skip_case(congestion, "this kernel has none")
    finally:
        path.remove()
    finish()


main()
