# SPDX-License-Identifier: BSD-3-Clause
"""The exported names, told three times: by the shared library, by estab.map, by the public headers.

usage: symbols.py LIBRARY MAP HEADER...
Prints one line per comparison, and the names that only one side has.
"""

import re
import subprocess
import sys


def names_of_library(path):
    text = subprocess.run(["nm", "-D", "--defined-only", path],
                          check=True, capture_output=True, text=True).stdout
    symbols = [line.split() for line in text.splitlines()]
    return {name.split("@")[0] for _, kind, name in symbols if kind != "A"}


def names_of_map(path):
    text = re.sub(r"/\*.*?\*/|#[^\n]*", "", open(path).read(), flags=re.S)
    exported = "".join(re.findall(r"global:(.*?)local:", text, flags=re.S))
    return set(re.findall(r"(\w+)\s*;", exported))


def names_of_headers(paths):
    names = set()
    for path in paths:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", open(path).read(), flags=re.S)
        text = re.sub(r"^\s*#\s*define.*$", "", text, flags=re.M)
        names.update(re.findall(r"ESTAB_API\b[^;{(]*?\b(\w+)\s*\(", text))
    return names


def compare(what, left, right):
    if left == right and left:
        print(f"ok - {what} ({len(left)} names)")
        return True
    print(f"not ok - {what}")
    for name in sorted(left - right):
        print(f"#   only the first: {name}")
    for name in sorted(right - left):
        print(f"#   only the second: {name}")
    return False


def main():
    library = names_of_library(sys.argv[1])
    mapped = names_of_map(sys.argv[2])
    declared = names_of_headers(sys.argv[3:])
    same = [
        compare("the shared library exports what estab.map lists", library, mapped),
        compare("the public headers declare what estab.map lists", declared, mapped),
    ]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
