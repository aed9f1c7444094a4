#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Faults of the machine: an lcore that stands still for a second, a device that takes nothing for as long, the end at
any moment. Nothing is lost, and whatever the moment a program ends in good order.

usage: faults.py ESTAB_ECHO ESTAB_BENCH CASE"""

import ctypes
import errno
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

from programs import SECONDS, check, check_fate, check_nothing_left, eal, echo_over_memif, memif

ECHO, BENCH, CASE = sys.argv[1:]
SKIP = 77
STILL_SECONDS = 1
MOMENTS = [0.05 * i for i in range(24)]  # from before EAL starts to behind the end
SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000  # of ptrace and waitpid
WORKER = re.compile(r"worker-?(\d+)$")
BUSY = " trans/s "  # what a second's line has
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def tell(request, thread):
    if libc.ptrace(request, thread, None, None) == 0:
        return
    if ctypes.get_errno() == errno.EPERM:
        print("skipped: threads may not be stopped here")
        sys.exit(SKIP)
    sys.exit(f"a thread cannot be stopped: {os.strerror(ctypes.get_errno())}")


def thread_of(process, lcore):
    for thread in os.listdir(f"/proc/{process.pid}/task"):
        with open(f"/proc/{process.pid}/task/{thread}/comm", encoding="utf-8") as file:
            found = WORKER.search(file.read().strip())
        if found and int(found[1]) == lcore:
            return int(thread)
    sys.exit(f"no thread of lcore {lcore}")


def stand_still(process, lcore):
    """One thread alone, as if the kernel had given its core to another."""
    thread = thread_of(process, lcore)
    tell(SEIZE, thread)
    tell(INTERRUPT, thread)
    os.waitpid(thread, WALL)
    time.sleep(STILL_SECONDS)
    tell(DETACH, thread)


@contextmanager
def bench_at_work(*command):
    """estab-bench that has told of a second. Afterwards result() has its JSON."""
    process = subprocess.Popen([BENCH, *command, "--duration", "4s", "--json", "-"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            print(line, end="")
            if BUSY in line:
                break
        else:
            sys.exit("estab-bench did not get to work")
        yield process
        said, more = process.communicate(timeout=SECONDS)
        print(more)
        check(process.returncode == 0, f"estab-bench ended with {process.returncode}")
        check_summary(json.loads(said or '{"summary": {}}')["summary"])
    finally:
        process.kill()
        process.wait()


def check_summary(summary):
    check(summary.get("transactions", 0) > 0, f"no transactions: {summary.get('transactions')}")
    check(summary.get("errors") == {}, f"errors: {summary.get('errors')}")
    if not check.failed:
        check_nothing_left(summary)
        for lcore in summary["lcores"]:
            check_fate(f"lcore {lcore['lcore']}", lcore)


def lcore_of_a_pair():
    """Both a client's and a server's; the other pair has nothing to do with it."""
    for lcore in 1, 3:
        with bench_at_work(*eal("pairs", "(0-3)@0"), "--", "--loopback", "--workload", "rr",
                           "--connections", "16") as process:
            stand_still(process, lcore)


def lcore_of_a_dispatch():
    """The one that has the queue and sends for all, and one that is handed its packets."""
    for lcore in 1, 2:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["RUNTIME_DIRECTORY"] = folder
            with echo_over_memif(ECHO, folder, "0", "--mode", "echo", "--port", "7") as totals:
                with bench_at_work(*eal("client", "(0-3)@0"), memif("client", folder), "--", "--address",
                                   "198.18.0.1/15", "--server", "198.18.0.2:7", "--workload", "rr",
                                   "--connections", "24") as process:
                    stand_still(process, lcore)
        check("unaccounted" not in totals and totals.get("connections_open", 0) == 0, f"the server's {totals}")


def device_that_takes_nothing():
    """Nobody reads the rings at its other end: what was said waits, and goes on."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RUNTIME_DIRECTORY"] = folder
        log = open(f"{folder}/echo.log", "w+")
        echo = subprocess.Popen([ECHO, *eal("server", "0"), memif("server", folder), "--", "--address",
                                 "198.18.0.2/15", "--port", "7", "--mode", "echo", "--stats-period", "0"],
                                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            while not os.path.exists(f"{folder}/memif.sock") and echo.poll() is None:
                time.sleep(0.05)
            with bench_at_work(*eal("client", "0"), memif("client", folder), "--", "--address", "198.18.0.1/15",
                               "--server", "198.18.0.2:7", "--workload", "rr", "--connections", "600",
                               "--message-size", "2000"):
                echo.send_signal(signal.SIGSTOP)
                time.sleep(STILL_SECONDS)
                echo.send_signal(signal.SIGCONT)
        finally:
            echo.send_signal(signal.SIGCONT)
            echo.terminate()
            status = echo.wait(SECONDS)
        log.seek(0)
        said = log.read()
        print(said)
        check(status == 0 and "unaccounted" not in said, f"estab-echo ended with {status}")


def end_at(moment, number, command):
    """@return exit code and what it said"""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    time.sleep(moment)
    process.send_signal(number)
    try:
        said, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        check(False, f"signal {number} after {moment:.2f} s: no end")
    return process.returncode, said


def check_result(code, said, path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text:
        summary = json.loads(text)["summary"]
        check(summary["errors"] == {}, f"errors {summary['errors']}")
        check_nothing_left(summary)
    else:
        check(code == 1 and "ended by a signal before" in said, f"no result, {code}: {said}")


def bench_ends(moment, number, folder):
    """Before there is a handler the signal kills; then there is a result, and it is whole."""
    path = f"{folder}/result.json"
    code, said = end_at(moment, number, [BENCH, *eal("end", "(0-1)@0"), "--", "--loopback", "--workload", "crr",
                                         "--duration", "300ms", "--json", path])
    check(code in (0, 1, -number), f"estab-bench, signal {number} after {moment:.2f} s: {code}, {said}")
    if code in (0, 1):
        check_result(code, said, path)
    return code


def echo_ends(moment, number):
    code, said = end_at(moment, number, [ECHO, *eal("end", "(0-1)@0"), "--vdev=net_null0", "--", "--address",
                                         "192.0.2.1/24", "--stats-period", "0"])
    check(code in (0, -number), f"estab-echo, signal {number} after {moment:.2f} s: {code}, {said}")
    check(code != 0 or "totals after" in said, f"no totals: {said}")
    return code


def end_at_any_moment():
    codes = {ECHO: set(), BENCH: set()}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RUNTIME_DIRECTORY"] = folder
        for i, moment in enumerate([*MOMENTS, 2.5, 5]):  # a loaded machine may want seconds to start
            number = (signal.SIGTERM, signal.SIGINT)[i % 2]
            codes[BENCH].add(bench_ends(moment, number, folder))
            codes[ECHO].add(echo_ends(moment, number))
    for program, seen in codes.items():
        check(0 in seen, f"{program} never ended in good order: {seen}")


CASES = {function.__name__: function for function in (lcore_of_a_pair, lcore_of_a_dispatch,
                                                      device_that_takes_nothing, end_at_any_moment)}
CASES[CASE]()
sys.exit(check.failed)
