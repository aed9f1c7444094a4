# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of this folder share: estab-bench run to its end, estab-echo beside it in another
process over net_memif, and what holds of every result, whatever was measured."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

SECONDS = 60
TOTAL = re.compile(r"^  (\w+) +([\d,]+)  ", re.M)
NEVER_LOST = ("tx_dropped_no_mbuf", "tx_dropped_port_full", "tx_dropped_refused",
              "tx_dropped_unresolved")


def check(condition, what):
    if not condition:
        print(f"not ok: {what}")
        check.failed = True


check.failed = False


def on_any_core(lcores):
    """One lcore may be where there is room, beside another test; several are where they say."""
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    return f"{lcores}@({cores})" if lcores.isdigit() else lcores


def eal(role, lcores, memory=128):
    """Arguments before the "--". memory: None leaves EAL's default, 64 MB."""
    size = ["-m", str(memory)] if memory else []
    return ["--no-huge", "--no-pci", "--no-telemetry", "--no-shconf", *size, "--lcores", on_any_core(lcores),
            f"--file-prefix=estab-test-{os.getpid()}-{role}"]


def run_bench(command):
    """@return its JSON; {} where it has failed, which is checked"""
    print(" ".join(command))
    process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=SECONDS)
    print(process.stderr)
    check(process.returncode == 0, f"estab-bench ended with {process.returncode}")
    return json.loads(process.stdout or "{}") if process.returncode == 0 else {}


def check_fate(name, stack):
    drops = sum(stack["drops"].values())
    check(stack["rx_packets"] == stack["rx_delivered"] + drops,
          f"{name}: received {stack['rx_packets']}, delivered {stack['rx_delivered']}, dropped {drops}")


def check_nothing_left(summary):
    for name in "mbufs_leaked", "tcbs_leaked":
        check(summary[name] == 0, f"{name}: {summary[name]}")


def lcores_of(summary, end):
    return [lcore for lcore in summary["lcores"] if lcore["end"] == end]


def check_lcores(summary, count):
    """So many work at each end, all of them, and each counter of an end is the sum of theirs."""
    for end, stack in summary["stacks"].items():
        lcores = lcores_of(summary, end)
        check(len(lcores) == count, f"{len(lcores)} lcores at the {end}'s end, not {count}")
        check(len({lcore["lcore"] for lcore in lcores}) == count, f"{end}: lcores are not different")
        for lcore in lcores:
            check_fate(f"{end}, lcore {lcore['lcore']}", lcore)
            check(lcore["connections"] > 0 and lcore["rx_packets"] > 0 and lcore["tx_packets"] > 0,
                  f"lcore {lcore['lcore']} of the {end}'s end had nothing to do")
        for name, value in stack.items():
            if name != "drops":
                check(value == sum(lcore[name] for lcore in lcores), f"{end}: {name} is no sum")
        for name, value in stack["drops"].items():
            check(value == sum(lcore["drops"].get(name, 0) for lcore in lcores), f"{end}: drops {name}")


def memif(role, folder):
    return f"--vdev=net_memif0,role={role},socket-abstract=no,socket={folder}/memif.sock"


def await_file(path, process):
    last = time.monotonic() + SECONDS
    while not os.path.exists(path):
        if process.poll() is not None or time.monotonic() > last:
            sys.exit("estab-echo did not start")
        time.sleep(0.05)


def end(process):
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextmanager
def echo_over_memif(program, folder, lcores, *options):
    """Runs for as long as the block does, at 198.18.0.2/15. Its totals are in what it yields, by then."""
    totals = {}
    with open(f"{folder}/echo.log", "w+") as log:
        process = subprocess.Popen(
            [program, *eal("server", lcores), memif("server", folder), "--", "--address",
             "198.18.0.2/15", "--stats-period", "0", *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            await_file(f"{folder}/memif.sock", process)
            yield totals
        finally:
            status = end(process)
        log.seek(0)
        said = log.read()
    print(said)
    check(status == 0, f"estab-echo ended with {status}")
    totals.update((name, int(number.replace(",", "")))
                  for name, number in TOTAL.findall(said.partition("\ntotals after")[2]))
