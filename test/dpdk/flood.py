#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""estab-bench --workload flood: what was sent was received, every packet has a fate under its name,
every kind is answered as RFC 9293 has it, and connections beside it come about.

usage: flood.py KIND LCORES ESTAB_BENCH [OPTION...]            both ends in one process
       flood.py KIND memif ESTAB_BENCH ESTAB_ECHO [OPTION...]  the server in another, over net_memif"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

KIND, LCORES, BENCH, *REST = sys.argv[1:]
SECONDS = 40
TOTAL = re.compile(r"^  (\w+) +([\d,]+)  ", re.M)
# What comes back for a packet of no connection (3.10.7.1, 3.10.7.2), and where it is dropped.
ANSWERS = {"syn": "syn_ack", "ack": "rst", "fin": "rst", "syn-ack": "rst", "rst": None}
DROPS = {"syn": None, "ack": "tcp_listen_unacceptable", "fin": "tcp_listen_unacceptable",
         "syn-ack": "tcp_listen_unacceptable", "rst": "tcp_stray_rst"}


def check(condition, what):
    if not condition:
        print(f"not ok: {what}")
        check.failed = True


check.failed = False


def eal(role, lcores):
    return ["--no-huge", "--no-pci", "--no-telemetry", "--no-shconf", "-m", "128", "-l", lcores,
            f"--file-prefix=estab-flood-{os.getpid()}-{role}"]


def bench(eal_options, *options):
    command = [BENCH, *eal_options, "--", "--workload", "flood", "--flood-with", KIND,
               "--duration", "400ms", "--legitimate-rate", "200", "--json", "-", *options]
    print(" ".join(command))
    process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=SECONDS)
    print(process.stderr)
    check(process.returncode == 0, f"estab-bench ended with {process.returncode}")
    return json.loads(process.stdout or "{}")


def check_client(summary):
    flood, legitimate = summary["flood"], summary["legitimate"]
    answers = flood["answers"]

    check(flood["with"] == KIND and flood["sent"] > 0, f"sent {flood['sent']} of {flood['with']}")
    check(legitimate["succeeded"] == legitimate["attempts"] > 0, f"beside it: {legitimate}")
    check(summary["latency_us"]["connect"]["p50"] > 0, "no latency")
    for kind, count in answers.items():
        check((count > 0) == (kind == ANSWERS[KIND]), f"answers: {answers}")
    check((summary["syn_ack_per_second"] > 0) == (KIND == "syn"), "SYN-ACKs")
    for name in "mbufs_leaked", "tcbs_leaked":
        check(summary[name] == 0, f"{name}: {summary[name]}")


def check_drops(drops, sent):
    """All that the flood has sent ended under the one name, but for what the server answers."""
    check(drops == ({DROPS[KIND]: sent} if DROPS[KIND] else {}), f"drops of {sent}: {drops}")


def check_loopback(summary):
    client, server = (summary["stacks"][name] for name in ("client", "server"))
    to, back = summary["ledger"]["to_server"], summary["ledger"]["from_server"]

    check(to["flood"] + to["client"] == to["server"] == server["rx_packets"], f"to the server {to}")
    check(back["flood"] + back["client"] == back["server"] == server["tx_packets"], f"back {back}")
    check(to["missing"] == back["missing"] == 0, "the ledger does not say so")
    check(to["client"] == client["tx_packets"] and back["client"] == client["rx_packets"], "client")
    for name, stack in ("client", client), ("server", server):
        check(stack["rx_packets"] == stack["rx_delivered"] + sum(stack["drops"].values()),
              f"{name}: packets without a fate")
    check_drops(server["drops"], to["flood"])
    # Connections come of handshakes that were meant, not of those that were not.
    check(server["connections_passive"] == summary["legitimate"]["succeeded"], "connections")
    if "rate" in summary["flood"]:
        check(summary["flood"]["sent"] <= summary["flood"]["rate"] * summary["seconds"] + 1,
              "more was sent than planned")


def command_of_echo(program, vdev):
    return [program, *eal("server", "0"), vdev.format("server"), "--", "--address", "198.18.0.2/15",
            "--mode", "echo", "--port", "7-8", "--stats-period", "0"]


def with_echo(program, folder, *options):
    """@return the JSON of estab-bench and the totals of estab-echo"""
    vdev = "--vdev=net_memif0,role={},socket-abstract=no,socket=" + folder + "/memif.sock"
    lcore = "1" if os.cpu_count() > 1 else "0"
    with open(f"{folder}/echo.log", "w+") as log:
        echo = subprocess.Popen(command_of_echo(program, vdev), stdin=subprocess.DEVNULL, stdout=log,
                                stderr=subprocess.STDOUT)
        try:
            last = time.monotonic() + SECONDS
            while not os.path.exists(f"{folder}/memif.sock"):
                if echo.poll() is not None or time.monotonic() > last:
                    sys.exit("estab-echo did not start")
                time.sleep(0.05)
            result = bench([*eal("client", lcore), vdev.format("client")], "--address",
                           "198.18.0.1/15", "--server", "198.18.0.2:7", "--server-ports", "2",
                           *options)
        finally:
            echo.send_signal(signal.SIGTERM)
            try:
                status = echo.wait(SECONDS)
            except subprocess.TimeoutExpired:
                echo.kill()
                status = echo.wait()
        log.seek(0)
        said = log.read()
    print(said)
    check(status == 0, f"estab-echo ended with {status}")
    totals = TOTAL.findall(said.partition("\ntotals after")[2])
    return result, {name: int(number.replace(",", "")) for name, number in totals}


def check_memif(summary, echo):
    ledger = summary["ledger"]
    attempts = summary["legitimate"]["attempts"]
    drops = {DROPS[KIND]: echo.get(DROPS[KIND], 0)} if DROPS[KIND] else {}

    # One connection is made beforehand. What is on the wire when estab-bench ends has no reader.
    check(echo["connections_passive"] == attempts + 1, f"connections {echo['connections_passive']}")
    check(ledger["to_server"]["flood"] >= echo["rx_packets"] - ledger["to_server"]["client"] - 8 > 0,
          f"{echo['rx_packets']} received: {ledger}")
    check(0 < ledger["from_server"]["flood"] + ledger["from_server"]["client"] <= echo["tx_packets"]
          if ANSWERS[KIND] else ledger["from_server"]["flood"] == 0, f"{echo['tx_packets']} sent: {ledger}")
    check("unaccounted" not in echo, "packets without a fate")
    if DROPS[KIND]:
        check(0 < drops[DROPS[KIND]] <= ledger["to_server"]["flood"], f"drops {drops}")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["RUNTIME_DIRECTORY"] = scratch  # DPDK leaves a folder for each process behind
        if LCORES == "memif":
            result, echo = with_echo(REST[0], scratch, *REST[1:])
        else:
            result, echo = bench(eal("both", LCORES), "--loopback", *REST), None
    if not check.failed:
        check_client(result["summary"])
    if not check.failed and echo is None:
        check_loopback(result["summary"])
    elif not check.failed:
        check_memif(result["summary"], echo)
    return check.failed


sys.exit(main())
