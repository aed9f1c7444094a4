#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: reference.py DOXYFILE HEADER...

doxygen makes pages of the public headers and finds nothing without a description; the pages have every
function that the headers declare."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def main(doxyfile, *headers):
    if shutil.which("doxygen") is None:
        print("SKIP: doxygen is not installed")
        return SKIPPED
    declared = {name for header in headers
                for name in re.findall(r"ESTAB_API[^;(]*\b(estab_\w+)\(", pathlib.Path(header).read_text())}
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(doxyfile).read_text() + f"\nOUTPUT_DIRECTORY = {folder}\n"
        result = subprocess.run(["doxygen", "-"], input=config, text=True, stderr=subprocess.PIPE)
        pages = "".join(page.read_text() for page in pathlib.Path(folder).glob("html/*_8h.html"))
    print(result.stderr, end="")
    missing = sorted(name for name in declared if not re.search(rf"[ >]{name}[ <]", pages))
    for name in missing:
        print(f"not ok: {name} is on no page")
    print(f"{len(declared)} functions in {len(headers)} headers")
    return 1 if result.returncode or missing or not declared else 0


sys.exit(main(*sys.argv[1:]))
