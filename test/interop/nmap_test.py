# SPDX-License-Identifier: BSD-3-Clause
"""What nmap -O makes of estab-echo: initial sequence numbers cannot be predicted, timestamps tell no uptime."""

import re
import subprocess

from cases import case, expect, finish
from enter import enter
from programs import estab_echo
from wires import ESTAB

OPEN, CLOSED = 7, 65000
SEQUENCE = re.compile(r"TCP Sequence Prediction: Difficulty=(\d+)")
SERIES = re.compile(r"SEQ\(([^)]*)\)")
DIFFICULTY_HIGH = 230  # eight times log2 of the spread of six numbers: of chance, some 250 to 265
OUR_CLOCK = "A"        # 2^10 a second, as nmap would see it without offsets of each tuple


def scan():
    done = subprocess.run(["nmap", "-n", "-Pn", "-O", "-v", "-d1", "--max-os-tries", "1",
                           "-p", f"{OPEN},{CLOSED}", ESTAB[4]],
                          capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def fields(said):
    """Of the SEQ line: GCD, the numbers' common divisor; TS, log2 of the timestamps' rate."""
    found = SERIES.search(said.replace("\nOS:", ""))
    expect(found, said)
    return dict(field.split("=") for field in found.group(1).split("%"))


def main():
    enter("nmap", "ethtool")
    with estab_echo("tap") as echo:
        said = scan()
        with case("sequence numbers are hard to predict"):
            found = SEQUENCE.search(said)
            expect(found and int(found.group(1)) >= DIFFICULTY_HIGH, said)
        with case("sequence numbers have no step in common"):
            expect(int(fields(said)["GCD"], 16) <= 6, said)
        with case("timestamps tell no clock, and so no uptime"):
            expect(fields(said)["TS"] != OUR_CLOCK, said)
    with case("its probes were counted, and none is without a fate"):
        expect(echo.total("rx_packets") > 0, "rx_packets")
    finish()


main()
