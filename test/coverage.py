#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Branch coverage of lib/, room by room, from a build with -Db_coverage=true whose tests have run.

usage: coverage.py BUILD [--floor PERCENT] [--gaps] [--json FILE]

Branches of asserts are left out: none of them is ever to be taken (tests run with asserts on). So are lines
whose only branch is decided by the compiler, in a macro for the order of bytes, and DPDK's headers, which are no
files of lib/. The floor is for lib/tcp and lib/net, each with all below.

--gaps   lists the lines with branches that were never taken, and how many
--json   writes the percentages
"""

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
WITH_FLOOR = ("lib/tcp", "lib/net")
BYTE_ORDER = re.compile(r"\brte_(?:cpu_to|be_to|le_to)_")
CHOICE = re.compile(r"\b(?:if|for|while|switch)\b|&&|\|\||\?")
ASSERT = re.compile(r"\b(?:assert|RTE_ASSERT|RTE_VERIFY)\s*\(")


def lines_of_asserts(text):
    """The numbers of all lines that an assert stands on, from its name to its closing bracket."""
    found = set()
    for match in ASSERT.finditer(text):
        depth, end = 1, match.end()
        while depth > 0 and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        first = text.count("\n", 0, match.start()) + 1
        found.update(range(first, first + text.count("\n", match.start(), end) + 1))
    return found


def is_swap_alone(text):
    """DPDK's macros for the order of bytes ask the compiler whether a number is constant: no test can."""
    return BYTE_ORDER.search(text) and not CHOICE.search(text)


def measure(build):
    """@return file -> line -> [branches taken or not]"""
    done = subprocess.run(["gcovr", "--root", str(TOP), "--filter", str(TOP / "lib") + "/", "--json", "-",
                           "--object-directory", str(build), "-j", "2", str(build)],
                          stdout=subprocess.PIPE, text=True, check=True)
    result = defaultdict(dict)
    for file in json.loads(done.stdout)["files"]:
        text = (TOP / file["file"]).read_text(encoding="utf-8")
        skipped = lines_of_asserts(text)
        skipped.update(number for number, line in enumerate(text.splitlines(), 1) if is_swap_alone(line))
        for line in file["lines"]:
            if line["branches"] and line["line_number"] not in skipped:
                result[file["file"]][line["line_number"]] = [
                    branch["count"] > 0 for branch in line["branches"]]
    return result


def rooms_of(file):
    """lib/tcp/open/cookie.c counts for lib/tcp/open, lib/tcp and lib."""
    parts = Path(file).parent.parts
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]


def sum_up(result):
    """@return room -> [branches taken, branches]"""
    rooms = defaultdict(lambda: [0, 0])
    for file, lines in result.items():
        for branches in lines.values():
            for room in rooms_of(file):
                rooms[room][0] += sum(branches)
                rooms[room][1] += len(branches)
    return rooms


def print_gaps(result):
    for file, lines in sorted(result.items()):
        for number, branches in sorted(lines.items()):
            if not all(branches):
                text = (TOP / file).read_text(encoding="utf-8").splitlines()[number - 1].strip()
                print(f"{file}:{number}: {branches.count(False)} of {len(branches)}: {text}")


def judge(percent, floor):
    """@return how many rooms are below"""
    failed = [room for room in WITH_FLOOR if percent.get(room, 0) < floor]
    for room in failed:
        print(f"failed: {room}: {percent.get(room, 0):.1f} % of branches, at least {floor:.1f} are wanted")
    return len(failed)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.partition("usage: ")[2].partition("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--floor", type=float, default=0)
    parser.add_argument("--gaps", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    result = measure(Path(options.build))
    rooms = sum_up(result)
    percent = {room: 100 * taken / of for room, (taken, of) in rooms.items()}
    if options.gaps:
        print_gaps(result)
    for room in sorted(rooms):
        print(f"{room:24} {percent[room]:5.1f} % of {rooms[room][1]} branches")
    if options.json:
        Path(options.json).write_text(json.dumps({"branches": percent}, indent=1), encoding="utf-8")
    return 1 if judge(percent, options.floor) else 0


if __name__ == "__main__":
    sys.exit(main())
