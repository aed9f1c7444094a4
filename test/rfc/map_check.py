# SPDX-License-Identifier: BSD-3-Clause
"""Compares the RFC maps in lib/tcp with requirements.txt, the library and the tests.

usage: map_check.py PROJECT_ROOT
Prints how much of RFC 9293 is shown by tests. Exits with 1 when the map names what does not exist,
or does not name what does; TCP_FUZZ.md is compared with the tests likewise. A row of the map:

    | ID | name | `function`, ... | `test`, ...; REASON |

REASON: "deviates: FAMILY" (described under "Deliberate deviations"), "left out: WHY" (MAY only),
"not yet: WHAT IT NEEDS", or "note: TEXT". A row of COMPANIONS.md, whose tests may be of any suite:

    | RFC and section | level | clause | `function`, ... | `test`, ...; REASON |
"""

import pathlib
import re
import sys

LEVELS = ("MUST", "SHLD", "MAY", "REC")
FAMILIES_MAX = 3
ROW = re.compile(r"^\| ([A-Z]+-\d+) \| (.*?) \| (.*?) ?\| (.*?) ?\|$", re.M)
COMPANION = re.compile(r"^\| (\d+ [^|]*) \| (\w[^|]*) \| ([^|]*) \| ([^|]*?) ?\| ([^|]*?) ?\|$", re.M)
REASON = re.compile(r"(?:^|; )(deviates|left out|not yet|note): (.*)$")
DEFINITION = re.compile(r"^([a-z_0-9]+)\(", re.M)  # the return type has a line of its own
TEST = re.compile(r"\b(?:FIXTURE_TEST|cmocka_unit_test)\(\s*([a-z_0-9]+)")
TEST_ANYWHERE = re.compile(r"\b(?:[A-Z_]*TEST|CASE|cmocka_unit_test\w*)\(\s*([a-z_0-9]+)")
FUZZ_ENTRIES = {"TLDK": 27, "mTCP": 14, "F-Stack": 8}
FUZZ_ROW = re.compile(r"^\| (\w[\w-]*) (\d+) \| [^|]* \| ([^|]*) \|$", re.M)
ID_IN_TEST = re.compile(r"(?:(?<=_)|^)(must|shld|may|rec)_(\d+)_")


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


def read_requirements(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split(maxsplit=1) for line in lines)


def read_definitions(root):
    files = [path for kind in ("*.c", "*.h") for path in (root / "lib").rglob(kind)]
    return {name for path in files for name in DEFINITION.findall(path.read_text())}


def read_tests(root):
    return {name for path in (root / "test" / "rfc").glob("*.c")
            for name in TEST.findall(path.read_text())}


def read_tests_anywhere(root):
    return {name for path in (root / "test").rglob("*.c")
            for name in TEST_ANYWHERE.findall(path.read_text())}


def ids_of(test):
    return {f"{level.upper()}-{number}" for level, number in ID_IN_TEST.findall(test)}


class Row:
    def __init__(self, match):
        self.id, self.name, does, shows = match.groups()
        reason = REASON.search(shows)
        self.kind, self.text = reason.groups() if reason else ("", "")
        self.functions = quoted(does)
        self.tests = quoted(shows[:reason.start()] if reason else shows)

    def state(self):
        if self.kind in ("deviates", "left out", "not yet"):
            return self.kind
        return "tested" if self.tests else "unshown"


def complaints_about_row(row, definitions, tests):
    if row.state() == "unshown":
        yield "has neither a test nor a reason"
    if row.state() == "tested" and not row.functions:
        yield "names no function"
    if row.kind == "left out" and not row.id.startswith("MAY"):
        yield "is no MAY, and cannot be left out"
    for name in row.functions:
        if name not in definitions:
            yield f"names the function {name}, which lib does not define"
    for name in row.tests:
        if name not in tests:
            yield f"names the test {name}, which does not exist"
        elif row.id not in ids_of(name):
            yield f"names the test {name}, which does not carry its ID"
    for name in sorted(tests):
        if row.id in ids_of(name) and name not in row.tests:
            yield f"does not name the test {name}"


def complaints_about_ids(rows, requirements, tests):
    seen = [row.id for row in rows]
    for number in requirements:
        if seen.count(number) != 1:
            yield f"{number} has {seen.count(number)} rows"
    for row in rows:
        if row.id not in requirements:
            yield f"{row.id} is no requirement"
        elif row.name != requirements[row.id]:
            yield f"{row.id} is \"{requirements[row.id]}\", not \"{row.name}\""
    for test in sorted(tests):
        for number in ids_of(test) - set(requirements):
            yield f"the test {test} carries {number}, which is no requirement"


