# SPDX-License-Identifier: BSD-3-Clause
"""Starts estab-echo and estab-bench on a wire, ends them by their pid, reads their totals.

A test is started with the paths of both: ..._test.py ESTAB_ECHO ESTAB_BENCH
"""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from cases import case, expect, expect_equal
from enter import unique
from wires import ESTAB, FAMILIES, MAKERS, PREFIX

START_SECONDS = 20
END_SECONDS = 20
TOTAL = re.compile(r"^  (\w+) +([\d,]+)  ", re.M)


ANY_CORE = "0@({})".format(",".join(map(str, sorted(os.sched_getaffinity(0)))))


def arguments(program, wire, options, lcores=ANY_CORE):
    addresses = [f"--address={ESTAB[family]}/{PREFIX[family]}" for family in FAMILIES]
    return [*wire.command, program, "--no-huge", "--no-pci", "--no-telemetry", "-m", "256",
            "--lcores", lcores, f"--file-prefix=interop-{unique()}", f"--vdev={wire.vdev}",
            "--", *addresses, *options]


class Echo:
    """estab-echo on a wire, with the kernel's side up. totals: its counters, once it has ended."""

    def __init__(self, wire, options, lcores):
        self.wire = wire
        self.totals = {}
        self.terminated = False
        self.log = f"/run/echo-{unique()}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                self.words(wire, options, lcores),
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    @staticmethod
    def words(wire, options, lcores):
        """What it is started with."""
        return arguments(sys.argv[1], wire, options, lcores)

    def said(self):
        with open(self.log) as log:
            return log.read()

    def await_start(self):
        last = time.monotonic() + START_SECONDS
        while " listens on [" not in self.said():
            expect(self.process.poll() is None, f"estab-echo did not start:\n{self.said()}")
            expect(time.monotonic() < last, f"estab-echo takes too long to start:\n{self.said()}")
            time.sleep(0.05)

    def terminate(self):
        """Once: a second signal would mean that the drain shall not be waited for."""
        if not self.terminated:
            self.process.send_signal(signal.SIGTERM)
        self.terminated = True

    def end(self):
        """Its exit status; SIGKILL where it does not end."""
        self.terminate()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        totals = self.said().partition("\ntotals after")[2]
        self.totals = {name: int(number.replace(",", "")) for name, number in TOTAL.findall(totals)}
        return self.process.returncode

    def total(self, name):
        """Only what is not 0 is printed."""
        return self.totals.get(name, 0)


def expect_good_end(echo, status):
    expect_equal(status, 0, f"exit status, after it said\n{echo.said()}\n")
    expect(echo.totals, f"no totals were printed:\n{echo.said()}")
    for name in ("unaccounted", "tx_dropped_no_mbuf", "connections_open"):
        expect_equal(echo.total(name), 0, name)


@contextmanager
def estab_echo(wire_name, *options, lcores=ANY_CORE):
    """Runs for as long as the block does. Its end is a case of its own."""
    with MAKERS[wire_name]() as wire:
        echo = Echo(wire, [*options, "--stats-period", "0"], lcores)
        try:
            echo.await_start()
            wire.bring_up()
            yield echo
        finally:
            status = echo.end()
        with case(f"{wire_name}: SIGTERM ends estab-echo with 0, its totals add up"):
            expect_good_end(echo, status)


def estab_bench(wire, *options, seconds):
    """Runs to its end. @return its exit status and what it said"""
    done = subprocess.run(arguments(sys.argv[2], wire, options), timeout=seconds, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=os.environ)
    return done.returncode, done.stdout, done.stderr


class BenchAtWork:
    """estab-bench on so many lcores, and what it says apart from what it reports."""

    def __init__(self, wire, *options, lcores):
        self.path = f"/run/bench-{unique()}"
        with open(f"{self.path}.out", "w") as out, open(f"{self.path}.err", "w") as err:
            self.process = subprocess.Popen(arguments(sys.argv[2], wire, options, lcores), stdout=out,
                                            stderr=err, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def wait(self, seconds):
        """@return its exit status"""
        return self.process.wait(seconds)

    def said(self):
        with open(f"{self.path}.out") as out:
            return out.read()

    def complaint(self):
        """What is for people, where stdout has the JSON."""
        with open(f"{self.path}.err") as err:
            return err.read()
