#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Plays scripts against the kernel's TCP and against estab, and compares.

Without options: everything in scripts/ over both families, the matrix and random seeds over IPv4.
Needs root, for a network namespace of its own; exits with 77 where it cannot have one.
"""

import argparse
import fnmatch
import os
import re
import sys
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "interop"))

from cases import finish, not_ok, note, ok  # noqa: E402
from compare import explain, shown, transcript  # noqa: E402
from enter import enter  # noqa: E402
from estab import Stage  # noqa: E402
from kernel import Kernel  # noqa: E402
from matrix import matrix  # noqa: E402
from policies import POLICIES  # noqa: E402
from random_scripts import random_steps, script_of, shorter  # noqa: E402
from script import parse_script  # noqa: E402

SEEDS = 300
SHRUNK_AT_ONCE, SHRINK_ROUNDS = 8, 10
AGAIN = 3  # a difference must show each time: the kernel's end is played in real time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("stage", help="build/test/differential/stage")
    parser.add_argument("--only", metavar="PATTERN", help="only scripts whose name matches")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N",
                        help=f"random scripts ({SEEDS})")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N")
    parser.add_argument("--verbose", action="store_true",
                        help="print every script with both answers")
    return parser.parse_args()


def written_scripts():
    folder = os.path.join(HERE, "scripts")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            yield parse_script(name.removesuffix(".txt"), file.read())


def seeds_of(options):
    return range(options.first_seed, options.first_seed + options.seeds)


def all_jobs(options):
    """(script, family)"""
    for script in written_scripts():
        yield script, 4
        yield script, 6
    for script in matrix():
        yield script, 4
    for seed in seeds_of(options):
        yield script_of(f"seed/{seed}", random_steps(seed)), 4


def name_of(script, family):
    return f"{script.name}, IPv{family}"


class Trial:
    """Both ends, and what came of all scripts."""

    def __init__(self, options):
        self.options = options
        self.kernel = Kernel()
        self.stage = Stage(options.stage)
        self.used = Counter()

    def differences(self, jobs):
        """@return {key: (script, family, the kernel's outcomes, estab's, difference)}, where it is
        not explained"""
        found = {}
        kernel = self.kernel.play((key, *job) for key, job in jobs.items())
        for key, (script, family) in jobs.items():
            estab = self.stage.play(script, family)
            used, difference = explain(script, kernel[key], estab)
            self.used.update(set(used))
            if difference:
                found[key] = script, family, kernel[key], estab, difference
            elif self.options.verbose:
                note(f"{name_of(script, family)}: {', '.join(used) or 'alike'}")
                print(transcript(kernel[key], estab))
        return found

    def lasting_differences(self, jobs):
        found = {}
        for _ in range(AGAIN):
            found = self.differences(jobs)
            jobs = {key: jobs[key] for key in found}
        return found

    def shrink(self, found):
        """Leave out steps of all these scripts as long as unexplained differences remain."""
        shortest, growing = dict(found), set(found)
        for _ in range(SHRINK_ROUNDS):
            candidates = {(key, n): (script_of(shortest[key][0].name, fewer), shortest[key][1])
                          for key in growing for n, fewer in enumerate(shorter(shortest[key][0]))}
            better = self.differences(candidates)
            growing = {key for key, _ in better}
            for key in growing:
                shortest[key] = better[min(name for name in better if name[0] == key)]
        return shortest


def report(trial, jobs, found):
    seeds = [key for key in found if key.startswith("seed/")][:SHRUNK_AT_ONCE]
    found.update(trial.shrink({key: found[key] for key in seeds}))
    for script, family, kernel, estab, difference in found.values():
        not_ok(name_of(script, family), f"in step {difference.index + 1}, {difference.step.text}: "
               f"the kernel has {shown(difference.kernel)}, estab {shown(difference.estab)}\n"
               f"{transcript(kernel, estab)}")
    alike = set(jobs) - set(found)
    kinds = Counter(key.split("/")[0] if "/" in key else "scripts" for key in alike)
    for kind, count in kinds.items():
        ok(f"{kind}: {count} played, alike or as policies.md explains")


def check_policies(trial):
    with open(os.path.join(HERE, "policies.md")) as file:
        explained = re.findall(r"^### (\w+)$", file.read(), re.MULTILINE)
    asked = [policy.name for policy in POLICIES]
    if sorted(explained) != sorted(asked):
        not_ok("policies.md and policies.py name the same", set(explained) ^ set(asked))
    unused = [name for name in asked if not trial.used[name]]
    if unused and not trial.options.only:
        not_ok("every policy is still needed", f"no difference any more: {', '.join(unused)}")
    for name in asked:
        note(f"{trial.used[name]} scripts: {name}")


def main():
    options = arguments()
    enter("ip")
    trial = Trial(options)
    jobs = {name_of(*job): job for job in all_jobs(options)
            if not options.only or fnmatch.fnmatch(job[0].name, options.only)}
    found = trial.lasting_differences(jobs)
    report(trial, jobs, found)
    check_policies(trial)
    if trial.stage.end() != 0:
        not_ok("the stage ends well", "it does not")
    finish()


main()
