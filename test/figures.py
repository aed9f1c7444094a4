#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The figures of test/README.md: from what suites have printed (kept in test/figures.json) and from the names
of tests and classes as they are in the sources.

usage: figures.py                 write the part of test/README.md between its two marks anew
       figures.py --check         exit with 1 where that would change it, or where it names what is not there
       figures.py --take FILE...  take over what these hold: a fuzzer's log (TARGET.log, added to what was run
                                  before), coverage.py's JSON, what hostile_cost, sim_swarm or soak.sh has printed,
                                  estab-bench's JSON of a flood (in place of the one of its kind before)
"""

import json
import re
import sys
from pathlib import Path

TEST = Path(__file__).resolve().parent
TOP = TEST.parent
README = TEST / "README.md"
RECORD = TEST / "figures.json"
BEGIN, END = "<!-- figures.py: from here -->\n", "<!-- figures.py: to here -->\n"

CLASS_ROW = re.compile(r"^\| (\d+) ([^|]+) \|[^|]*\| ([^|]*) ?\|$", re.M)
HOSTILE_TEST = re.compile(r"^class_([\d_]+?)_([a-z]\w+)\(void \*\*state\)$", re.M)
COST_NAME = re.compile(r'^\t\{ (?:\.name = )?"([^"]+)",', re.M)
COST_LINE = re.compile(r"^(\S.*?) +(\d+) cycles +(\d+\.\d\d)$", re.M)
EXECUTED = re.compile(r"^stat::number_of_executed_units: *(\d+)$", re.M)
SIMULATED = re.compile(r"^(?:job \d+: )?(\d+) simulations, up to seed (\d+)$", re.M)

# What of hostile_cost belongs to which class.
COSTS = {
    "SYN, a record": 1, "SYN, a cookie": 1, "SYN with text": 1, "ACK, forged cookie": 2,
    "ACK, no cookies": 2, "RST to nobody": 2, "FIN to nobody": 2, "SYN-ACK to nobody": 2,
    "ACK outside of the window": 7, "RST inside of it": 5, "SYN on a connection": 5, "text of before": 7,
    "duplicate ACK": 7, "ACK of nothing sent": 23, "closed window again": 16, "every other octet": 13,
    "the same beyond a gap": 13, "three SACK blocks of an octet": 12, "three SACK blocks of nothing": 12,
    "ACK of an octet": 23,
}
HONEST = "an honest segment of text"

# Where the tests are that SECURITY.md names, by the folder in the name.
PLACES = {
    "": "hostile/{}.c", "rfc": "rfc/{}.c", "unit": "unit/**/{}_test.c", "sim": "sim/{}", "fuzz": "fuzz/{}.c",
    "interop": "interop/{}_test.py", "dpdk": "dpdk/{}.py",
}
OTHERS = {"sim/swarm": "sim/main.c", "unit/bad_input": "unit/app/bad_input.py"}


def classes():
    """number -> (name, [names of tests in SECURITY.md])"""
    text = (TOP / "SECURITY.md").read_text(encoding="utf-8")
    return {int(number): (name.strip(), re.findall(r"`([^`]+)`", tests))
            for number, name, tests in CLASS_ROW.findall(text)}


def hostile_tests():
    """number -> [name of a test]; one may be of several classes"""
    found = {}
    for path in sorted((TEST / "hostile").glob("*.c")):
        for numbers, name in HOSTILE_TEST.findall(path.read_text(encoding="utf-8")):
            for number in numbers.split("_"):
                found.setdefault(int(number), []).append(f"class_{numbers}_{name}")
    return found


def place_of(name):
    folder, _, rest = name.rpartition("/")
    return OTHERS.get(name) or PLACES.get(folder, "{}").format(rest)


def names_of_nothing():
    """What is named somewhere, and is not there."""
    wrong = [f"SECURITY.md, class {number}: {name}" for number, (_, names) in classes().items()
             for name in names if not any(TEST.glob(place_of(name)))]
    wrong += [f"test/hostile: class {number} is not in SECURITY.md"
              for number in hostile_tests() if number not in classes()]
    costs = set(COST_NAME.findall((TEST / "hostile/cost.c").read_text(encoding="utf-8")))
    wrong += [f"test/hostile/cost.c, but not figures.py: {name}" for name in costs - set(COSTS) - {HONEST}]
    wrong += [f"figures.py, but not test/hostile/cost.c: {name}" for name in set(COSTS) - costs]
    targets = {path.stem for path in (TEST / "fuzz/corpus").glob("*.txt")}
    wrong += [f"figures.json: no fuzzer {name}" for name in set(record()["fuzz"]) - targets]
    return wrong


def record():
    return json.loads(RECORD.read_text(encoding="utf-8"))


def take_json(kept, result):
    if result.get("workload") == "flood":
        summary = result["summary"]
        kept.setdefault("floods", {})[summary["flood"]["with"]] = {
            "driver": result["ports"][0]["driver"],
            "sent_per_second": round(summary["flood"]["sent_per_second"]),
            "answers_per_second": round(summary["flood"]["answers_per_second"]),
            "attempts": summary["legitimate"]["attempts"], "succeeded": summary["legitimate"]["succeeded"],
            "connect_p99_us": round(summary["latency_us"]["connect"]["p99"], 1)}
    else:
        kept["coverage"] = {room: round(percent, 1) for room, percent in result["branches"].items()}


def take(paths):
    kept = record()
    for path in map(Path, paths):
        text = path.read_text(encoding="utf-8")
        if EXECUTED.search(text):
            kept["fuzz"][path.stem] = kept["fuzz"].get(path.stem, 0) + int(EXECUTED.search(text)[1])
        elif SIMULATED.search(text):
            kept["seeds"] += sum(int(count) for count, _ in SIMULATED.findall(text))
        elif COST_LINE.search(text):
            kept["cost"] = {name: float(ratio) for name, _, ratio in COST_LINE.findall(text)}
        elif text.startswith("{"):
            take_json(kept, json.loads(text))
        else:
            sys.exit(f"{path}: nothing that is known here")
    RECORD.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def number(value):
    return f"{value:,}" if value else "not recorded"


def fuzz_table(kept):
    targets = sorted(path.stem for path in (TEST / "fuzz/corpus").glob("*.txt"))
    rows = [f"| `{name}` | {number(kept['fuzz'].get(name, 0))} |" for name in targets]
    return ["| fuzzer | executions |", "|---|---|", *rows, f"| all | {number(sum(kept['fuzz'].values()))} |"]


def flood_table(kept):
    rows = [f"| `{name}` over {flood['driver']} | {number(flood['sent_per_second'])} | "
            f"{number(flood['answers_per_second'])} | {number(flood['succeeded'])} of "
            f"{number(flood['attempts'])}, {100 * flood['succeeded'] / flood['attempts']:.3f} % | "
            f"{number(flood['connect_p99_us'])} |"
            for name, flood in sorted(kept.get("floods", {}).items())]
    return ["| flood | packets a second | answers a second | connections beside it | p99 of connecting, us |",
            "|---|---|---|---|---|", *(rows or ["| not recorded | | | | |"])]


def coverage_table(kept):
    rows = [f"| `{room}` | {percent:.1f} % |" for room, percent in sorted(kept["coverage"].items())]
    return ["| branches of | taken by a test |", "|---|---|", *rows]


def class_row(number, name, named, tests, cost):
    elsewhere = [test for test in named if "/" in test]
    shown = "<br>".join(f"`{test}`" for test in (tests or []) + elsewhere) or "none"
    costs = [(cost[what], what) for what, of in COSTS.items() if of == number and what in cost]
    effect = "; ".join(f"{what} {ratio:.2f}" for ratio, what in sorted(costs, reverse=True))
    return f"| {number} {name} | {shown} | {effect} |"


def class_table(kept):
    tests = hostile_tests()
    return ["| class | tests | cycles beside those of an honest segment |", "|---|---|---|",
            *(class_row(number, name, named, tests.get(number), kept["cost"])
              for number, (name, named) in sorted(classes().items()))]


def figures():
    kept = record()
    parts = [["Seeds that the simulator has run, as far as recorded: " + number(kept["seeds"]) + "."],
             fuzz_table(kept), flood_table(kept), coverage_table(kept), class_table(kept)]
    return "\n".join("\n".join(part) + "\n" for part in parts)


def renewed(text):
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + figures() + "\n" + END + after


def check():
    wrong = names_of_nothing()
    for line in wrong:
        print(f"not ok - {line}")
    if renewed(README.read_text(encoding="utf-8")) != README.read_text(encoding="utf-8"):
        print("not ok - test/README.md is not what test/figures.py makes of it: run that")
        wrong.append("README")
    if not wrong:
        print("ok - every name is of something, and test/README.md has the figures as they are")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    if len(sys.argv) > 2 and sys.argv[1] == "--take":
        take(sys.argv[2:])
    elif len(sys.argv) > 1:
        sys.exit(__doc__)
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
