# SPDX-License-Identifier: BSD-3-Clause
"""Scripts from a seed: an opening, then segments near the interesting numbers, calls and waits."""

import random

from script import parse_script

OPTIONS = ["<mss 1000>", "<mss 1000,sackOK>", "<mss 1000,sackOK,TS,nop,wscale 7>",
           "<mss 500,nop,wscale 2>"]
FLAGS = [(".", 30), ("P.", 40), ("F.", 12), ("FP.", 6), ("R", 2), ("R.", 1), ("S", 2), ("S.", 1),
         ("PU.", 2)]
PLACES = [("nxt", 50), ("sent", 12), ("nxt+10", 8), ("nxt+20", 6), ("nxt-1", 3), ("nxt-5", 6),
          ("1", 6), ("edge-5", 1), ("edge+7", 1)]
ACKS = [("all", 70), ("una", 12), ("all-1", 5), ("una+1", 5), ("all+1", 2), ("una-70000", 1)]
LENGTHS = [0, 1, 5, 10, 20, 30, 1000]
CALLS = [("read 1000", 12), ("read 7", 6), ("write 10", 12), ("write 100", 6), ("write 1", 4),
         ("shutdown", 4), ("close", 2), ("abort", 1), ("state", 8), ("error", 2), ("waiting", 4),
         ("read 0", 1), ("write 0", 1)]


def pick(generator, weighted):
    values, weights = zip(*weighted)
    return generator.choices(values, weights)[0]


def opening(generator):
    options = generator.choice(OPTIONS)
    if generator.random() < 0.6:
        return ["listen", f"< S 0 {options}", "< . 1 ack 1", "accept"]
    return ["connect", f"< S. 0 ack 1 {options}"]


def segment(generator):
    flags = pick(generator, FLAGS)
    has_text = "P" in flags or "F" in flags and generator.random() < 0.2
    length = f"({generator.choice(LENGTHS)})" if has_text else ""
    ack = f" ack {pick(generator, ACKS)}" if "." in flags else ""
    urgent = " urg 3" if "U" in flags else ""
    return f"< {flags} {pick(generator, PLACES)}{length}{ack}{urgent}"


def random_steps(seed):
    generator = random.Random(seed)
    steps = opening(generator) + (["nodelay 1"] if generator.random() < 0.7 else [])
    for _ in range(generator.randint(4, 14)):
        kind = generator.random()
        if kind < 0.6:
            steps.append(segment(generator))
        elif kind < 0.93:
            steps.append(pick(generator, CALLS))
        else:
            steps.append("wait 600")
    return [*steps, "wait 600", "< . nxt ack all", "state", "read 2000"]


def script_of(name, steps):
    return parse_script(name, "\n".join(steps))


def shorter(script):
    """Every way to leave out half, a quarter or one of the steps."""
    steps = [step.text for step in script.steps]
    for size in sorted({len(steps) // 2, len(steps) // 4, 1}, reverse=True):
        for begin in range(0, len(steps) - size + 1, size) if 0 < size < len(steps) else ():
            yield steps[:begin] + steps[begin + size:]
