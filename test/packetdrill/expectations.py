# SPDX-License-Identifier: BSD-3-Clause
"""Read expectations.md: in it, a line that begins with "- `" names scripts that fail, by a path or a
pattern of the shell. Whatever it names must fail, and nothing else may."""

import re
from fnmatch import fnmatch

NAMED = re.compile(r"^- `([^`]+)`")


class Expectations:
    def __init__(self, path):
        matches = map(NAMED.match, path.read_text().splitlines())
        self.patterns = [match.group(1) for match in matches if match]

    def is_to_fail(self, name):
        return any(fnmatch(name, pattern) for pattern in self.patterns)

    def compare(self, cases):
        """@return a sentence for every case that went otherwise"""
        for case in cases:
            if case.strict and self.is_to_fail(case.name):
                yield f"passes, but expectations.md says it fails: {case.name}"
            elif not case.strict and not self.is_to_fail(case.name):
                last = case.message.splitlines()[:1]
                yield f"fails, and expectations.md does not know: {case.name}: {''.join(last)}"
