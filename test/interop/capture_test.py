# SPDX-License-Identifier: BSD-3-Clause
"""--capture of estab-echo beside dumpcap at the kernel's end of the wire: the same packets, octet by octet, both
ways; checksums that the device writes are the only difference, and are said."""

import os
import struct
import subprocess

from captures import captured
from cases import case, expect, expect_equal, finish, note
from enter import enter, unique
from peers import connect, receive_all, receive_exactly
from programs import Echo, estab_echo
from wires import FAMILIES, MAKERS

PORT = 7
READ_SECONDS = 30
FILTER = f"tcp port {PORT}"
SAID = "; checksums of what is sent are the device's to write, and not right there"
NANOSECONDS = 0xa1b23c4d
ETHERNET = 1
HEADERS = {0x0800: 14 + 20, 0x86dd: 14 + 40}  # of Ethernet and IP: what stands before TCP's


def frames(path):
    """Those of a file of libpcap's, with their times in seconds."""
    with open(path, "rb") as file:
        magic, _, _, _, _, _, link = struct.unpack("<IHHiIII", file.read(24))
        expect_equal((magic, link), (NANOSECONDS, ETHERNET), "head of the file")
        found = []
        while head := file.read(16):
            seconds, nanoseconds, kept, length = struct.unpack("<IIII", head)
            expect_equal(kept, length, "octets kept of a packet")
            found.append((seconds + nanoseconds / 1e9, file.read(kept)))
        return found


def frames_of_dumpcap(capture):
    path = f"{capture.path}.nsec"
    subprocess.run(["tshark", "-r", capture.path, "-F", "nsecpcap", "-w", path], check=True,
                   capture_output=True, timeout=READ_SECONDS)
    return frames(path)


def without_checksums(frame):
    """Of IPv4's header and TCP's."""
    kind = int.from_bytes(frame[12:14], "big")
    octets = bytearray(frame)
    if kind == 0x0800:
        octets[24:26] = b"\0\0"
    octets[HEADERS[kind] + 16:HEADERS[kind] + 18] = b"\0\0"
    return bytes(octets)


def talk(family):
    """A handshake, some text to and fro in more than one segment, and both ends of file."""
    text = os.urandom(20_000)
    with connect(family, PORT) as conn:
        conn.sendall(text)
        expect_equal(receive_exactly(conn, len(text)), text, "the echo")
        conn.shutdown(1)
        expect_equal(receive_all(conn), b"", "after our end of file")


def compare(ours, theirs, mac, exact):
    """Each way for itself: what passes both ends is in order, and the two clocks are one."""
    for name, is_of in ("sent", lambda frame: frame[6:12] == mac), \
                       ("received", lambda frame: frame[6:12] != mac):
        form = bytes if exact or name == "received" else without_checksums
        here = [form(frame) for _, frame in ours if is_of(frame)]
        there = [form(frame) for _, frame in theirs if is_of(frame)]
        expect(len(here) > 20, f"only {len(here)} packets {name}")
        expect_equal(len(here), len(there), f"number of packets {name}")
        for number, (one, other) in enumerate(zip(here, there)):
            expect_equal(one.hex(), other.hex(), f"packet {number} {name}")
    apart = max(abs(one[0] - other[0]) for one, other in zip(ours[:1], theirs[:1]))
    note(f"the first packet, {apart * 1e6:.0f} us apart")
    expect(apart < 60, f"times {apart} s apart")


def mac_of(echo):
    """As the first lines tell it."""
    words = echo.said().partition("MAC ")[2].split()
    return bytes.fromhex(words[0].rstrip(",").replace(":", ""))


def try_wire(wire):
    path = f"/run/echo-{unique()}-{wire.replace(' ', '-')}.pcap"
    with estab_echo(wire, "--capture", path, "--capture-filter", FILTER) as echo:
        said = f"capture: {FILTER} to {path}, up to 1000000000 bytes"
        with captured(echo.wire, FILTER) as capture:
            for family in FAMILIES:
                with case(f"{wire} IPv{family}: an echo while packets are captured"):
                    talk(family)
        exact = SAID not in echo.said()
        with case(f"{wire}: it says what is captured"):
            expect(said in echo.said(), echo.said())
            expect_equal(exact, wire.startswith("veth"), "checksums are ours to write")
    with case(f"{wire}: the file has the packets that passed the kernel's end"):
        expect_equal(capture.counts()[1], 0, "packets that dumpcap lost")
        compare(frames(path), frames_of_dumpcap(capture), mac_of(echo), exact)
    with case(f"{wire}: at the end it says how many there are"):
        expect(f"capture: {len(frames(path))} packets in {path}\n" in echo.said(), echo.said())


def try_full_disk():
    """A disk of 64 KB: one line, and the server goes on; what the file has ends with a whole packet."""
    folder = "/run/small"
    os.mkdir(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
    path = f"{folder}/full.pcap"
    line = f"estab-echo: capture {path}: ended: No space left on device\n"
    with MAKERS["veth"]() as wire:
        echo = Echo(wire, ["--capture", path, "--stats-period", "0"], "0")
        echo.await_start()
        wire.bring_up()
        with case("veth: on a full disk the capture ends, and nothing else"):
            for _ in range(5):
                for family in FAMILIES:
                    talk(family)
            expect(line in echo.said(), echo.said())
        status = echo.end()
    with case("veth: it is said once, and by the exit code"):
        expect_equal((status, echo.said().count(line)), (1, 1), f"after it said\n{echo.said()}\n")
    with case("veth: what is there can be read"):
        expect(len(frames(path)) > 10, "nothing was written")


def main():
    enter("ethtool", "dumpcap", "tshark")
    for wire in "veth", "tap":
        try_wire(wire)
    try_full_disk()
    finish()


main()
