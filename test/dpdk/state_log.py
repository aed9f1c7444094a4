#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--log-level lib.estab.tcp:debug: every connection tells the way that it takes from state to state, at both
ends, as RFC 9293 Figure 5 draws it; of many only so many a second do, and the others are counted. Otherwise
there is not a line.

usage: state_log.py ESTAB_BENCH LCORES"""

import collections
import re
import subprocess
import sys

from programs import SECONDS, check, eal

BENCH, LCORES = sys.argv[1:]
LINE = re.compile(r"estab: lcore \d+: (\S+ \S+): (\S+) -> (\S+): (.+)")
MORE = re.compile(r"estab: lcore \d+: (\d+) more in that second")
PER_SECOND = 1000
CLIENT = [("CLOSED", "active OPEN"), ("SYN-SENT", "rcv SYN,ACK"), ("ESTABLISHED", "rcv FIN"),
          ("CLOSE-WAIT", "CLOSE"), ("LAST-ACK", "rcv ACK of FIN")]
SERVER = [("LISTEN", "rcv SYN"), ("SYN-RECEIVED", "rcv ACK of SYN"), ("ESTABLISHED", "CLOSE"),
          ("FIN-WAIT-1", "rcv ACK of FIN"), ("FIN-WAIT-2", "rcv FIN")]


def run(*options, level=("--log-level", "lib.estab.tcp:debug")):
    command = [BENCH, *eal("states", LCORES), *level, "--", "--loopback", "--workload", "crr",
               "--closes", "textbook", *options]
    print(" ".join(command))
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    check(done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-1000:]}")
    return done.stderr.splitlines()


def ways(lines):
    """@return of each end of a connection the states that it left, by what; each began where the last ended"""
    found, state = collections.defaultdict(list), {}
    for line in lines:
        if match := LINE.fullmatch(line):
            whose, before, after, event = match.groups()
            check(state.get(whose, before) == before, f"{line}: was {state.get(whose)}")
            found[whose].append((before, event))
            state[whose] = after
    return found


def check_few():
    lines = run("--rate", "30", "--duration", "1s")
    found = ways(lines)
    check(len(found) >= 40, f"{len(found)} ends of connections")
    check(not any(map(MORE.fullmatch, lines)), "some were too many")
    for whose, way in found.items():
        check(way in (CLIENT, SERVER), f"{whose}: {way}")
    for way in CLIENT, SERVER:
        check(list(found.values()).count(way) * 2 == len(found), f"half of them {way}")


def check_many():
    lines = run("--duration", "2500ms")
    written = sum(bool(LINE.fullmatch(line)) for line in lines)
    more = [int(match[1]) for line in lines if (match := MORE.fullmatch(line))]
    check(written >= 2 * PER_SECOND, f"{written} lines")
    check(more and sum(more) > written, f"{more} more than {written}")
    # A second is one of the stack's clock: those of a run are the whole ones, and two that are not.
    check(written <= 4 * PER_SECOND * (len(more) + 4), f"{written} lines, though {more} were not written")


def check_none():
    for level in (), ("--log-level", "lib.estab.tcp:info"):
        lines = run("--duration", "300ms", level=level)
        check(not any(line.startswith("estab: ") for line in lines), f"lines with {level}: {lines[:3]}")


for part in check_few, check_many, check_none:
    part()
sys.exit(check.failed)
