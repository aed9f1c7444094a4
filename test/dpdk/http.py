#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench --http against estab-echo --mode http in another process, over net_memif: as many answers as
requests, each looked at; what is not as it should be is an error by its name.

usage: http.py ESTAB_ECHO ESTAB_BENCH WORKLOAD WHAT"""

import subprocess
import sys
import tempfile

from programs import (SECONDS, check, check_nothing_left, echo_over_memif, eal, memif, run_bench)

ECHO, BENCH, WORKLOAD, WHAT = sys.argv[1:]
SIZE = 3000  # more than one segment
# what the server does, what the client asks for, how it ends
CASES = {
    "whole": ([], ["--response-size", str(SIZE)], None),
    "client_closes": ([], ["--close", "client"], None),
    "server_ends": (["--http-close"], [], None),
    # the first are opened anew before the last have come about
    "server_ends_many": (["--http-close"], ["--connections", "500"], None),
    "other_size": ([], ["--response-size", str(SIZE - 1)], "http_length"),
    "other_status": ([], ["--http-status", "404"], "http_status"),
}


def command(folder, options):
    return [BENCH, *eal("client", "0"), memif("client", folder), "--", "--address",
            "198.18.0.1/15", "--server", "198.18.0.2:80", "--workload", WORKLOAD, "--http", "/",
            "--connections", "5", "--duration", "1s", "--json", "-", *options]


def check_good(result, requests):
    summary = result["summary"]
    check(summary["errors"] == {}, f"errors: {summary['errors']}")
    check_nothing_left(summary)
    if WORKLOAD == "crr":
        made = summary["stacks"]["client"]["connections_active"]
        check(requests == made + 1, f"{requests} requests heard of {made} and one beforehand")
    else:
        check(requests >= summary["transactions"] > 0,
              f"{requests} requests heard of {summary['transactions']}")
    renewed = summary["retries"].get("kept_alive_no_longer", 0)
    check((renewed > 0) == (WORKLOAD == "rr" and WHAT.startswith("server_ends")), f"{renewed} opened anew")
    if WORKLOAD == "crr" and WHAT == "whole":
        each = summary["packets_per_connection"]
        check(6 <= each <= 12, f"{each} packets each")


def main():
    at_server, at_client, error = CASES[WHAT]
    with tempfile.TemporaryDirectory(prefix="estab-test-") as folder:
        with echo_over_memif(ECHO, folder, "0", "--mode", "http", "--port", "80",
                             "--response-size", str(SIZE), *at_server) as totals:
            if error is None:
                result = run_bench(command(folder, at_client))
            else:
                done = subprocess.run(command(folder, at_client), capture_output=True, text=True,
                                      timeout=SECONDS)
        if error is None:
            if not check.failed:
                check_good(result, totals.get("http_requests", 0))
        else:
            check(done.returncode == 1 and done.stdout == "", f"exit code {done.returncode}")
            check(f"failed ({error})" in done.stderr, done.stderr)


main()
sys.exit(check.failed)
