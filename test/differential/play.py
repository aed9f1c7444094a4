# SPDX-License-Identifier: BSD-3-Clause
"""Plays a script against a host (kernel.py or estab.py) and writes down what it answered.

The peer is no stack: it knows the numbers that it has heard and says what the script tells it to.
"""

from collections import namedtuple

from segments import FLAGS, MSS, SACK, SACK_OK, TS, WSCALE, Segment, build, flags_text, parse, \
    split_options

ISS = 0xFFFFFF80       # of the peer: the first octets cross the wrap
UNHEARD = 0x7FFFFFC0   # for the other side's ISS, as long as nobody has heard it
WINDOW = 60000         # in the window field where the script says nothing
FILL_SEGMENTS = 2000
FILL_SIZE = 1000
PATTERN_BYTES = 65521


# What a script's segment was beside what had been heard, for policies.py: the state before it,
# whether that was FIN-WAIT-2 without a user, whether there is a user, SEG.SEQ - RCV.NXT, the right
# edge - SEG.SEQ, SEG.LEN, SEG.ACK and its distance from SND.UNA, the window, the options, RCV.NXT
# before it, and the number behind it.
Facts = namedtuple("Facts",
                   "state orphan closed flags left right length ack ack_una win kinds nxt end")
NOTHING_YET = Facts("", False, False, 0, 0, 0, 0, 0, 0, WINDOW, (), 0, 0)
Outcome = namedtuple("Outcome", "step result at_once late facts")
Answer = namedtuple("Answer", "flags seq length ack closed urg options wrong again")


def make_pattern(state):
    pattern = bytearray()
    for _ in range(PATTERN_BYTES):
        state = (state * 1103515245 + 12345) % 2**32
        pattern.append(state >> 24)
    return bytes(pattern) * 2


PEER_TEXT, OTHER_TEXT, STACK_TEXT = map(make_pattern, (1, 2, 3))


def piece(pattern, first, size):
    first %= PATTERN_BYTES
    return pattern[first:first + size]


def signed(difference):
    return (difference + 2**31) % 2**32 - 2**31


