# SPDX-License-Identifier: BSD-3-Clause
"""Settings of the kernel's TCP, of this namespace alone, in force for a block."""

from contextlib import contextmanager

FOLDER = "/proc/sys/net/ipv4"


def replace(name, value):
    """@return what it was"""
    with open(f"{FOLDER}/{name}", "r+") as file:
        before = file.read().strip()
        file.write(value)
    return before


@contextmanager
def sysctls(**values):
    before = {name: replace(name, value) for name, value in values.items()}
    try:
        yield
    finally:
        for name, value in before.items():
            replace(name, value)
