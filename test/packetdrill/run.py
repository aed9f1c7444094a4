#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run the scripts of the lists against the adapter and compare with expectations.md.

usage: run.py ADAPTER.so [--list NAME]... [--only PATTERN] [--any-order] [--verbose] [--jobs N]

Exit status: 0 as expected, 1 otherwise, 77 where packetdrill or the scripts are not there.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import script
from expectations import Expectations

HERE = Path(__file__).resolve().parent
SKIPPED = 77
SCRIPT_SECONDS = 30
LOCAL = {4: "192.168.0.2", 6: "fd3d:fa7b:d17d::2"}


class Case:
    """One script of one list: where it is, and how it went."""

    def __init__(self, listed, name, path):
        self.listed = listed
        self.name = name
        self.path = path
        self.strict = False
        self.unordered = False
        self.message = ""

    @property
    def profile(self):
        return self.listed.split("_")[0].replace("google", "linux")


class Runner:
    """How packetdrill is called."""

    def __init__(self, adapter, any_order, verbose):
        self.adapter = Path(adapter).resolve()
        self.any_order = any_order
        self.verbose = verbose

    def execute(self, case, any_order):
        """@return whether it passed, by any of its branches, and what packetdrill said of the first"""
        branches = ["STANDARD", "FreeBSD"] if script.has_branches(case.path) else [None]
        first = None
        for branch in branches:
            passed, message = self.execute_branch(case, branch, any_order)
            if passed:
                return True, message
            first = first or message
        return False, first

    def execute_branch(self, case, branch, any_order):
        prepared = script.prepare(case.path, branch)
        local = LOCAL[prepared.ip_version]
        flags = [case.profile, f"local={local}", *prepared.flags]
        flags += ["any_order"] if any_order else []
        with tempfile.TemporaryDirectory(prefix="estab-packetdrill-") as folder:
            copy = Path(folder, case.path.name)
            copy.write_text(prepared.text)
            command = ["packetdrill", f"--so_filename={self.adapter}",
                       f"--so_flags={','.join(flags)}", f"--local_ip={local}",
                       f"--ip_version=ipv{prepared.ip_version}",
                       f"--code_command={sys.executable} -B {HERE / 'info.py'}", str(copy)]
            return self.call(command, folder)

    def call(self, command, folder):
        states = Path(folder, "states")
        states.touch()
        environment = dict(os.environ, LD_PRELOAD=str(self.adapter),
                           ESTAB_PACKETDRILL_STATES=str(states))
        try:
            done = subprocess.run(command, cwd=folder, env=environment, timeout=SCRIPT_SECONDS,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  errors="replace", stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return False, f"took longer than {SCRIPT_SECONDS} s"
        return done.returncode == 0, done.stdout.replace(folder + "/", "").strip()

    def run(self, case):
        case.strict, case.message = self.execute(case, self.any_order)
        case.unordered = case.strict
        if not case.strict and not self.any_order:
            case.unordered, message = self.execute(case, True)
            case.message = case.message if case.unordered else message
        if self.verbose:
            verdict = "passed" if case.strict else "order" if case.unordered else "FAILED"
            print(f"{verdict:7} {case.listed} {case.name}", flush=True)
            if case.message:
                print("    " + case.message.replace("\n", "\n    "), flush=True)
        return case


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(SKIPPED)


def find_scripts():
    """The folders in which a list's paths are looked up, in this order."""
    folders = os.environ.get("ESTAB_PACKETDRILL_SCRIPTS")
    if not folders:
        skip("ESTAB_PACKETDRILL_SCRIPTS names no folder of scripts")
    if shutil.which("packetdrill") is None:
        skip("no packetdrill on PATH")
    return [Path(folder) for folder in folders.split(":")]


def read_lists(folders, wanted, only):
    for path in sorted((HERE / "lists").glob("*.txt")):
        if wanted and path.stem not in wanted:
            continue
        for name in path.read_text().split():
            if only and not fnmatch(name, only):
                continue
            found = [folder / name for folder in folders if (folder / name).exists()]
            if found:
                yield Case(path.stem, name, found[0])
            else:
                print(f"not found: {name}")


def print_counts(cases):
    print(f"{'list':36} {'scripts':>8} {'strict':>8} {'order ignored':>14}")
    names = sorted({case.listed for case in cases})
    for name in [*names, *(sorted({name.split('_')[0] for name in names}))]:
        mine = [case for case in cases if case.listed == name or
                case.listed.split("_")[0] == name]
        print(f"{name:36} {len(mine):8} {sum(case.strict for case in mine):8} "
              f"{sum(case.unordered for case in mine):14}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("adapter")
    parser.add_argument("--list", action="append")
    parser.add_argument("--only")
    parser.add_argument("--any-order", action="store_true", help="only with it ignored")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    cases = list(read_lists(find_scripts(), arguments.list, arguments.only))
    if not cases:
        skip("no script of the lists was found")
    runner = Runner(arguments.adapter, arguments.any_order, arguments.verbose)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(runner.run, cases))
    print_counts(cases)
    surprises = list(Expectations(HERE / "expectations.md").compare(cases))
    for surprise in surprises:
        print(surprise)
    sys.exit(1 if surprises else 0)


if __name__ == "__main__":
    main()
