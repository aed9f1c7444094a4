# SPDX-License-Identifier: BSD-3-Clause
"""Counts the cases in meson's test log: cmocka's cases, TAP lines of scripts, else whole tests.

usage: summary.py TESTLOG_JSON
Prints each failed and each skipped case, then "N passed, N failed, N skipped". Exits with 1 when a
case failed or none ran.
"""

import json
import re
import sys

CMOCKA = re.compile(r"^\[ *(RUN|OK|SKIPPED) *\] (.+)$", re.M)
TAP = re.compile(r"^(ok|not ok)\b(?: \d+)?(?: -)? *([^#\n]*)(?:# *SKIP *(.*))?", re.M)


def cases_of_cmocka(text):
    """What was begun and neither passed nor skipped has failed, in whichever way it ended."""
    cases = []
    for verdict, name in CMOCKA.findall(text):
        if verdict == "RUN":
            cases.append((name, "failed", ""))
        elif cases and cases[-1][0] == name:
            cases[-1] = (name, "passed" if verdict == "OK" else "skipped", "")
    return cases


def cases_of_tap(text):
    cases = []
    for verdict, name, reason in TAP.findall(text):
        result = "failed" if verdict == "not ok" else "skipped" if reason else "passed"
        cases.append((name.strip(), result, reason))
    return cases


def last_line(test):
    lines = [line for key in ("stdout", "stderr") for line in (test.get(key) or "").splitlines()]
    lines = [line for line in lines if line.strip()]
    return lines[-1] if lines else "no reason given"


def cases_of(test):
    """A test that failed has a failed case, and a test that was skipped has nothing but skips."""
    if test["result"] == "SKIP" and not cases_of_cmocka(test.get("stdout") or ""):
        return [("", "skipped", last_line(test))]
    text = test.get("stdout") or ""
    cases = cases_of_cmocka(text) or cases_of_tap(text) or []
    failed = any(result == "failed" for _, result, _ in cases)
    if test["result"] in ("OK", "SKIP", "EXPECTEDFAIL"):
        return cases or [("", "passed", "")]
    if not failed:
        cases.append(("", "failed", test["result"].lower()))
    return cases


def main():
    count = {"passed": 0, "failed": 0, "skipped": 0}
    with open(sys.argv[1]) as log:
        tests = [json.loads(line) for line in log]
    for test in tests:
        for name, result, reason in cases_of(test):
            count[result] += 1
            if result != "passed":
                where = f"{test['name'].split(' / ')[-1]} {name}".strip()
                print(f"{result}: {where}" + (f" ({reason})" if reason else ""))
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
