#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: man.py PAGE...

The manual pages are set without a warning, and what makes a page of them is there: its sections in the
usual order, and the options that --help has."""

import shutil
import subprocess
import sys

SKIPPED = 77
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def check(page):
    """@return the faults"""
    done = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", "-ww", page], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    faults = done.stderr.splitlines()
    if [line for line in lines if line in SECTIONS] != SECTIONS:
        faults.append(f"sections: {[line for line in lines if line.isupper()]}")
    faults += [f"{option} has no paragraph" for option in ("--address", "--duration", "--help", "--version")
               if not any(line.strip().startswith(option) for line in lines)]
    return [f"{page}: {fault}" for fault in faults]


def main(*pages):
    if not pages or shutil.which("groff") is None:
        print("SKIP: help2man or groff is not installed")
        return SKIPPED
    faults = [fault for page in pages for fault in check(page)]
    print("\n".join(faults) or f"{len(pages)} pages")
    return 1 if faults else 0


sys.exit(main(*sys.argv[1:]))
