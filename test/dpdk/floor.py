#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""app/bench/floor.sh, a moment of each: its lines say what it measured, their ratio is right, and
nothing is left behind. Skipped where there is no dpdk-testpmd."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
SCRIPT, BUILD, MODE, ROUNDS = *sys.argv[1:4], int(sys.argv[4])
NUMBER = r"(\d+\.\d{3})"
SPREAD = rf"{NUMBER} \[{NUMBER} to {NUMBER}\]"


def check(condition, what):
    if not condition:
        sys.exit(f"floor.sh --mode {MODE}: {what}")


def run(scratch):
    cores = "0,1" if os.cpu_count() > 1 else "0,0"
    done = subprocess.run([SCRIPT, "--mode", MODE, "--rounds", str(ROUNDS), "--seconds", "1",
                           "--cores", cores, "--build", BUILD],
                          env={**os.environ, "TMPDIR": scratch}, capture_output=True, text=True,
                          check=False)
    print(done.stdout, done.stderr)
    check(done.returncode == 0, f"exit code {done.returncode}")
    check(os.listdir(scratch) == [], f"left behind: {os.listdir(scratch)}")
    return done.stdout.splitlines()


def check_rounds(lines):
    check(len(lines) == ROUNDS, f"{len(lines)} rounds")
    ratios = []
    for number, line in enumerate(lines, 1):
        match = re.fullmatch(rf"round {number}: testpmd {NUMBER} M/s, estab {NUMBER} M/s, "
                             rf"ratio {NUMBER}", line)
        check(match, f"not a round: {line}")
        floor, estab, ratio = map(float, match.groups())
        check(floor > 0 and estab > 0, f"nothing moved: {line}")
        tolerance = ratio * (0.0006 / floor + 0.0006 / estab) + 0.0006
        check(abs(ratio - estab / floor) <= tolerance, f"not their ratio: {line}")
        ratios.append(ratio)
    return ratios


def check_spreads(lines, ratios):
    for line, form in zip(lines, [rf"testpmd {SPREAD} M/s", rf"estab {SPREAD} M/s",
                                  rf"ratio {SPREAD} of testpmd; load average .*"]):
        match = re.fullmatch(form, line)
        check(match, f"not as it should be: {line}")
        median, low, high = map(float, match.groups())
        check(low <= median <= high, f"no median: {line}")
    check([low, high] == [min(ratios), max(ratios)], "the spread is not that of the rounds")


def check_legitimate(line):
    """Of a flood: at 1000 a second there is at least one connection in each round."""
    match = re.fullmatch(rf"legitimate (\d+) of (\d+) connections established, {NUMBER} % "
                         rf"\[at least {NUMBER} %\]", line)
    check(match, f"not as it should be: {line}")
    done, attempts, share, least = map(float, match.groups())
    check(attempts >= ROUNDS and 0 < done <= attempts, f"connections: {line}")
    check(abs(share - 100 * done / attempts) <= 0.0006 and least <= share, f"not their share: {line}")


def check_connect(line):
    """The p99 of connecting beside the flood: median, least and most of the rounds."""
    match = re.fullmatch(r"connect p99 (\d+\.\d) us \[(\d+\.\d) to (\d+\.\d)\]", line)
    check(match, f"not as it should be: {line}")
    median, low, high = map(float, match.groups())
    check(0 < low <= median <= high, f"no median: {line}")


def main():
    if shutil.which("dpdk-testpmd") is None:
        print("skipped: there is no dpdk-testpmd (Debian: dpdk-dev)")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory() as scratch:
        lines = run(scratch)
    check(lines[0].startswith(f"floor: {MODE}, {ROUNDS} rounds"), f"begins with: {lines[0]}")
    if MODE == "flood":
        check_connect(lines.pop(-2))
        check_legitimate(lines.pop(-2))
    check(len(lines) == 1 + ROUNDS + 3, f"{len(lines)} lines")
    check_spreads(lines[1 + ROUNDS:], check_rounds(lines[1:1 + ROUNDS]))


main()
