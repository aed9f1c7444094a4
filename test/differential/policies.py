# SPDX-License-Identifier: BSD-3-Clause
"""The differences that policies.md explains, each as a question to a script's first difference.

`seg` is the last segment that the peer sent (Facts in play.py), `d` what differs (compare.py).
Where a policy `goes_on`, the states of both ends are still the same and the rest of the script is
compared; else the ways part. A `silent` one makes them part without a word, so that any segment
before may be it.
"""

from collections import namedtuple

from segments import BROKEN, FLAGS, TS

Policy = namedtuple("Policy", "name goes_on silent explains")
POLICIES = []

AFTER_FIN = ("CLOSE-WAIT", "CLOSING", "LAST-ACK")


def policy(goes_on=False, silent=False):
    """Makes a policy of the function that follows; its name is the heading in policies.md."""
    def register(function):
        POLICIES.append(Policy(function.__name__, goes_on, silent, function))
        return function
    return register


def has(seg, flag):
    return bool(seg.flags & FLAGS[flag])


def at_segment(d):
    return d.step.kind == "segment"


def flags_of(outcome):
    return [answer.flags for answer in outcome.at_once]


def texts(outcome):
    return [(answer.seq, answer.length) for answer in outcome.at_once if answer.length]


def acks(outcome):
    return [answer.ack for answer in outcome.at_once]


def without_options(outcome):
    return [answer._replace(options="") for answer in outcome.at_once]


def said(d, flag):
    """Whether a segment before the difference had that flag."""
    return any(step.flags and step.flags & FLAGS[flag] for step in d.script.steps[:d.index])


def said_beyond(d, fin):
    """Whether text was sent, above a gap or later, that lies beyond that FIN."""
    return any(seg.end > fin.end - 1 and seg.length and seg is not fin for seg in d.facts)


def is_call(d, *names):
    return d.step.kind == "call" and d.step.words[0] in names


@policy(goes_on=True)
def options_of_crossed_syns(d, seg):
    return (seg.state in ("SYN-SENT", "SYN-RECEIVED") and flags_of(d.kernel) == ["S."] and
            without_options(d.kernel) == without_options(d.estab))


@policy()
def write_before_established(d, seg):
    return is_call(d, "write") and d.kernel.result == "EAGAIN" and d.estab.result.isdigit()


@policy(goes_on=True)
def read_after_the_end(d, seg):
    return is_call(d, "read") and (d.kernel.result, d.estab.result) == ("0", "ENOTCONN")


@policy(goes_on=True)
def no_ack_bit(d, seg):
    return at_segment(d) and not any(has(seg, flag) for flag in ".SR")


@policy(silent=True)
def right_edge(d, seg):
    return seg.right == 0 and seg.left > 0


@policy(silent=True)
def beyond_the_right_edge(d, seg):
    return 0 < seg.right < seg.length


@policy(silent=True)
def left_of_the_window(d, seg):
    return has(seg, ".") and seg.left == -1 and seg.left + seg.length <= 0


@policy()
def ancient_acknowledgment(d, seg):
    return (at_segment(d) and has(seg, ".") and seg.ack_una < -60000 and seg.left == 0 and
            acks(d.kernel) == [seg.end] and acks(d.estab) == [seg.nxt])


@policy(goes_on=True)
def reset_after_both_fins(d, seg):
    return (has(seg, "R") and seg.state in ("CLOSING", "LAST-ACK") and
            is_call(d, "error", "read", "write") and d.kernel.result in ("ECONNRESET", "EPIPE"))


@policy(goes_on=True, silent=True)
def reset_in_close_wait(d, seg):
    return (has(seg, "R") and seg.state == "CLOSE-WAIT" and is_call(d, "read", "write", "error") and
            (d.kernel.result == "EPIPE" or d.estab.result == "ECONNRESET"))


@policy()
def fin_wait_2_without_a_user(d, seg):
    return at_segment(d) and seg.orphan and (has(seg, "R") or has(seg, "S") or seg.ack_una != 0 or
                                             (has(seg, "F") and seg.left > 0))


@policy()
def acknowledgment_in_time_wait(d, seg):
    return (at_segment(d) and seg.state == "TIME-WAIT" and has(seg, ".") and seg.ack_una != 0 and
            not d.kernel.at_once and flags_of(d.estab) == ["."])


@policy()
def ack_of_a_simultaneous_open(d, seg):
    return (at_segment(d) and seg.state == "SYN-RECEIVED" and seg.ack == 0 and
            not d.kernel.at_once and flags_of(d.estab) == ["R"])


@policy(goes_on=True)
def reset_of_a_simultaneous_open(d, seg):
    return (has(seg, "R") and seg.state == "SYN-RECEIVED" and
            (d.kernel.result, d.estab.result) == ("ECONNRESET", "ECONNREFUSED"))


@policy()
def syn_in_syn_received(d, seg):
    return (at_segment(d) and has(seg, "S") and flags_of(d.kernel)[:1] in (["R"], ["R."]) and
            not d.estab.at_once)


@policy()
def text_behind_a_fin(d, seg):
    return (at_segment(d) and seg.state in AFTER_FIN and seg.left + seg.length > 0 and
            flags_of(d.kernel) == ["R"])


