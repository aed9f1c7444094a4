# SPDX-License-Identifier: BSD-3-Clause
"""Ethernet frames with a TCP segment: built, also wrongly where a script says so, and read."""

import socket
import struct
from collections import namedtuple

FLAGS = {"F": 0x01, "S": 0x02, "R": 0x04, "P": 0x08, ".": 0x10, "U": 0x20, "E": 0x40, "W": 0x80}
END, NOP, MSS, WSCALE, SACK_OK, SACK, TS = 0, 1, 2, 3, 4, 5, 8
BROKEN = -1  # stands for an option whose length cannot be
ETHERNET, TCP = 14, 6
ETHERTYPE = {4: 0x0800, 6: 0x86DD}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}

# The two ends as the peer sees them: MAC and IP addresses as bytes, ports as numbers.
Ends = namedtuple("Ends", "family peer_mac stack_mac peer stack peer_port stack_port")

# What a script may get wrong; None or 0: right.
Mistakes = namedtuple("Mistakes", "badsum doff ipver ihl iplen",
                      defaults=(False, None, None, None, 0))

Segment = namedtuple("Segment", "flags seq ack win urg options text mistakes",
                     defaults=(0, b"", b"", Mistakes()))


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(family, source, target, size):
    if family == 4:
        return struct.pack("!4s4sBBH", source, target, 0, TCP, size)
    return struct.pack("!16s16sII", source, target, size, TCP)


def ip_header(ends, size, mistakes):
    version = mistakes.ipver if mistakes.ipver is not None else ends.family
    if ends.family == 6:
        return struct.pack("!IHBB16s16s", version << 28, max(0, size + mistakes.iplen), TCP, 64,
                           ends.peer, ends.stack)
    ihl = mistakes.ihl if mistakes.ihl is not None else 5
    header = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl, 0, 20 + size + mistakes.iplen, 1,
                         0x4000, 64, TCP, 0, ends.peer, ends.stack)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:]


def padded(options):
    return options + b"\0" * (-len(options) % 4)


def build(ends, segment):
    options = padded(segment.options)
    mistakes = segment.mistakes
    doff = mistakes.doff if mistakes.doff is not None else 5 + len(options) // 4
    header = struct.pack("!HHIIBBHHH", ends.peer_port, ends.stack_port, segment.seq % 2**32,
                         segment.ack % 2**32, (doff & 15) << 4, segment.flags, segment.win, 0,
                         segment.urg)
    tcp = header + options + segment.text
    total = checksum(pseudo_header(ends.family, ends.peer, ends.stack, len(tcp)) + tcp)
    total ^= 0x5555 if mistakes.badsum else 0
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    return (ends.stack_mac + ends.peer_mac + struct.pack("!H", ETHERTYPE[ends.family]) +
            ip_header(ends, len(tcp), mistakes) + tcp)


def stack_port_of(frame, family):
    """Of a frame from the stack; None: no TCP segment of that family."""
    ip = frame[ETHERNET:]
    if len(ip) < 40 or struct.unpack("!H", frame[12:14])[0] != ETHERTYPE[family]:
        return None
    protocol, begin = (ip[9], (ip[0] & 15) * 4) if family == 4 else (ip[6], 40)
    return struct.unpack("!H", ip[begin:begin + 2])[0] if protocol == TCP else None


def parse(frame, family):
    """@return a Segment; a wrong checksum is an AssertionError"""
    ip = frame[ETHERNET:]
    if family == 4:
        begin, total = (ip[0] & 15) * 4, struct.unpack("!H", ip[2:4])[0]
        source, target = ip[12:16], ip[16:20]
    else:
        begin, total = 40, 40 + struct.unpack("!H", ip[4:6])[0]
        source, target = ip[8:24], ip[24:40]
    tcp = ip[begin:total]
    assert checksum(pseudo_header(family, source, target, len(tcp)) + tcp) == 0, "bad checksum"
    _, _, seq, ack, doff, flags, win, _, urg = struct.unpack("!HHIIBBHHH", tcp[:20])
    size = (doff >> 4) * 4
    return Segment(flags, seq, ack, win, urg, tcp[20:size], tcp[size:])


def split_options(options):
    """@return a list of (kind, value), without padding; what cannot be read ends it, as BROKEN"""
    found = []
    while options and options[0] != END:
        if options[0] == NOP:
            options = options[1:]
            continue
        size = options[1] if len(options) > 1 else 0
        if size < 2 or size > len(options):
            found.append((BROKEN, b""))
            break
        found.append((options[0], options[2:size]))
        options = options[size:]
    return found


def flags_text(flags):
    return "".join(name for name in "SFRP.UEW" if flags & FLAGS[name])
