#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""SYN cookies whose keys change all the time, and of a secret from a file: every connection comes about by
one, and the secret shows nowhere.

usage: cookie_keys.py ESTAB_BENCH"""

import base64
import os
import subprocess
import sys
import tempfile

from programs import check, eal, run_bench

BENCH = sys.argv[1]
SECRET = b"secret-of-fleet!"
FORMS = [SECRET.decode(), SECRET.hex(), base64.b64encode(SECRET).decode()[:20]]
WORKLOAD = ["--loopback", "--workload", "crr", "--syn-cookies", "always"]


def stacks_of(*options):
    """@return the counters of both ends, of a second in which nothing failed"""
    result = run_bench([BENCH, *eal("keys", "0"), "--", *WORKLOAD, "--duration", "1s", "--json", "-",
                        *options])
    summary = result["summary"]
    server = summary["stacks"]["server"]
    check(summary["errors"] == {}, f"{options}: errors {summary['errors']}")
    check(server["syn_cookies_accepted"] == server["connections_passive"] > 0,
          f"{options}: {server['syn_cookies_accepted']} cookies accepted")
    return summary["stacks"]


def check_secret(path):
    command = [BENCH, *eal("secret", "0"), "--", *WORKLOAD, "--duration", "300ms", "--secret-file", path,
               "--json", path + ".json"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    first = process.stdout.readline()
    with open(f"/proc/{process.pid}/cmdline", encoding="utf-8") as file:
        words = file.read()
    said = first + process.communicate(timeout=60)[0]
    with open(path + ".json", encoding="utf-8") as file:
        said += file.read()
    check(path in words, f"the command line is not what was given: {words!r}")
    check(process.returncode == 0, f"exit code {process.returncode}: {said}")
    for form in FORMS:
        check(form not in words + said, f"the secret shows: {form}")


def main():
    for end in stacks_of("--cookie-key-period", "10ms").values():
        check(end["syn_cookie_keys"] > 3, f"{end['syn_cookie_keys']} keys in a second")
    for end in stacks_of("--cookie-key-period", "0").values():
        check(end["syn_cookie_keys"] == 0, f"{end['syn_cookie_keys']} keys where none was asked for")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "secret")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(SECRET)
        check_secret(path)
        stacks_of("--secret-file", path)
    sys.exit(check.failed)


main()