def complaints_about_families(rows, readme):
    families = {row.text for row in rows if row.kind == "deviates"}
    if len(families) > FAMILIES_MAX:
        yield f"{len(families)} families of deviations, {FAMILIES_MAX} are allowed"
    for family in sorted(families):
        if f"- **{family}**" not in readme:
            yield f"the deviation \"{family}\" is not described"


def complaints_about_files(readme, folder):
    for name in quoted(readme.split("## ")[0]):
        public = folder.parent.parent / "include" / "estab" / pathlib.Path(name).name
        if name.endswith((".c", ".h")) and not (folder / name).exists() and not public.exists():
            yield f"the file {name} does not exist"


def complaints_about_companions(text, definitions, tests):
    """Rows of COMPANIONS.md: what they name is there, and all name something or say why not."""
    rows = COMPANION.findall(text)
    if text.count("\n| ") != len(rows) + 1:  # and the head
        yield "has a row that is none"
    for section, _, clause, does, shows in rows:
        where = f"{section} ({clause})"
        reason = REASON.search(shows)
        left_out = reason is not None and reason.group(1) == "left out"
        named = quoted(shows[:reason.start()] if reason else shows)
        if not left_out and not (quoted(does) and named):
            yield f"{where} names no function or no test"
        for name in quoted(does):
            if name not in definitions:
                yield f"{where} names the function {name}, which lib does not define"
        for name in quoted(shows):
            if name not in tests:
                yield f"{where} names the test {name}, which does not exist"


def complaints_about_fuzz(text, tests):
    """Rows of TCP_FUZZ.md: every published entry, with cases that there are, or the reason."""
    rows = {(stack, int(number)): shows for stack, number, shows in FUZZ_ROW.findall(text)}
    wanted = {(stack, n + 1) for stack, count in FUZZ_ENTRIES.items() for n in range(count)}
    for stack, number in sorted(wanted ^ set(rows)):
        yield f"TCP_FUZZ.md: {stack} {number} is missing, or is none"
    named = {name for shows in rows.values() for name in quoted(shows)}
    for stack, number in sorted(rows):
        shows = rows[stack, number]
        if not quoted(shows) and not shows.startswith("not applicable: "):
            yield f"TCP_FUZZ.md: {stack} {number} has neither a case nor a reason"
    for name in sorted(name for name in named - tests if not name.startswith("estab_")):
        yield f"TCP_FUZZ.md names the test {name}, which does not exist"
    for name in sorted(tests - named):
        if re.match(r"(tldk|mtcp|fstack)_\d", name):
            yield f"TCP_FUZZ.md does not name the test {name}"


def print_table(rows):
    words = {"tested": "tested", "deviates": "deviate", "left out": "left out", "not yet": "not yet"}
    for level in LEVELS:
        here = [row for row in rows if row.id.startswith(level + "-")]
        accounted = sum(row.state() != "unshown" for row in here)
        counts = [f"{sum(row.state() == state for row in here)} {word}"
                  for state, word in words.items() if state != "left out" or level == "MAY"]
        named = sum(bool(row.tests) for row in here)
        print(f"{level:4} {accounted}/{len(here)}: {', '.join(counts)}; {named} with a named test")


def main():
    root = pathlib.Path(sys.argv[1])
    path = root / "lib" / "tcp" / "README.md"
    readme = path.read_text()
    rows = [Row(match) for match in ROW.finditer(readme)]
    definitions, tests = read_definitions(root), read_tests(root)
    requirements = read_requirements(root / "test" / "rfc" / "requirements.txt")
    complaints = [*complaints_about_ids(rows, requirements, tests),
                  *complaints_about_families(rows, readme),
                  *complaints_about_files(readme, path.parent)]
    for row in rows:
        complaints += [f"{row.id} {text}" for text in complaints_about_row(row, definitions, tests)]
    companions = (path.parent / "COMPANIONS.md").read_text()
    complaints += complaints_about_companions(companions, definitions, read_tests_anywhere(root))
    fuzz = (root / "test" / "rfc" / "TCP_FUZZ.md").read_text()
    complaints += complaints_about_fuzz(fuzz, tests)
    for complaint in complaints:
        print(f"{path.parent.name}: {complaint}")
    print_table(rows)
    print(f"companions: {len(COMPANION.findall(companions))} clauses")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
