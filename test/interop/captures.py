# SPDX-License-Identifier: BSD-3-Clause
"""Everything that passes the kernel's end of a wire, written by dumpcap and read by tshark.

tshark checks what estab computes: every checksum, every header and the run of every connection.
What the kernel computes is not judged: it may write a TCP checksum of 0 as 0xffff (CSUM_MANGLED_0).
Nor is a checksum of 0xffff that net_tap computes (tap_tx_l4_cksum and its like): one packet in 65,536.
What dumpcap itself lost is counted; where it lost something, tshark's view of gaps means nothing.
"""

import itertools
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

from cases import case, expect, expect_equal

START_SECONDS = 10
READ_SECONDS = 60
LAST_PACKETS_SECONDS = 0.3  # dumpcap takes them from the kernel's ring in turns of 0.1 s
numbers = itertools.count()  # one for each capture of this test
KEEP = os.environ.get("ESTAB_INTEROP_KEEP")  # a folder where the captures shall stay
DROPPED = re.compile(r"Packets received/dropped on interface .*?: (\d+)/(\d+)")
BAD = [
    "_ws.malformed",
    '_ws.expert.severity == "Error"',
    'ip.checksum.status == "Bad"',
    'tcp.checksum.status == "Bad"',
    'icmp.checksum.status == "Bad"',
    'icmpv6.checksum.status == "Bad"',
]
GAPS = ["tcp.analysis.ack_lost_segment"]  # acknowledged what the other side had not sent
REPEATS = ["tcp.analysis.retransmission", "tcp.analysis.duplicate_ack"]
# The other zero of ones' complement, which every receiver takes, and tshark doesn't (RFC 1624 3).
OTHER_ZERO = "ip.checksum == 0xffff || tcp.checksum == 0xffff"
# What a wire without loss gives no reason for, whoever sends it.
UNCALLED_FOR = [
    "tcp.analysis.lost_segment",
    "tcp.analysis.out_of_order",
    "tcp.flags.reset == 1",
]
TSHARK = ["tshark", "-n", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]


def read(path, display_filter, fields):
    """One line for each packet that the filter selects."""
    wanted = [word for field in fields for word in ("-e", field)]
    done = subprocess.run(
        [*TSHARK, "-r", path, "-Y", display_filter, "-T", "fields", "-E", "separator=/s", *wanted],
        capture_output=True, text=True, timeout=READ_SECONDS)
    expect(done.returncode == 0, f"tshark cannot read the capture: {done.stderr}")
    return done.stdout.splitlines()


def judge(path, rules, sent_by_others="frame.number == 0"):
    """Complains about the packets that one of the rules names, with tshark's reasons."""
    lines = read(path, f"({' || '.join(rules)}) && !({sent_by_others})",
                 ("frame.number", "_ws.col.Info", "_ws.expert.message"))
    expect(not lines, "\n".join([f"{len(lines)} bad packets, such as", *lines[:5]]))


class Capture:
    """capture_filter and count are dumpcap's: which packets, and how many; 0: all."""

    def __init__(self, wire, capture_filter="", count=0):
        self.wire = wire
        self.partial = bool(capture_filter)
        self.path = f"/run/{next(numbers)}.pcapng"
        self.messages = f"{self.path}.messages"
        command = ["dumpcap", "-q", "-i", wire.interface, "-B", "64", "-w", self.path]
        if capture_filter:
            command += ["-f", capture_filter]
        if count:
            command += ["-c", str(count)]
        with open(self.messages, "w") as messages:
            self.process = subprocess.Popen(command, stderr=messages, stdin=subprocess.DEVNULL)
        self.await_start()

    def said(self):
        with open(self.messages) as messages:
            return messages.read()

    def await_start(self):
        last = time.monotonic() + START_SECONDS
        while "File: " not in self.said():
            expect(self.process.poll() is None and time.monotonic() < last,
                   f"dumpcap did not start: {self.said()}")
            time.sleep(0.02)

    def end(self):
        time.sleep(LAST_PACKETS_SECONDS)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(START_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
        if KEEP:
            shutil.copy(self.path, f"{KEEP}/{time.time():.3f}.pcapng")

    def counts(self):
        """Packets captured and lost."""
        found = DROPPED.search(self.said())
        expect(found, f"dumpcap gave no counts: {self.said()}")
        return int(found[1]), int(found[2])


def expect_no_reset(capture, port):
    """From estab on a connection that it had not ended by FIN. After it a RST is right: the kernel
    may put a late ACK behind the last one, when it sends from two cores."""
    sent = f"tcp.srcport == {port} && tcp.flags"
    resets = set(read(capture.path, f"{sent}.reset == 1", ["tcp.stream"]))
    ended = set(read(capture.path, f"{sent}.fin == 1", ["tcp.stream"]))
    expect(resets <= ended, f"resets in the streams {', '.join(resets - ended)}")


def others(wire):
    """A display filter for the packets that estab has not written as they are."""
    kernel = f"eth.src == {wire.kernel_mac}"
    return f"{kernel} || {OTHER_ZERO}" if wire.name.startswith("tap") else kernel


@contextmanager
def captured(wire, capture_filter="", count=0):
    """While the block runs. Judge it when estab-echo has ended: polling, it takes a whole core."""
    capture = Capture(wire, capture_filter, count)
    try:
        yield capture
    finally:
        capture.end()


def judge_capture(capture, what=""):
    """A case of its own."""
    name = f"{capture.wire.name}{what}: tshark finds nothing wrong in the packets"
    with case(name, READ_SECONDS):
        packets, lost = capture.counts()
        expect(packets > 0, "nothing was captured")
        judge(capture.path, BAD if lost or capture.partial else [*BAD, *GAPS], others(capture.wire))


def judge_silence(capture, what="", rules=(*UNCALLED_FOR, *REPEATS)):
    """A case of its own, stricter: nothing lost, nothing twice, no reset, from either side. Only for
    what leaves room in the queues of the wire."""
    judge_capture(capture, what)
    with case(f"{capture.wire.name}{what}: nor a gap, a repetition or a reset", READ_SECONDS):
        expect_equal(capture.counts()[1], 0, "packets that dumpcap lost")
        judge(capture.path, rules)
