# SPDX-License-Identifier: BSD-3-Clause
"""What the linker was told is in the files: relocations are bound at the start and read-only then, no stack is
executable, programs lie anywhere, and functions with arrays watch their stack.

usage: hardening.py LIBRARY PROGRAM..."""
import subprocess
import sys


def readelf(path, *what):
    return subprocess.run(["readelf", "--wide", *what, path], check=True, capture_output=True,
                          text=True).stdout


def faults(path):
    segments = readelf(path, "--segments")
    stack = [line.split() for line in segments.splitlines() if "GNU_STACK" in line]
    if "GNU_RELRO" not in segments:
        yield "relocations stay writable"
    if "NOW" not in readelf(path, "--dynamic"):
        yield "symbols are bound late"
    if len(stack) != 1 or "E" in stack[0][-2]:
        yield "the stack is executable"
    if " DYN " not in readelf(path, "--file-header"):
        yield "it lies where it was linked to lie"
    if "__stack_chk_fail" not in readelf(path, "--symbols"):
        yield "no function watches its stack"


found = [f"{path}: {fault}" for path in sys.argv[1:] for fault in faults(path)]
print("\n".join(found))
sys.exit(1 if found else 0)
