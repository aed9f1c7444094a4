#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--capture of estab-bench, read by tshark: every connection from its SYN to its last FIN, with checksums that
are right; and what a filter, or a reader who goes, makes of it.

usage: capture.py ESTAB_BENCH LCORES"""

import collections
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

from programs import SECONDS, check, eal, end, run_bench

BENCH, LCORES = sys.argv[1:]
SKIPPED = 77
RATE = "300"  # slow enough for any disk
SYN, FIN, RST = 2, 1, 4
TSHARK = ["tshark", "-n", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]
BAD = ('_ws.malformed || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || '
       'tcp.flags.reset == 1 || tcp.analysis.ack_lost_segment')


def command(path, *options):
    return [BENCH, *eal("capture", LCORES), "--", "--loopback", "--workload", "crr", "--rate", RATE,
            "--duration", "1s", "--json", "-", "--capture", path, *options]


def read(path, display_filter="tcp"):
    """@return of each packet that it selects: connection, flags, length of the text"""
    done = subprocess.run([*TSHARK, "-r", path, "-Y", display_filter, "-T", "fields", "-e", "tcp.stream",
                           "-e", "tcp.flags", "-e", "tcp.len"],
                          capture_output=True, text=True, timeout=SECONDS, check=False)
    check(done.returncode == 0, f"tshark: {done.stderr}")
    return [(int(stream), int(flags, 16), int(length))
            for stream, flags, length in map(str.split, done.stdout.splitlines())]


def check_whole(folder):
    path = f"{folder}/all.pcap"
    connections = run_bench(command(path, "--request-size", "100", "--response-size", "4000"))
    connections = connections["summary"]["connections"]
    streams = collections.defaultdict(list)
    for stream, flags, length in read(path):
        streams[stream].append((flags, length))
    check(len(streams) >= connections > 0, f"{len(streams)} in the file, {connections} counted")
    for number, packets in streams.items():
        check(packets[0][0] == SYN, f"connection {number} begins with {packets[0]}")
        for flag, name in (SYN, "SYNs"), (FIN, "FINs"):
            count = sum(flags & flag != 0 for flags, _ in packets)
            check(count >= 2, f"connection {number}: {count} {name}")
        check(sum(length for _, length in packets) >= 4100, f"connection {number}: {packets}")
    bad = read(path, f"tcp && ({BAD})")
    check(not bad, f"bad packets: {bad[:5]}")


def check_filter(folder):
    path = f"{folder}/syns.pcap"
    connections = run_bench(command(path, "--capture-filter", "tcp[tcpflags] & tcp-syn != 0",
                                    "--capture-snaplen", "54"))["summary"]["connections"]
    packets = read(path, "frame.cap_len == 54 && frame.len > 54")
    check(all(flags & SYN for _, flags, _ in packets), "not SYNs only")
    check(len(packets) >= 2 * connections > 0, f"{len(packets)} SYNs of {connections} connections")


def check_reader_who_goes(folder):
    """One line says so, the measurement goes on, and the exit code tells that something is missing."""
    path = f"{folder}/pipe"
    os.mkfifo(path)

    def read_some():
        with open(path, "rb") as pipe:
            pipe.read(3000)

    reader = threading.Thread(target=read_some)
    reader.start()
    done = subprocess.run(command(path), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    reader.join()
    said = [line for line in done.stderr.splitlines() if line.startswith("estab-bench: ")]
    check(done.returncode == 1 and said == [f"estab-bench: capture {path}: ended: Broken pipe"],
          f"exit code {done.returncode}, {said}")
    check('"summary"' in done.stdout, "no result")


def check_reader_who_stops(folder):
    """It holds up no end: the result is there, and one line tells what is missing."""
    path = f"{folder}/stopped"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    done = subprocess.run(command(path), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    os.close(reader)
    said = [line for line in done.stderr.splitlines() if line.startswith("estab-bench: ")]
    check(done.returncode == 1 and said == [f"estab-bench: capture {path}: ended: its reader reads no more"],
          f"exit code {done.returncode}, {said}")
    check('"summary"' in done.stdout, "no result")


def check_no_reader(folder):
    """It is waited for, which is said, and a signal ends that."""
    path = f"{folder}/unread"
    os.mkfifo(path)
    with subprocess.Popen(command(path), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.readline()
        status = end(process)
    check(said == f"estab-bench: --capture {path}: waits for somebody to read it\n", said)
    check(status == -signal.SIGTERM, f"ended with {status}")


if not shutil.which("tshark"):
    print("not installed: tshark")
    sys.exit(SKIPPED)
with tempfile.TemporaryDirectory() as temporary:
    for part in check_whole, check_filter, check_reader_who_goes, check_reader_who_stops, check_no_reader:
        part(temporary)
sys.exit(check.failed)
