# SPDX-License-Identifier: BSD-3-Clause
"""The judge itself: in captures made by hand it finds each fault that was put in, and no other."""

import os
import socket
import struct
import tempfile

from captures import BAD, GAPS, OTHER_ZERO, judge
from cases import case, expect, finish
from enter import skip, which_are_missing

ETHERNET4 = bytes.fromhex("020000000002 020000000001 0800")
ETHERNET6 = bytes.fromhex("020000000002 020000000001 86dd")
SOURCE4, TARGET4 = (socket.inet_aton(a) for a in ("192.0.2.1", "192.0.2.2"))
SOURCE6, TARGET6 = (socket.inet_pton(socket.AF_INET6, a) for a in ("2001:db8::1", "2001:db8::2"))
TCP, ICMP, ICMPV6 = 6, 1, 58
SYN, ACK = 0x02, 0x10


def checksum(data):
    words = struct.unpack(f"!{len(data) // 2}H", data)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def with_checksum(data, at, pseudo=b"", error=0):
    """The message, of even length and 0 at that place: its checksum there, plus an error."""
    value = (checksum(pseudo + data) + error) & 0xFFFF
    return data[:at] + struct.pack("!H", value) + data[at + 2:]


def ipv4(protocol, message, error=0, ends=(SOURCE4, TARGET4)):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 1, 0, 64, protocol, 0, *ends)
    return ETHERNET4 + with_checksum(header, 10, error=error) + message


def ipv6(protocol, message):
    ends = SOURCE6 + TARGET6
    return ETHERNET6 + struct.pack("!IHBB", 6 << 28, len(message), protocol, 64) + ends + message


def pseudo6(protocol, message):
    return struct.pack("!16s16sII", SOURCE6, TARGET6, len(message), protocol)


def tcp(error=0, flags=SYN, offset=5, ports=(1024, 1025), seq=1, ack=0, text=b""):
    segment = struct.pack("!HHIIBBHHH", *ports, seq, ack, offset << 4, flags, 1000, 0, 0) + text
    pseudo = struct.pack("!4s4sHH", SOURCE4, TARGET4, TCP, len(segment))
    return with_checksum(segment, 16, pseudo, error)


def ping4(error=0):
    return with_checksum(struct.pack("!BBHHH", 8, 0, 0, 1, 1), 2, error=error)


def ping6(error=0):
    message = struct.pack("!BBHHH", 128, 0, 0, 1, 1)
    return with_checksum(message, 2, pseudo6(ICMPV6, message), error)


def other_zero():
    """A segment whose checksum is 0, and stands there as 0xffff."""
    text = tcp(text=bytes(2))[16:18]
    return ipv4(TCP, tcp(text=text, error=-1))


def acknowledged_too_far():
    there = (1026, 1027)
    back = (1027, 1026)
    ends_back = (TARGET4, SOURCE4)
    return [ipv4(TCP, tcp(ports=there)),
            ipv4(TCP, tcp(ports=back, flags=SYN | ACK, seq=5, ack=2), ends=ends_back),
            ipv4(TCP, tcp(ports=there, flags=ACK, seq=2, ack=6, text=b"text")),
            ipv4(TCP, tcp(ports=back, flags=ACK, seq=6, ack=5000), ends=ends_back)]


GOOD = [ipv4(TCP, tcp()), ipv4(ICMP, ping4()), ipv6(ICMPV6, ping6())]
FAULTS = {
    "a truncated header": [ipv4(TCP, tcp()[:10])],
    "a wrong IPv4 checksum": [ipv4(TCP, tcp(), error=1)],
    "a wrong TCP checksum": [ipv4(TCP, tcp(error=1))],
    "a wrong ICMP checksum": [ipv4(ICMP, ping4(error=1))],
    "a wrong ICMPv6 checksum": [ipv6(ICMPV6, ping6(error=1))],
    "a data offset below 5": [ipv4(TCP, tcp(offset=4))],
    "an ACK of what was never sent": acknowledged_too_far(),
}


def write_capture(path, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, packet in enumerate(packets):
            file.write(struct.pack("<IIII", 1, number, len(packet), len(packet)) + packet)


def complaint(path, packets, sent_by_others="frame.number == 0"):
    write_capture(path, packets)
    try:
        judge(path, [*BAD, *GAPS], sent_by_others)
    except AssertionError as failure:
        return str(failure)
    return ""


def main():
    missing = which_are_missing("tshark")
    if missing:
        skip(missing)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "capture.pcap")
        with case("good packets pass"):
            expect(not complaint(path, GOOD), complaint(path, GOOD))
        for fault, packets in FAULTS.items():
            with case(f"{fault} is found, and nothing else"):
                found = complaint(path, GOOD + packets)
                expect(found.startswith("1 bad packet"), f"the judge says: {found or 'nothing'}")
                expect(f"\n{len(GOOD + packets)} " in found, f"not the last packet: {found}")
        with case("a checksum of 0 written as 0xffff is found, unless a driver may have written it"):
            expect("0xffff instead of 0x0000" in complaint(path, [other_zero()]), "not found")
            found = complaint(path, [other_zero(), *FAULTS["a wrong TCP checksum"]], OTHER_ZERO)
            expect(found.startswith("1 bad packet"), f"the judge says: {found or 'nothing'}")
            expect("\n2 " in found, f"not the last packet: {found}")
    finish()


main()
