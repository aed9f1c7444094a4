# SPDX-License-Identifier: BSD-3-Clause
"""Hugepages for the time of a test: asked of the kernel, mounted in the test's own namespace, and given back."""

import os
import subprocess
from contextlib import contextmanager

PAGES = "/sys/kernel/mm/hugepages/hugepages-2048kB"
MEGABYTES = 2  # each


def number(name):
    with open(f"{PAGES}/{name}") as file:
        return int(file.read())


def set_pages(count):
    with open(f"{PAGES}/nr_hugepages", "w") as file:
        file.write(str(count))


def why_none(megabytes):
    """Empty where so many more can be had; they are not kept."""
    if not os.access(f"{PAGES}/nr_hugepages", os.W_OK):
        return "this kernel has no hugepages of 2 MB that could be asked for"
    before = number("nr_hugepages")
    wanted = before + megabytes // MEGABYTES
    try:
        set_pages(wanted)
        got = number("nr_hugepages")
    except OSError as error:
        return f"hugepages cannot be asked for: {error.strerror}"
    finally:
        set_pages(before)
    return f"no {megabytes} MB of hugepages: the kernel gave {got - before} pages" if got < wanted else ""


@contextmanager
def hugepages(megabytes, folder):
    """Mounted there while the block runs. Their files go with the mount; what is still in use then is
    surplus, and goes with its last user."""
    before = number("nr_hugepages")
    set_pages(before + megabytes // MEGABYTES)
    try:
        os.makedirs(folder)
        subprocess.run(["mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "hugetlbfs", folder], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", folder], check=True)
    finally:
        set_pages(before)
