# SPDX-License-Identifier: BSD-3-Clause
"""The relay itself: what it loses, delays, reorders and has no room for, by frames sent through it
whose numbers tell what became of each."""

import socket
import struct
import subprocess
import sys
import time

from cases import case, expect, expect_equal, finish
from enter import enter, unique
from relays import a_relay
from wires import run

FRAMES = 5000
SETTLE_SECONDS = 0.5  # of silence after which no more is awaited
ALL_TYPES = 0x0003    # ETH_P_ALL
MACS = bytes.fromhex("020000000002 020000000001")
IPV4, ARP = bytes.fromhex("0800"), bytes.fromhex("0806")
TCP_HEADER = bytes.fromhex("45000028 00000000 40060000 c0000201 c0000202") + bytes(20)
BUFFER = 16 << 20


def frame(number, size=100, ethertype=IPV4):
    begin = MACS + ethertype + TCP_HEADER + struct.pack("!I", number)
    return begin + bytes(size - len(begin))


def number_of(data):
    return struct.unpack_from("!I", data, 14 + len(TCP_HEADER))[0]


class End:
    """The far end of a veth whose near end is the relay's."""

    def __init__(self, letter):
        self.near, far = f"{letter}r{unique()}", f"{letter}f{unique()}"
        run("ip", "link", "add", self.near, "type", "veth", "peer", "name", far)
        for interface in (self.near, far):
            run("sysctl", "-q", f"net.ipv6.conf.{interface}.disable_ipv6=1")
            run("ip", "link", "set", interface, "arp", "off", "up")
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_TYPES))
        self.socket.setsockopt(socket.SOL_SOCKET, 33, BUFFER)  # SO_RCVBUFFORCE
        self.socket.bind((far, ALL_TYPES))
        self.socket.settimeout(SETTLE_SECONDS)

    def send(self, frames):
        for data in frames:
            self.socket.send(data)

    def receive(self):
        """The numbers of all frames that come, until there is silence."""
        numbers = []
        while True:
            try:
                data, (_, _, kind, _, _) = self.socket.recvfrom(2048)
            except TimeoutError:
                return numbers
            if kind != socket.PACKET_OUTGOING:
                numbers.append(number_of(data))


def through(ends, *options, frames=FRAMES, size=100, ethertype=IPV4, back=False):
    """@return the numbers that arrive, and what the relay counted that way"""
    source, target = reversed(ends) if back else ends
    with a_relay(sys.argv[4], [end.near for end in ends], *options) as relay:
        source.send(frame(number, size, ethertype) for number in range(frames))
        numbers = target.receive()
    counts = relay.back if back else relay.forward
    expect_equal((counts["taken"], counts["unheard"]), (frames, 0), "frames taken and missed")
    return numbers, counts


def carries_all(ends):
    for back in (False, True):
        expect_equal(through(ends, back=back)[0], list(range(FRAMES)), "what arrives")


def loses(ends):
    found, counts = through(ends, "--loss", "10", "--seed", "7")
    expect_equal(found, sorted(set(found)), "order")
    expect_equal(counts["lost"], FRAMES - len(found), "what it says to have lost")
    expect(400 <= counts["lost"] <= 600, f"10 % of {FRAMES} are {counts['lost']}")
    expect_equal(through(ends, "--loss", "10", "--seed", "7")[0], found, "with the same seed")
    expect(through(ends, "--loss", "10", "--seed", "8")[0] != found, "another seed loses the same")


def loses_one_way(ends):
    expect_equal(len(through(ends, "--loss-back", "100", frames=100)[0]), 100, "forward")
    expect_equal(len(through(ends, "--loss-back", "100", frames=100, back=True)[0]), 0, "back")
    arp = through(ends, "--loss", "100", frames=100, ethertype=ARP)[0]
    expect_equal(len(arp), 100, "frames that are not TCP")


def delays(ends):
    """Never early; how late it may be is not for a busy machine to say."""
    begin = time.monotonic()
    found, _ = through(ends, "--delay", "200", frames=100)
    expect_equal(found, list(range(100)), "what arrives")
    expect(time.monotonic() - begin >= 0.2 + SETTLE_SECONDS, "it arrived too early")


def reorders(ends):
    found, counts = through(ends, "--delay", "50", "--reorder", "10")
    expect_equal(sorted(found), list(range(FRAMES)), "what arrives")
    expect(400 <= counts["overtaking"] <= 600, f"10 % of {FRAMES} are {counts['overtaking']}")
    overtaken = sum(later < earlier for earlier, later in zip(found, found[1:]))
    expect(overtaken > 0, "nothing was overtaken")


def has_a_queue(ends):
    """A frame takes 8 ms, so that the burst is there before the second has left."""
    found, counts = through(ends, "--rate", "1", "--queue", "10", frames=100, size=1000)
    expect_equal(len(found) + counts["queue_full"], 100, "carried and without room")
    expect_equal(found, sorted(found), "order")
    expect(11 <= len(found) <= 30, f"{len(found)} of 100 had room in a queue of 10")


def refuses(*options):
    done = subprocess.run([sys.argv[4], *options], capture_output=True, text=True, timeout=10)
    expect_equal(done.returncode, 2, "exit status")
    expect("usage: relay" in done.stderr, "no usage")


def main():
    enter()
    ends = End("a"), End("b")
    with case("frames arrive, all, in order, both ways"):
        carries_all(ends)
    with case("10 % are lost, by the seed alone"):
        loses(ends)
    with case("each way has its own loss, and only TCP is lost"):
        loses_one_way(ends)
    with case("a delay is kept, and the order"):
        delays(ends)
    with case("10 % overtake, and nothing is lost"):
        reorders(ends)
    with case("what finds the queue full is gone"):
        has_a_queue(ends)
    for options in (["--loss", "101", "a", "b"], ["--loss", "x", "a", "b"], ["a"],
                    ["--reorder", "1", "a", "b"], ["--nonsense", "a", "b"]):
        with case(f"{' '.join(options)} is refused"):
            refuses(*options)
    finish()


main()
