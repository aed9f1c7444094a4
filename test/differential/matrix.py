# SPDX-License-Identifier: BSD-3-Clause
"""Every state x every kind of segment x every place of its number, as scripts.

Places are those of RFC 9293 3.10.7.4 and RFC 5961: beside RCV.NXT, in the window, at its right edge
and beyond it; and for what has an ACK, beside SND.UNA and SND.NXT.
"""

from script import parse_script

OPENED = ["listen", "< S 0 <mss 1000>", "< . 1 ack 1", "accept"]
SHUT = [*OPENED, "shutdown"]
ENDED = [*OPENED, "< F. 1 ack 1"]

STATES = {
    "closed": [],
    "listen": ["listen"],
    "syn_sent": ["connect"],
    "syn_received": ["listen", "< S 0 <mss 1000>"],
    "syn_received_of_both": ["connect", "< S 0 <mss 1000>"],
    "established": OPENED,
    "established_actively": ["connect", "< S. 0 ack 1 <mss 1000>", "< . 1 ack 1"],
    "established_in_flight": [*OPENED, "write 100"],
    "fin_wait_1": SHUT,
    "fin_wait_2": [*SHUT, "< . 1 ack 2"],
    "fin_wait_2_closed": [*OPENED, "close", "< . 1 ack 2"],
    "closing": [*SHUT, "< F. 1 ack 1"],
    "time_wait": [*SHUT, "< F. 1 ack 2"],
    "close_wait": ENDED,
    "last_ack": [*ENDED, "shutdown"],
}
SEGMENTS = {
    "syn": ("S", 0, "<mss 1000>"),
    "syn_ack": ("S.", 0, "<mss 1000>"),
    "ack": (".", 0, ""),
    "text": ("P.", 10, ""),
    "fin": ("F.", 0, ""),
    "fin_with_text": ("FP.", 10, ""),
    "fin_without_ack": ("F", 0, ""),
    "rst": ("R", 0, ""),
    "rst_ack": ("R.", 0, ""),
    "urgent": ("PU.", 10, "urg 10"),
    "no_flag": ("-", 0, ""),
    "text_without_ack": ("P", 10, ""),
}
PLACES = {
    "below": "nxt-100",
    "just_below": "nxt-1",
    "equal": "nxt",
    "inside": "nxt+1000",
    "last_octet": "edge-1",
    "right_edge": "edge",
    "beyond": "edge+1",
    "far": "edge+100000",
}
ACKED = ("syn_ack", "ack", "text", "fin", "rst_ack")
ACKS = {
    "nothing_yet": "una",
    "before_una": "una-1",
    "ancient": "una-200000",
    "beyond": "all+1",
    "far_beyond": "all+100000",
}
# What can be seen of the state afterwards: calls, and the answer to an ACK that has come before.
PROBE = ["wait 600", "accept", "state", "read 100", "read 100", "error", "< . nxt-3 ack all",
         "wait 600", "write 5", "< . nxt ack all", "state"]


def script(state, segment, place, ack, name):
    flags, size, rest = SEGMENTS[segment]
    length = f"({size})" if size else ""
    ack = f"ack {ack}" if "." in flags else ""
    event = f"< {flags} {place}{length} {ack} {rest}"
    return parse_script(name, "\n".join([*STATES[state], "wait 600", event, *PROBE]))


def matrix():
    for state in STATES:
        for segment in SEGMENTS:
            for place, base in PLACES.items():
                yield script(state, segment, base, "all", f"matrix/{state}/{segment}/{place}")
        for segment in ACKED:
            for ack, base in ACKS.items():
                yield script(state, segment, "nxt", base, f"matrix/{state}/{segment}/ack_{ack}")
