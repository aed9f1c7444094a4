# SPDX-License-Identifier: BSD-3-Clause
"""A script as text: one step a line, README.md tells which there are."""

import re
from collections import namedtuple

from segments import FLAGS, MSS, NOP, SACK, SACK_OK, TS, WSCALE, Mistakes

# kind: "segment", "wait", "fill" or "call". seq, ack: (name of a base, what to add).
Step = namedtuple("Step", "text kind flags seq length other ack win urg options mistakes words",
                  defaults=("", None, 0, False, None, None, 0, None, Mistakes(), ()))
Script = namedtuple("Script", "name steps buffer")

SEGMENT = re.compile(r"<\s+(?P<flags>[SFRP.UEW]+|-)\s+(?P<seq>[^\s(!]+)(\((?P<length>\d+)\))?"
                     r"(?P<other>!?)(?P<rest>.*)$")
NUMBER = re.compile(r"(?P<base>[a-z]*)(?P<offset>[+-]?\d*)$")
BASES = ("", "nxt", "edge", "sent", "all", "una")
CALLS = {"listen": 1, "unlisten": 0, "accept": 0, "connect": 0, "write": 1, "write_more": 1,
         "write_urgent": 1, "read": 1, "waiting": 0, "shutdown": 0, "close": 0, "abort": 0,
         "error": 0, "state": 0, "nodelay": 1, "cork": 1}
ALL_FLAGS = 0xFF


class BadScript(Exception):
    """Says what is wrong with which line."""


def number(text):
    found = NUMBER.match(text)
    if not found or found["base"] not in BASES:
        raise BadScript(f"no number: {text}")
    return found["base"], int(found["offset"] or 0)


def option(text):
    """One option: bytes, or a function of the peer (play.py) that gives them."""
    word, *values = text.split()
    if word == "mss":
        return bytes([MSS, 4]) + int(values[0]).to_bytes(2, "big")
    if word == "wscale":
        return bytes([WSCALE, 3, int(values[0])])
    if word == "sackOK":
        return bytes([SACK_OK, 2])
    if word == "nop":
        return bytes([NOP])
    if word == "raw":
        return bytes.fromhex("".join(values))
    if word == "TS":
        fields = dict(zip(values[::2], values[1::2]))
        return lambda peer: bytes([TS, 10]) + peer.timestamp(fields.get("val"), fields.get("ecr"))
    if word == "sack":
        edges = [number(value) for value in values]
        return lambda peer: bytes([SACK, 2 + 4 * len(edges)]) + b"".join(
            (peer.other(*edge) % 2**32).to_bytes(4, "big") for edge in edges)
    raise BadScript(f"no option: {text}")


def parse_segment(text):
    found = SEGMENT.match(text)
    if not found:
        raise BadScript(f"no segment: {text}")
    flags = 0 if found["flags"] == "-" else sum(FLAGS[flag] for flag in set(found["flags"]))
    rest, options = found["rest"], None
    if "<" in rest:
        rest, _, inside = rest.partition("<")
        words = [word.strip() for word in inside.rstrip("> ").split(",")]
        options = [option(word) for word in words if word]
    words, values, mistakes = rest.split(), {}, {}
    while words:
        word = words.pop(0)
        if word == "badsum":
            mistakes["badsum"] = True
        elif word in ("doff", "ipver", "ihl", "iplen"):
            mistakes[word] = int(words.pop(0))
        elif word in ("ack", "win", "urg"):
            values[word] = words.pop(0)
        else:
            raise BadScript(f"no field: {word}")
    return Step(text, "segment", flags, number(found["seq"]), int(found["length"] or 0),
                bool(found["other"]), number(values["ack"]) if "ack" in values else None,
                int(values["win"]) if "win" in values else None, int(values.get("urg", 0)),
                options, Mistakes(**mistakes))


def parse_step(text):
    if text.startswith("<"):
        return parse_segment(text)
    name, *words = text.split()
    if name in ("wait", "fill"):
        return Step(text, name, words=tuple(map(int, words)))
    if name not in CALLS or len(words) > CALLS[name]:
        raise BadScript(f"no step: {text}")
    return Step(text, "call", words=(name, *map(int, words)))


def parse_script(name, text):
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    steps, buffer = [], 0
    for line in filter(None, lines):
        if line.startswith("buffer "):
            buffer = int(line.split()[1])
        else:
            steps.append(parse_step(line))
    return Script(name, tuple(steps), buffer)
