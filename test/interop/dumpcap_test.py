# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-dumpcap, a process of its own, captures from a running estab-echo: a handshake, text and both FINs, as
tshark reads them. That needs hugepages, which the test takes and gives back; without them it is said that it
cannot be. Skipped where the kernel has none to give."""

import os
import signal
import subprocess
import time

from cases import case, expect, expect_equal, finish
from captures import read
from enter import INSIDE, enter, skip, unique, which_are_missing
from hugepages import hugepages, number, set_pages, why_none
from peers import connect, receive_exactly
from programs import Echo, estab_echo
from wires import tap

PORT = 7
MEGABYTES = 512  # two processes, each of which maps what both share, and what the second takes
ECHO_MEGABYTES = 128
FOLDER = "/run/hugepages"
SECONDS = 20
READY = "dpdk-dumpcap can capture here\n"
STARTED = "Packets captured: "  # when the ports have been asked, too
SYN, FIN = 2, 1


class HugeEcho(Echo):
    """With hugepages in the place of --no-huge."""

    @staticmethod
    def words(wire, options, lcores):
        words = Echo.words(wire, options, lcores)
        words[words.index("--no-huge")] = f"--huge-dir={FOLDER}"
        words[words.index("-m") + 1] = str(ECHO_MEGABYTES)
        return words


def await_true(what, otherwise):
    last = time.monotonic() + SECONDS
    while not what():
        expect(time.monotonic() < last, otherwise())
        time.sleep(0.05)


def said_by(path):
    with open(path) as file:
        return file.read()


def talk(family):
    with connect(family, PORT) as conn:
        conn.sendall(b"who sees this?")
        expect_equal(receive_exactly(conn, 14), b"who sees this?", "the echo")


def dumpcap(path, log):
    """Writes its file to there until it is interrupted."""
    return subprocess.Popen(["dpdk-dumpcap", f"--file-prefix=interop-{unique()}", "-i", "net_tap0", "-w", path],
                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)


def capture(path):
    """Connections of both families are captured from beginning to end."""
    log_path = f"{path}.log"
    with open(log_path, "w") as log:
        process = dumpcap(path, log)
        try:
            await_true(lambda: STARTED in said_by(log_path) or process.poll() is not None,
                       lambda: f"dpdk-dumpcap does not begin: {said_by(log_path)}")
            expect(process.poll() is None, f"dpdk-dumpcap did not begin: {said_by(log_path)}")
            for family in 4, 6:
                talk(family)
            time.sleep(1)  # it looks for packets every few microseconds, if it is let
            process.send_signal(signal.SIGINT)
            expect_equal(process.wait(SECONDS), 0, f"dpdk-dumpcap, after it said {said_by(log_path)}")
        finally:
            process.kill()
            process.wait()


def judge(path):
    for family in "ip", "ipv6":
        flags = [int(line.split()[0], 16) for line in
                 read(path, f"{family} && tcp.port == {PORT}", ["tcp.flags"])]
        expect(len(flags) >= 6 and flags[0] == SYN, f"{family}: {flags}")
        for flag, name in (SYN, "SYNs"), (FIN, "FINs"):
            expect_equal(sum(found & flag != 0 for found in flags), 2, f"{family}: {name}, of {flags}")


def try_with_hugepages():
    path = "/run/dumpcap.pcapng"
    with hugepages(MEGABYTES, FOLDER), tap() as wire:
        echo = HugeEcho(wire, ["--stats-period", "0"], "0")
        try:
            echo.await_start()
            wire.bring_up()
            with case("with hugepages it says that dpdk-dumpcap can capture"):
                expect(READY in echo.said(), echo.said())
            with case("dpdk-dumpcap runs beside it"):
                capture(path)
            with case("and has each connection from its SYN to both FINs"):
                judge(path)
            with case("which goes on"):
                talk(4)
        finally:
            status = echo.end()
        with case("and ends as ever"):
            expect_equal(status, 0, f"after it said\n{echo.said()}\n")


def try_without():
    with estab_echo("tap") as echo:
        with case("without hugepages it does not say so"):
            expect(READY not in echo.said(), echo.said())


def main():
    if os.geteuid() != 0:
        skip("needs root for hugepages and namespaces")
    if INSIDE not in os.environ:
        reason = which_are_missing("dpdk-dumpcap") or why_none(MEGABYTES)
        if reason:
            skip(reason)
    before = number("nr_hugepages")
    try:
        enter("dpdk-dumpcap", "tshark")
    except SystemExit:  # outside: whatever has become of those inside
        if before != number("nr_hugepages"):
            set_pages(before)
        raise
    try_with_hugepages()
    with case("all pages are given back"):
        expect_equal(number("nr_hugepages"), before, "hugepages")
    try_without()
    finish()


main()