class Peer:
    """What the peer has heard. Numbers are relative to the ISS of their side."""

    def __init__(self, host):
        self.host = host
        self.iss = ISS
        self.stack_iss = UNHEARD
        self.heard_syn = False
        self.nxt = 0      # the highest acknowledgment heard
        self.edge = 0     # of the window offered
        self.sent = 0     # the highest number that the peer has sent, plus one
        self.all = 0      # the same of the stack
        self.una = 0      # the highest acknowledgment sent
        self.anchor = 0   # where a closed window was filled up to
        self.wscale = 0
        self.offers = set()  # kinds of options in the SYN of the peer
        self.stack_offers = set()
        self.agreed = set()
        self.ts_clock = 1000
        self.ts_heard = 0
        self.written = 0
        self.read = 0
        self.closed = False
        self.fin_sent = False
        self.facts = None

    def own(self, base, offset):
        return {"": 0, "nxt": self.nxt, "edge": self.edge, "sent": self.sent}[base] + offset

    def other(self, base, offset):
        """A number of the stack as on the wire."""
        return {"": 0, "all": self.all, "una": self.una}[base] + offset + self.stack_iss

    def timestamp(self, value=None, echo=None):
        self.ts_clock += 1
        value = self.ts_clock if value is None else int(value)
        echo = self.ts_heard if echo in (None, "last") else int(echo)
        return (value % 2**32).to_bytes(4, "big") + (echo % 2**32).to_bytes(4, "big")

    def options(self, step):
        if step.options is None:
            return bytes([1, 1, TS, 10]) + self.timestamp() if TS in self.agreed else b""
        return b"".join(part if isinstance(part, bytes) else part(self) for part in step.options)

    def speak(self, step):
        """@return the frame that the step describes"""
        seq = self.own(*step.seq)
        options = self.options(step)
        ack = self.other(*(step.ack or ("all", 0))) if step.flags & FLAGS["."] or step.ack else 0
        is_syn = step.flags & FLAGS["S"]
        pattern = OTHER_TEXT if step.other else PEER_TEXT
        text = piece(pattern, seq + bool(is_syn), step.length)
        kinds = [kind for kind, _ in split_options(options)]
        self.note_facts(step, seq, signed(ack - self.stack_iss), kinds)
        if is_syn and not step.flags & FLAGS["R"]:
            self.offers = {TS} & set(kinds)
            self.agreed = self.offers & self.stack_offers
        if step.seq[0] == "edge":
            self.anchor = seq
        self.fin_sent = self.fin_sent or bool(step.flags & FLAGS["F"])
        if step.flags & FLAGS["."] and signed(ack - self.stack_iss) <= self.all:
            self.una = max(self.una, signed(ack - self.stack_iss))
        self.sent = max(self.sent, seq + step.length + bool(is_syn) + bool(step.flags & FLAGS["F"]))
        win = WINDOW if step.win is None else step.win
        return build(self.host.ends, Segment(step.flags, seq + self.iss, ack, win, step.urg,
                                             options, text, step.mistakes))

    def note_facts(self, step, seq, ack, kinds):
        size = step.length + bool(step.flags & FLAGS["S"]) + bool(step.flags & FLAGS["F"])
        orphan = self.closed and not self.fin_sent and self.una == self.all > 1
        self.facts = Facts(self.host.peek(), orphan, self.closed, step.flags, seq - self.nxt,
                           self.edge - seq, size, ack, ack - self.una,
                           WINDOW if step.win is None else step.win, kinds, self.nxt, seq + size)

    def note_syn(self, segment, kinds):
        if not self.heard_syn or segment.seq != self.stack_iss:
            self.stack_iss = segment.seq
            self.heard_syn = True
            self.all = 0
        self.wscale = next((value[0] for kind, value in kinds if kind == WSCALE), 0)
        self.stack_offers = {kind for kind, _ in kinds}
        self.agreed = self.offers & self.stack_offers

    def hear(self, segment):
        """@return the answer with relative numbers"""
        kinds = split_options(segment.options)
        is_syn = segment.flags & FLAGS["S"]
        if is_syn:
            self.note_syn(segment, kinds)
        seq = signed(segment.seq - self.stack_iss)
        ack = signed(segment.ack - self.iss) if segment.flags & FLAGS["."] else None
        end = seq + len(segment.text) + bool(is_syn) + bool(segment.flags & FLAGS["F"])
        shown = self.shown(ack), self.shown_options(kinds)
        if ack is not None and not segment.flags & FLAGS["R"]:
            self.nxt = max(self.nxt, ack)
            self.edge = max(self.edge, ack + (segment.win << (0 if is_syn else self.wscale)))
        for kind, value in kinds:
            if kind == TS:
                self.ts_heard = int.from_bytes(value[:4], "big")
        again = end > seq and end <= self.all
        if not segment.flags & FLAGS["R"]:
            self.all = max(self.all, end)
        right = piece(STACK_TEXT, seq + bool(is_syn), len(segment.text))
        if segment.flags & FLAGS["R"] and segment.seq == 0:
            seq = "zero"
        return Answer(flags_text(self.shown_flags(segment, end)), seq, len(segment.text), shown[0],
                      segment.win == 0, segment.urg if segment.flags & FLAGS["U"] else 0, shown[1],
                      segment.text != right, again)

    def shown_flags(self, segment, end):
        """PSH matters where the text ends that the user has written."""
        pushes = not segment.text or end > self.written
        return segment.flags if pushes else segment.flags & ~FLAGS["P"]

    def shown(self, value):
        """A number of the peer: beside the edge of the window or where it was filled up to."""
        if value is None:
            return None
        for name, base in (("full", self.anchor), ("edge", self.edge)):
            if base > 5000 and abs(value - base) <= 3000:
                return f"{name}{value - base:+d}"
        return value

    def shown_options(self, kinds):
        shown = []
        for kind, value in kinds:
            if kind == MSS:
                shown.append(f"mss {int.from_bytes(value, 'big')}")
            elif kind == TS:
                shown.append(f"TS ecr {int.from_bytes(value[4:], 'big')}")
            elif kind == SACK:
                edges = [int.from_bytes(value[i:i + 4], "big") for i in range(0, len(value), 4)]
                edges = [self.shown(signed(edge - self.iss)) for edge in edges]
                shown.append("sack " + " ".join(map(str, edges)))
            else:
                shown.append({WSCALE: "wscale", SACK_OK: "sackOK"}.get(kind, f"kind {kind}"))
        return ",".join(sorted(shown))


