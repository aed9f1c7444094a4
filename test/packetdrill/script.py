# SPDX-License-Identifier: BSD-3-Clause
"""A script as packetdrill is to see it here.

Its shell commands would turn the host's knobs. What they say of the stack under test becomes flags
of the adapter, a question for sockets in a state is asked of the adapter's own list, and nothing
else is executed. Some scripts have a branch for what the standard says and one for what FreeBSD does:
the caller chooses.
"""

import re
from dataclasses import dataclass

# What a sysctl sets, as flags of the adapter: see profiles.c. None: of no concern here.
SYSCTLS = {
    "net.inet.tcp.ecn.enable": ["ecn"],
    "net.inet.tcp.sack.enable": ["sack"],
    "net.inet.tcp.rfc1323": ["timestamps", "window_scale"],
    "net.inet.tcp.recvspace": ["receive_buffer"],
    "net.inet.tcp.sendspace": ["send_buffer"],
    "net.inet.tcp.delacktime": ["delayed_ack_ms"],
    "net.inet.tcp.rexmit_initial": ["rto_initial_ms"],
    "net.ipv4.tcp_ecn": ["ecn"],
    "net.ipv4.tcp_sack": ["sack"],
    "net.ipv4.tcp_timestamps": ["timestamps"],
    "net.ipv4.tcp_window_scaling": ["window_scale"],
    "net.ipv4.tcp_min_tso_segs": ["push_segments"],
}

# Names that only FreeBSD's packetdrill knows; the numbers are FreeBSD's.
NAMES = {"TCP_KEEPINIT": "128"}

COMMANDS = re.compile(r"`([^`]*)`")
SETTING = re.compile(r"(?:^|\s)(?:/proc/sys/)?([a-z][\w./]*)=(\S+)")
FIRST_SOCKET = re.compile(r"\bsocket\(")
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


@dataclass
class Prepared:
    text: str
    flags: list
    ip_version: int


def has_branches(path):
    return "#ifdef" in path.read_text(errors="replace")


def take_branch(text, branch):
    """#ifdef BRANCH ... #endif stays, every other branch goes."""
    lines = []
    keep = [True]
    for line in text.splitlines():
        word = line.split()
        if word[:1] == ["#ifdef"]:
            keep.append(keep[-1] and word[1] == branch)
        elif word[:1] == ["#endif"]:
            keep.pop()
        elif keep[-1]:
            lines.append(line)
            continue
        lines.append("")  # line numbers stay
    return "\n".join(lines) + "\n"


def settings(command):
    """sysctl -w a.b=1, sysctl -q a.b=1, set_sysctls.py /proc/sys/a/b=1"""
    if "sysctl" not in command:
        return
    for name, value in SETTING.findall(command):
        yield name.replace("/", "."), value


def replacement(command):
    """What is executed instead."""
    if "sockstat" in command:
        return re.sub(r"sockstat[^|]*", "cat \"$ESTAB_PACKETDRILL_STATES\" ", command)
    return "true"


def window_scale(buffer):
    """FreeBSD's: with which the largest possible buffer could be announced."""
    scale = 0
    while scale < 14 and 65535 << scale < buffer:
        scale += 1
    return scale


def flags_of(text):
    """The last value that is set before there is a socket."""
    first = FIRST_SOCKET.search(text)
    flags = {}
    for match in COMMANDS.finditer(text, 0, first.start() if first else len(text)):
        for name, value in settings(match.group(1)):
            for flag in SYSCTLS.get(name, []):
                flags[flag] = value
            if name == "kern.ipc.maxsockbuf":
                flags["window_scale_min"] = window_scale(int(value))
    return [f"{flag}={value}" for flag, value in flags.items()]


def prepare(path, branch):
    text = take_branch(path.read_text(errors="replace"), branch)
    bare = COMMENT.sub("", text)
    flags = flags_of(bare)
    mtu = re.search(r"^--mtu=(\d+)", text, re.MULTILINE)
    if mtu:
        flags.append(f"mtu={mtu.group(1)}")
    version = 6 if re.search(r"^--ip_version=ipv6\b", text, re.MULTILINE) else 4
    for name, number in NAMES.items():
        bare = bare.replace(name, number)
    return Prepared(COMMANDS.sub(lambda match: f"`{replacement(match.group(1))}`", bare), flags,
                    version)
