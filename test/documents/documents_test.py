#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every command in the documentation is run: a block of commands must end well and say what its mark expects.
A block without a mark is a failure, so is one that names a test which is not there, or a link that leads nowhere.

usage: documents_test.py SOURCE BUILD PROGRAM... [--only PATTERN] [--verbose]"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter

import blocks
import links
import shell

DOCUMENTS = ("*.md", "app/man/*.h2m", "config/*.cfg", "config/prometheus/*.yml")


def documents(source):
    """What git has, or in a copy without it what is there."""
    done = subprocess.run(["git", "-C", source, "ls-files", *DOCUMENTS], capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        return done.stdout.split()
    return [os.path.relpath(f"{folder}/{name}", source)
            for folder, _, names in os.walk(source) if "/build" not in folder
            for name in sorted(names) if name.endswith(tuple(blocks.READERS))]


def tests(build):
    """The names of all tests, by meson."""
    with open(f"{build}/meson-info/intro-tests.json", encoding="utf-8") as file:
        return {test["name"] for test in json.load(file)}


def why_skipped(block):
    if "root" in block.fields and os.geteuid() != 0:
        return "needs root"
    missing = [tool for tool in " ".join(block.fields.get("needs", [])).split()
               if not shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]
    return f"not installed: {', '.join(missing)}" if missing else ""


def fault_of(block, status, said):
    if status is None:
        return "it did not end in time"
    if status != 0:
        return f"exit status {status}"
    for sign in block.fields["says"]:
        if not re.search(sign, said, re.M):
            return f"nothing it said matches {sign!r}"
    return ""


class Account:
    """What became of the blocks."""

    def __init__(self):
        self.commands = Counter()
        self.blocks = Counter()
        self.reasons = {"not run": Counter(), "run elsewhere": Counter(), "skipped": Counter()}
        self.failed = []

    def add(self, block, way, reason=""):
        self.blocks[way] += 1
        self.commands[way] += block.commands()
        if reason:
            self.reasons[way][reason] += block.commands()

    def fail(self, what):
        self.failed.append(what)
        print(f"not ok - {what}", flush=True)

    def show(self):
        for way in ("run", "run elsewhere", "not run", "skipped"):
            print(f"{way}: {self.commands[way]} commands in {self.blocks[way]} blocks")
            for reason, count in sorted(self.reasons.get(way, {}).items()):
                print(f"    {count:3} {reason}")
        print(f"{len(self.failed)} failed")


def carry_out(block, options):
    """@return what is wrong with it, and what it said"""
    with tempfile.TemporaryDirectory(prefix="estab-documents-") as folder:
        shell.furnish(folder, options.source, options.build, options.programs)
        status, said = shell.carry_out(block, folder)
    return fault_of(block, status, said), said


def run_block(block, options, account):
    """Once more where it fails: two programs that poll on two cores want them for themselves."""
    reason = why_skipped(block)
    if reason:
        account.add(block, "skipped", reason)
        print(f"ok - {block.where()} # SKIP {reason}", flush=True)
        return
    begin = time.monotonic()
    fault, said = carry_out(block, options)
    if fault:
        print(f"once more, {block.where()}: {fault}", said, sep="\n")
        fault, said = carry_out(block, options)
    account.add(block, "run")
    if fault or options.verbose:
        print(block.text, said, sep="\n")
    if fault:
        account.fail(f"{block.where()}: {fault}")
    else:
        print(f"ok - {block.where()} ({time.monotonic() - begin:.1f} s)", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=os.path.realpath)
    parser.add_argument("build", type=os.path.realpath)
    parser.add_argument("programs", nargs="+", type=os.path.realpath)
    parser.add_argument("--only", default="", help="blocks whose place or text matches")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    account, known = Account(), tests(options.build)
    for path in documents(options.source):
        for fault in links.faults(options.source, path) if path.endswith(".md") else []:
            account.fail(fault)
        for block in blocks.read(options.source, path):
            if not re.search(options.only, f"{block.where()}\n{block.text}"):
                continue
            try:
                blocks.understand(block)
            except blocks.Fault as fault:
                account.fail(str(fault))
                continue
            if block.way == "run elsewhere" and block.reason not in known:
                account.fail(f"{block.where()}: there is no test {block.reason}")
            elif block.way == "run":
                run_block(block, options, account)
            else:
                account.add(block, block.way, block.reason)
    account.show()
    return 1 if account.failed else 0


sys.exit(main())
