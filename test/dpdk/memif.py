#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench against estab-echo in another process, over net_memif: what each says that it sent is
what the other says that it received, to the byte, every packet has a fate, and nothing leaks.

usage: memif.py ESTAB_ECHO ESTAB_BENCH SERVICE CONNECTIONS WORKLOAD [OPTION...]"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

ECHO, BENCH, SERVICE, CONNECTIONS, WORKLOAD, *OPTIONS = sys.argv[1:]
SECONDS = 40
MESSAGE = int(OPTIONS[OPTIONS.index("--message-size") + 1]) if "--message-size" in OPTIONS else 64
TOTAL = re.compile(r"^  (\w+) +([\d,]+)  ", re.M)


def check(condition, what):
    if not condition:
        print(f"not ok: {what}")
        check.failed = True


check.failed = False


def command(program, role, folder, *options):
    lcore = "0" if role == "server" or os.cpu_count() == 1 else "1"
    return [program, "--no-huge", "--no-pci", "--no-telemetry", "-m", "128", "-l", lcore,
            f"--file-prefix=estab-memif-{os.getpid()}-{role}",
            f"--vdev=net_memif0,role={role},socket-abstract=no,socket={folder}/memif.sock",
            "--", *options]


def measure(folder):
    """@return the JSON of estab-bench and the totals of estab-echo"""
    with open(f"{folder}/echo.log", "w+") as log:
        echo = subprocess.Popen(
            command(ECHO, "server", folder, "--address", "198.18.0.2/15", "--mode", SERVICE,
                    "--port", "7", "--stats-period", "0"),
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            await_start(echo, folder)
            bench = subprocess.run(
                command(BENCH, "client", folder, "--address", "198.18.0.1/15", "--server",
                        "198.18.0.2:7", "--workload", WORKLOAD, "--connections", CONNECTIONS,
                        "--duration", "1s", "--json", "-", *OPTIONS),
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        finally:
            echo.send_signal(signal.SIGTERM)
            try:
                status = echo.wait(SECONDS)
            except subprocess.TimeoutExpired:
                echo.kill()
                status = echo.wait()
        log.seek(0)
        said = log.read()
    print(bench.stderr, said)
    check(bench.returncode == 0, f"estab-bench ended with {bench.returncode}")
    check(status == 0, f"estab-echo ended with {status}")
    totals = said.partition("\ntotals after")[2]
    return (json.loads(bench.stdout or "{}"),
            {name: int(number.replace(",", "")) for name, number in TOTAL.findall(totals)})


def await_start(echo, folder):
    last = time.monotonic() + SECONDS
    while not os.path.exists(f"{folder}/memif.sock"):
        if echo.poll() is not None or time.monotonic() > last:
            sys.exit("estab-echo did not start")
        time.sleep(0.05)


def check_result(summary, echo):
    client = summary["stacks"]["client"]
    sent, received = (client.get(f"text_bytes_{what}", 0) for what in ("sent", "received"))
    # One connection is made beforehand: with rr it has one exchange.
    beforehand = MESSAGE if WORKLOAD == "rr" else 0

    for name, nothing in (("errors", {}), ("mbufs_leaked", 0), ("tcbs_leaked", 0)):
        check(summary[name] == nothing, f"{name}: {summary[name]}")
    check(summary["connections"] == int(CONNECTIONS), f"{summary['connections']} connections")
    # A reset may come in the burst that ends the handshake: then there was none.
    cut_early = 1 if SERVICE == "chargen" else 0
    check(0 <= int(CONNECTIONS) + 1 - echo.get("connections_passive", 0) <= cut_early,
          f"connections at the server: {echo.get('connections_passive')}")
    check(echo.get("connections_open", 0) == 0, "connections are left at the server")
    check(echo.get("text_bytes_received", 0) == sent + beforehand,
          f"{echo.get('text_bytes_received')} bytes received of {sent} sent, {beforehand} beforehand")
    if SERVICE == "chargen":  # cut short: what was on its way is lost
        check(echo["text_bytes_sent"] >= received > 0, f"{received} bytes received")
    else:
        check(echo.get("text_bytes_sent", 0) == received + beforehand,
              f"{received} bytes received of {echo.get('text_bytes_sent')} sent")
        check(sent > 0, "nothing was sent")
    if SERVICE == "echo":
        check(received == sent, f"{received} bytes came back of {sent}")
    if WORKLOAD == "rr":
        check(0 < summary["transactions"] <= sent // MESSAGE, f"{summary['transactions']} transactions")


with tempfile.TemporaryDirectory() as scratch:
    os.environ["RUNTIME_DIRECTORY"] = scratch  # DPDK leaves a folder for each process behind
    result, counters = measure(scratch)
if not check.failed:
    check_result(result["summary"], counters)
sys.exit(check.failed)
