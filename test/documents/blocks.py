# SPDX-License-Identifier: BSD-3-Clause
"""The blocks of commands in the documentation, and the mark before each that says how it is run; see README.md.

A block is what stands between ``` and ``` or is indented by four blanks (Markdown), between .nf and .fi (the
parts of manual pages), or behind "#" and a tab at the head of a configuration file. A block whose language is
"text" holds no commands."""

import re
from dataclasses import dataclass, field

FENCE = re.compile(r"^ *```(\w*)\s*$")
MARK = re.compile(r"<!-- *((?:not )?run\b(?:.(?!-->))*.?)-->\s*\Z", re.S)
FIELD = re.compile(r"^([a-z]+): *(.*)$")
FIELDS = {"says", "needs", "beside", "ready", "input", "instead", "root", "terminal", "seconds", "prepare", "amid",
          "after"}
HEADS = {
    "config/flood.cfg": "run: answered: ",
    "config/web-server.cfg": "run elsewhere: interop_nginx",
    "config/prometheus/prometheus.yml": "run elsewhere: interop_prometheus",
}


class Fault(Exception):
    """The document is not as it should be."""


@dataclass
class Block:
    """text: the commands. mark: what stands in the comment before it, "" where there is none."""
    path: str
    line: int
    language: str
    text: str
    mark: str = ""
    way: str = ""           # run, not run, run elsewhere
    reason: str = ""        # why not, or where
    fields: dict = field(default_factory=dict)

    def where(self):
        return f"{self.path}:{self.line}"

    def commands(self):
        """How many there are: lines, but for those that are continued and remarks."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return sum(bool(line.strip()) and not line.startswith("#") for line in lines)


def markdown(path, text):
    """[Block]: fenced ones and those that are indented by four blanks behind an empty line."""
    lines, found, i = text.split("\n"), [], 0
    while i < len(lines):
        fence = FENCE.match(lines[i])
        begin = i
        if fence:
            i += 1
            while i < len(lines) and not FENCE.match(lines[i]):
                i += 1
            body, language = lines[begin + 1:i], fence[1]
        elif lines[i].startswith("    ") and (i == 0 or not lines[i - 1].strip()):
            while i < len(lines) and (lines[i].startswith("    ") or not lines[i].strip()):
                i += 1
            body, language = [line[4:] for line in lines[begin:i]], ""
        else:
            i += 1
            continue
        before = "\n".join(lines[:begin]).rstrip()
        mark = MARK.search(before[before.rfind("<!--"):]) if before.endswith("-->") else None
        found.append(Block(path, begin + 1, language, "\n".join(body).strip("\n"), mark[1] if mark else ""))
        i += 1
    return found


def manual(path, text):
    """The same in a part of a manual page, where \\e is a backslash and .\\" begins a comment."""
    found = []
    for match in re.finditer(r'((?:^\.\\" [^\n]*\n)*)^\.nf\n(.*?)^\.fi$', text, re.M | re.S):
        mark = "\n".join(line[4:] for line in match[1].splitlines())
        body = "\n".join(line for line in match[2].splitlines() if not line.startswith("."))
        found.append(Block(path, text.count("\n", 0, match.start(2)), "",
                           body.replace("\\e", "\\").replace("\\-", "-"), mark))
    return found


def configuration(path, text):
    """What the head of a file says of its use: no marks there, where readers would see them."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        if line.startswith(("#\t", "#   ")):
            found.append(Block(path, number, "", line[1:].strip(), HEADS.get(path, r"run: ^result: [\d,]+ connections")))
    return found


READERS = {".md": markdown, ".h2m": manual, ".cfg": configuration, ".yml": configuration}


def understand(block):
    """Takes the mark apart: "run: WHAT IT SAYS", "run elsewhere: TEST", "not run: REASON", then fields."""
    first, *rest = block.mark.strip().splitlines() or [""]
    match = re.match(r"(run elsewhere|not run|run):? *(.*)$", first)
    if not match:
        raise Fault(f"{block.where()}: no mark says how it is run, or why not (test/documents/README.md)")
    block.way, block.reason = match.groups()
    if not block.reason:
        raise Fault(f"{block.where()}: the mark gives no {'sign' if block.way == 'run' else 'reason'}")
    if block.way == "run":
        block.fields["says"] = [block.reason]
    for line in filter(str.strip, rest):
        match = FIELD.match(line.strip())
        if not match or match[1] not in FIELDS or block.way != "run":
            raise Fault(f"{block.where()}: the mark is not understood: {line}")
        block.fields.setdefault(match[1], []).append(match[2])
    return block


def read(root, path):
    with open(f"{root}/{path}", encoding="utf-8") as file:
        text = file.read()
    found = READERS[path[path.rindex("."):]](path, text)
    return [block for block in found if block.language != "text"]
