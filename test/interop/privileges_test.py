#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--user: no thread of estab-echo or estab-bench has a right of root left while it works, and both end well."""

import os
import signal
import subprocess
import sys

from cases import case, expect, expect_equal, finish
from enter import enter, unique
from peers import connect, receive_exactly
from programs import estab_echo
from wires import FAMILIES, WIRES

PORT = 7
NOBODY = "65534"
END_SECONDS = 20
SAID = "user: nobody:nogroup (65534:65534), no capabilities, no new privileges\n"


def threads(pid):
    """The lines of /proc/PID/task/*/status, by their names."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status") as status:
            yield {name: words.split() for name, _, words in (line.partition(":") for line in status)}


def expect_no_rights(pid):
    count = 0
    for thread in threads(pid):
        name = thread["Name"]
        count += 1
        for ids in "Uid", "Gid":
            expect_equal(thread[ids], [NOBODY] * 4, f"{ids} of {name}")
        expect_equal(thread["Groups"], [], f"groups of {name}")
        for set_of in "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
            expect_equal(int(thread[set_of][0], 16), 0, f"{set_of} of {name}")
        expect_equal(thread["NoNewPrivs"], ["1"], f"no_new_privs of {name}")
    expect(count > 1, "EAL has threads of its own, and they were not looked at")


def exchange(family):
    with connect(family, PORT) as conn:
        conn.sendall(b"whoever you are")
        expect_equal(receive_exactly(conn, 15), b"whoever you are", "the echo")


def try_echo(wire):
    with estab_echo(wire, "--user", "nobody:nogroup", lcores="0@0,1@0,2@0") as echo:
        with case(f"{wire}: estab-echo says who it is"):
            expect(SAID in echo.said(), echo.said())
        with case(f"{wire}: no thread of estab-echo has rights left"):
            expect_no_rights(echo.process.pid)
        for family in FAMILIES:
            with case(f"{wire} IPv{family}: estab-echo serves all the same"):
                exchange(family)
        with case(f"{wire}: no thread has got any back"):
            expect_no_rights(echo.process.pid)
    said = echo.said()
    with case(f"{wire}: nothing at the end wants rights"):
        expect("not permitted" not in said and "denied" not in said, said)


def try_bench():
    """In one process with its server. What it says first is said when the rights have gone."""
    bench = subprocess.Popen(
        [sys.argv[2], "--no-huge", "--no-pci", "--no-telemetry", "-m", "256", "-l", "0",
         f"--file-prefix=interop-{unique()}-bench", "--", "--loopback", "--workload", "rr", "--duration",
         "60s", "--user", "nobody:nogroup"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = iter(bench.stdout.readline, "")
        with case("estab-bench says who it is"):
            expect(any(line == SAID for line in said), "it has ended without")
        with case("no thread of estab-bench has rights left"):
            expect_no_rights(bench.pid)
        bench.send_signal(signal.SIGINT)
        with case("estab-bench ends well"):
            rest = bench.communicate(timeout=END_SECONDS)[0]
            expect_equal(bench.returncode, 0, f"exit status, after it said\n{rest}\n")
    finally:
        bench.kill()
        bench.wait()


def try_root():
    with estab_echo("veth") as echo:
        with case("veth: without --user it stays who it is"):
            expect_equal(next(threads(echo.process.pid))["Uid"], ["0"] * 4, "Uid")
            expect("user:" not in echo.said(), echo.said())
            exchange(4)


def main():
    enter("ethtool")
    for wire in WIRES:
        try_echo(wire)
    try_bench()
    try_root()
    finish()


main()
