# SPDX-License-Identifier: BSD-3-Clause
"""Settings of the kernel's TCP, of this namespace alone, in force for a block."""

from contextlib import contextmanager

from cases import expect_equal

FOLDER = "/proc/sys/net/ipv4"


def replace(name, value):
    """@return what it was. Written from the beginning of the file: elsewhere it is ignored."""
    with open(f"{FOLDER}/{name}") as file:
        before = file.read().strip()
    with open(f"{FOLDER}/{name}", "w") as file:
        file.write(value)
    with open(f"{FOLDER}/{name}") as file:
        expect_equal(file.read().strip(), value, name)
    return before


@contextmanager
def sysctls(**values):
    before = {name: replace(name, value) for name, value in values.items()}
    try:
        yield
    finally:
        for name, value in before.items():
            replace(name, value)
