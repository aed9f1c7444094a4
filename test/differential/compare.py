# SPDX-License-Identifier: BSD-3-Clause
"""The outcomes of a script beside one another, and the first step in which they differ."""

from collections import namedtuple

from play import NOTHING_YET
from policies import POLICIES

# facts: of the segments up to then.
Difference = namedtuple("Difference", "script index step kernel estab facts")


def comparable(answer):
    """A reset's window and options say nothing."""
    if "R" in answer.flags:
        return answer._replace(closed=False, options="", again=False)
    return answer._replace(again=False)


def view(outcome):
    """What is compared of a step. What a timer sends again is a matter of when, and so is whether
    what a segment lets go leaves before the next one arrives."""
    is_call = outcome.step.kind == "call"
    news = [answer for answer in outcome.late if not answer.again]
    at_once = [answer for answer in outcome.at_once if not (answer.again and is_call)]
    return outcome.result.replace("TIME-WAIT", "CLOSED"), tuple(map(comparable, at_once + news))


def first_difference(script, kernel, estab, begin=0):
    for index in range(begin, len(kernel)):
        if view(kernel[index]) != view(estab[index]):
            facts = [o.facts for o in estab[:index + 1] if o.step.kind == "segment"]
            return Difference(script, index, kernel[index].step, kernel[index], estab[index],
                              facts or [NOTHING_YET])
    return None


def shown_answer(answer):
    notes = [name for name, on in (("win 0", answer.closed and "R" not in answer.flags),
                                   (f"urg {answer.urg}", answer.urg),
                                   ("wrong text", answer.wrong), ("again", answer.again)) if on]
    ack = "" if answer.ack is None else f" ack {answer.ack}"
    options = f" <{answer.options}>" if answer.options else ""
    size = f"({answer.length})" if answer.length else ""
    return " ".join([f"> {answer.flags} {answer.seq}{size}{ack}{options}", *notes])


def shown(outcome):
    parts = [f"= {outcome.result}"] if outcome.result else []
    parts += [shown_answer(answer) for answer in outcome.at_once]
    parts += [f"later {shown_answer(answer)}" for answer in outcome.late]
    return "; ".join(parts) or "nothing"


def transcript(kernel, estab):
    lines = []
    for one, other in zip(kernel, estab):
        lines.append(one.step.text)
        if view(one) == view(other):
            if shown(one) != "nothing":
                lines.append(f"\t{shown(one)}")
        else:
            lines += [f"\tkernel  {shown(one)}", f"\testab   {shown(other)}"]
    return "\n".join(lines)


def explains(policy, difference):
    """Whether it does: by the last segment before the difference; a silent one by any before."""
    facts = difference.facts if policy.silent else difference.facts[-1:]
    return any(policy.explains(difference, seg) for seg in facts)


def explain(script, kernel, estab):
    """@return (the names of the policies that explain differences, the first that none explains)"""
    used, begin = [], 0
    while difference := first_difference(script, kernel, estab, begin):
        policy = next((p for p in POLICIES if explains(p, difference)), None)
        if not policy:
            return used, difference
        used.append(policy.name)
        if not policy.goes_on:
            break
        begin = difference.index + 1
    return used, None
