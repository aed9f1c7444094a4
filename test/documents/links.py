# SPDX-License-Identifier: BSD-3-Clause
"""What the documents point at is there: files beside them, and headings in these."""

import os
import re

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^ *```.*?^ *```", re.M | re.S)


def anchor(heading):
    """As GitHub makes them: small letters, blanks as dashes, no punctuation."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-")


def anchors(text):
    return {anchor(line.lstrip("#")) for line in FENCED.sub("", text).splitlines() if line.startswith("#")}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def faults(root, path):
    """@return a line for each link that leads nowhere"""
    found = []
    for target in LINK.findall(FENCED.sub("", read(f"{root}/{path}"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if not os.path.exists(f"{root}/{file}"):
            found.append(f"{path}: there is no {target}")
        elif heading and heading not in anchors(read(f"{root}/{file}")):
            found.append(f"{path}: {file} has no heading #{heading}")
    return found
