# SPDX-License-Identifier: BSD-3-Clause
"""SYNs from everywhere, as fast as hping3 can: those who mean it still get their connection."""

import subprocess
import time
from contextlib import contextmanager

from captures import captured, judge_capture
from cases import case, expect, expect_equal, finish, note
from enter import enter
from peers import connect, send_and_close_first
from programs import estab_echo
from wires import ESTAB, FAMILIES, KERNEL

PORT = 7
LEGITIMATE = 50  # per family
FLOOD_SECONDS = 5  # at most: it ends with its block
HEAD_START_SECONDS = 0.5
SYNS_LEAST = 5_000  # below that it was no flood


@contextmanager
def flood(interface):
    command = ["timeout", str(FLOOD_SECONDS), "hping3", "--flood", "-S", "--rand-source", "-q",
               "-n", "-I", interface, "-p", str(PORT), ESTAB[4]]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL)
    try:
        time.sleep(HEAD_START_SECONDS)
        expect(process.poll() is None, f"hping3 ended with {process.returncode}")
        yield process
    finally:
        process.terminate()
        process.wait()


def exchange(family, number):
    text = f"I mean it, {number}".encode()
    with connect(family, PORT) as conn:
        expect_equal(send_and_close_first(conn, text), text, "the echo")


def succeed_meanwhile(interface):
    with flood(interface) as process:
        begin = time.monotonic()
        for number in range(LEGITIMATE):
            for family in FAMILIES:
                exchange(family, number)
        note(f"100 connections in {time.monotonic() - begin:.1f} s under flood")
        expect(process.poll() is None, "the flood ended before them")


def flood_with(cookies):
    own = f"host {KERNEL[4]} or host {KERNEL[6]} or arp or icmp6"
    with estab_echo("veth", "--syn-cookies", cookies) as echo:
        with captured(echo.wire, capture_filter=own) as capture:
            with case(f"SYN cookies {cookies}: 100 connections succeed during a SYN flood"):
                succeed_meanwhile(echo.wire.interface)
    judge_capture(capture, f" SYN cookies {cookies}")
    note(f"{echo.total('syn_received')} SYNs, {echo.total('syn_cookies_sent')} cookies sent")
    with case(f"SYN cookies {cookies}: the flood got cookies, and no connection came of it"):
        expect(echo.total("syn_received") >= SYNS_LEAST, f"only {echo.total('syn_received')} SYNs")
        expect(echo.total("syn_cookies_sent") >= SYNS_LEAST // 2, "hardly any cookies")
        expect_equal(echo.total("connections_passive"), 2 * LEGITIMATE, "connections_passive")
        expect_equal(echo.total("connections_closed"), 2 * LEGITIMATE, "connections_closed")
    return echo


def main():
    enter("hping3", "timeout", "ethtool", "dumpcap", "tshark")
    flood_with("auto")
    echo = flood_with("always")
    with case("SYN cookies always: every connection was established by a cookie"):
        expect_equal(echo.total("syn_cookies_accepted"), 2 * LEGITIMATE, "syn_cookies_accepted")
        expect_equal(echo.total("syn_cookies_sent"), echo.total("syn_ack_sent"), "syn_cookies_sent")
    finish()


main()