@policy(goes_on=True)
def read_stops_at_the_urgent_mark(d, seg):
    return (is_call(d, "read") and said(d, "U") and d.kernel.result.endswith("bytes") and
            (d.estab.result.endswith("bytes") or d.estab.result in ("EAGAIN", "0")))


@policy(silent=True)
def reset_just_below_after_a_fin(d, seg):
    return has(seg, "R") and seg.left == -1 and seg.state in AFTER_FIN


@policy()
def small_text_behind_a_larger_write(d, seg):
    """What the kernel sends more is short, and behind full segments of the same write."""
    more = texts(d.kernel)[len(texts(d.estab)):]
    return (is_call(d, "write") and len(more) == 1 and texts(d.estab) and
            more[0][1] < texts(d.estab)[0][1] and texts(d.kernel)[:-1] == texts(d.estab))


@policy()
def echo_of_what_was_never_sent(d, seg):
    return (at_segment(d) and seg.state == "SYN-SENT" and TS in seg.kinds and
            flags_of(d.kernel) == ["R"] and flags_of(d.estab) == ["."])


@policy(silent=True)
def text_and_fin_on_a_syn(d, seg):
    return has(seg, "S") and seg.length > 1


@policy(goes_on=True, silent=True)
def selective_acknowledgment_of_a_fin(d, seg):
    return (has(seg, "F") and seg.left != 0 and d.kernel.result == d.estab.result and
            without_options(d.kernel) == without_options(d.estab))


@policy(silent=True)
def text_beyond_a_fin(d, seg):
    """The peer contradicts itself: the FIN lies above a gap, or below text that does."""
    return has(seg, "F") and said_beyond(d, seg)


@policy()
def fin_above_a_gap_after_close(d, seg):
    return (at_segment(d) and seg.closed and has(seg, "F") and seg.left > 0 and
            flags_of(d.kernel) == ["R"])


@policy()
def illegal_option_length(d, seg):
    return at_segment(d) and BROKEN in seg.kinds and not d.estab.at_once


@policy()
def option_that_comes_twice(d, seg):
    return at_segment(d) and seg.kinds.count(TS) > 1


@policy(goes_on=True)
def duplicate_sack_of_a_part(d, seg):
    return (at_segment(d) and without_options(d.kernel) == without_options(d.estab) and
            all("sack" in a.options for a in [*d.kernel.at_once, *d.estab.at_once]))


@policy()
def overlap_with_other_text(d, seg):
    return is_call(d, "read") and any(step.other for step in d.script.steps)


@policy()
def reset_at_the_highest_sack(d, seg):
    return (at_segment(d) and has(seg, "R") and 0 < seg.left and not d.kernel.at_once and
            ["sack" in a.options for a in d.estab.at_once] == [True])


@policy()
def segment_without_timestamps(d, seg):
    return (at_segment(d) and TS not in seg.kinds and
            any("TS" in a.options for a in d.kernel.at_once))


@policy()
def close_before_established(d, seg):
    return ((is_call(d, "close", "shutdown") and seg.state in ("", "SYN-SENT") and
             flags_of(d.kernel) == ["F."] and not d.estab.at_once) or
            (at_segment(d) and seg.state == "SYN-SENT" and flags_of(d.kernel) == ["R"] and
             flags_of(d.estab) in (["F."], ["."])))


@policy()
def segment_cut_by_the_window(d, seg):
    """Ours fills the window to its last octet."""
    return (at_segment(d) and not texts(d.kernel) and texts(d.estab) != [] and
            sum(texts(d.estab)[-1]) == seg.ack + seg.win)


@policy(silent=True)
def window_that_shrinks(d, seg):
    return seg.win < 60000 and seg.win and texts(d.kernel) != texts(d.estab)


@policy()
def fin_at_a_closed_window(d, seg):
    return has(seg, "F") and seg.right == 0 and seg.left == 0


@policy(goes_on=True)
def duplicate_acknowledgment_beside_text(d, seg):
    more = d.estab.at_once[len(d.kernel.at_once):]
    return (at_segment(d) and texts(d.kernel) and d.estab.at_once[:-1] == d.kernel.at_once and
            [(a.flags, a.length) for a in more] == [(".", 0)])


@policy()
def acknowledgment_before_sequence(d, seg):
    return (at_segment(d) and seg.state in ("EBADF", "SYN-RECEIVED") and has(seg, ".") and
            flags_of(d.kernel) == ["R"] and flags_of(d.estab) == ["."])


@policy(goes_on=True, silent=True)
def timestamp_beside_an_old_acknowledgment(d, seg):
    """Only the echo differs."""
    return (TS in seg.kinds and seg.ack_una < 0 and d.kernel.result == d.estab.result and
            without_options(d.kernel) == without_options(d.estab) and
            all("TS ecr" in a.options for a in d.kernel.at_once + d.estab.at_once))


# What explains much comes last.
@policy(silent=True)
def acknowledgment_below_the_first(d, seg):
    return has(seg, ".") and seg.ack <= 0 < seg.nxt and seg.state != "SYN-SENT"


@policy(goes_on=True)
def challenges_are_throttled(d, seg):
    """One of the two says nothing, the other repeats what it has said before."""
    first, second = sorted((d.kernel, d.estab), key=lambda outcome: len(outcome.at_once))
    return (at_segment(d) and not first.at_once and flags_of(second) == ["."] and
            not texts(second) and seg.nxt in acks(second))