def collect(peer):
    return [peer.hear(parse(frame, peer.host.ends.family)) for frame in peer.host.frames()]


def fill(peer):
    """Text until the window is closed. Only the last answer is told."""
    answers = []
    for _ in range(FILL_SEGMENTS):
        size = min(FILL_SIZE, peer.edge - peer.nxt)
        if size <= 0:
            break
        options = bytes([1, 1, TS, 10]) + peer.timestamp() if TS in peer.agreed else b""
        peer.sent = max(peer.sent, peer.nxt + size)
        peer.host.arrive(build(peer.host.ends, Segment(
            FLAGS["."], peer.nxt + peer.iss, peer.all + peer.stack_iss, WINDOW, 0, options,
            piece(PEER_TEXT, peer.nxt, size))))
        answers = collect(peer)
    peer.anchor = peer.edge
    return [answer._replace(ack=peer.anchor and answer.ack) for answer in answers[-1:]]


def shown_read(peer, data):
    """Bytes that were read: how many, and whether they are the right ones."""
    right = piece(PEER_TEXT, peer.read + 1, len(data))
    other = piece(OTHER_TEXT, peer.read + 1, len(data))
    peer.read += len(data)
    if data == right:
        return f"{len(data)} bytes"
    if data == other:
        return f"{len(data)} bytes of the other text"
    return f"{len(data)} bytes, mixed or wrong"


def do_call(peer, name, *words):
    peer.closed = peer.closed or name == "close"
    if name.startswith("write"):
        data = piece(STACK_TEXT, peer.written + 1, words[0])
        result = peer.host.call(name, data)
        if result.isdigit():
            peer.written += int(result)
        return result
    if name == "read" and not words:
        return read_all(peer)
    result = peer.host.call(name, *words)
    return shown_read(peer, result) if isinstance(result, bytes) else result


def read_all(peer):
    """Until there is nothing more; how much it was depends on the windows."""
    while isinstance(result := peer.host.call("read", 60000), bytes):
        if shown_read(peer, result) != f"{len(result)} bytes":
            return "wrong bytes"
    everything = peer.read + 1 in (peer.nxt, peer.nxt - 1)
    return f"{'everything' if everything else f'{peer.read} bytes'}, then {result}"


def play(script, host):
    """A generator: yields the milliseconds to wait, returns the outcomes."""
    peer = Peer(host)
    outcomes = []
    for step in script.steps:
        result, at_once = "", []
        yield 1
        if outcomes:
            outcomes[-1].late.extend(collect(peer))
        if step.kind == "segment":
            host.arrive(peer.speak(step))
        elif step.kind == "wait":
            yield step.words[0]
            outcomes.append(Outcome(step, "", [], collect(peer), peer.facts))
            continue
        elif step.kind == "fill":
            at_once = fill(peer)
        else:
            result = do_call(peer, *step.words)
        outcomes.append(Outcome(step, result, at_once or collect(peer), [], peer.facts))
    yield 1
    outcomes[-1].late.extend(collect(peer))
    return outcomes
