# SPDX-License-Identifier: BSD-3-Clause
"""A case is a with-block with a name and a limit of time: an exception in it fails it alone."""

import signal
import sys
import traceback
from contextlib import contextmanager

CASE_SECONDS = 60

failures = []


class Overdue(Exception):
    """The case took longer than it may."""


def ok(name):
    print(f"ok - {name}", flush=True)


def not_ok(name, reason):
    failures.append(name)
    print(f"not ok - {name}")
    for line in str(reason).splitlines():
        print(f"#   {line}")
    sys.stdout.flush()


def skip_case(name, reason):
    print(f"ok - {name} # SKIP {reason}", flush=True)


def note(text):
    """For information: no case depends on it."""
    print(f"# {text}", flush=True)


def expect(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def expect_equal(found, expected, what):
    expect(found == expected, f"{what}: {found!r} instead of {expected!r}")


def expire(*_):
    raise Overdue("took too long")


@contextmanager
def limit(seconds):
    signal.signal(signal.SIGALRM, expire)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


@contextmanager
def case(name, seconds=CASE_SECONDS):
    try:
        with limit(seconds):
            yield
    except AssertionError as failure:
        not_ok(name, failure)
    except Exception:  # whatever it was, the next case shall run
        not_ok(name, traceback.format_exc(limit=-3))
    else:
        ok(name)


def finish():
    sys.exit(1 if failures else 0)
