#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A disk that is full: whatever cannot be written is said in one line, and the exit code is 1."""

import subprocess
import sys

from programs import eal

BENCH = sys.argv[1]
FULL = "/dev/full"
OPTIONS = ["--json", "--csv", "--hgrm", "--report"]
WORKLOADS = {
    "crr": ["--loopback", "--workload", "crr", "--duration", "1s"],
    "hold": ["--workload", "hold", "--connections", "100", "--duration", "1100ms"],
    "engine": ["--engine", "--engine-traffic", "six-packets", "--engine-rounds", "1"],
}


def run(workload, output, *options):
    command = [BENCH, *eal("full", "0"), "--", *WORKLOADS[workload], *options]
    print(" ".join(command), ">", output)
    with open(output, "w") as file:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE,
                              text=True, timeout=60, check=False)


def check_said(done, what):
    complaints = [line for line in done.stderr.splitlines() if line.startswith("estab-bench: ")]
    if done.returncode != 1 or len(complaints) != 1 or what not in complaints[0]:
        sys.exit(f"not ok: exit code {done.returncode}, {complaints or done.stderr}")


def main():
    for workload in WORKLOADS:
        check_said(run(workload, FULL), "standard output")
        for option in OPTIONS if workload != "engine" else ["--json"]:
            check_said(run(workload, "/dev/null", option, FULL), f"{option} {FULL}: could not be written")
        check_said(run(workload, FULL, "--json", "-"), "could not be written")


main()
