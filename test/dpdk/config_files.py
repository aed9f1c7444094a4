#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The examples in config/ that need no wire are run, and the JSON repeats what was in force: the file's
options, and in their place those that the command line gave again.

usage: config_files.py ESTAB_BENCH FILE..."""

import os
import re
import sys

from programs import check, run_bench

BENCH, *FILES = sys.argv[1:]


def entries(path):
    """{section: {name: value}}, read as a person would."""
    found, section = {}, None
    with open(path) as file:
        for line in file:
            line = re.sub(r"#.*", "", line).strip()
            if line.startswith("["):
                section = found.setdefault(line.strip("[]"), {})
            elif line:
                name, value = (part.strip() for part in line.split("=", 1))
                section[name] = value
    return found


def check_config(path, config):
    """--duration is the command line's; flags of EAL's have no value."""
    expected = entries(path)
    expected["load"]["duration"] = "100ms"
    expected["measurement"]["config-file"] = path
    expected.setdefault("result", {})["json"] = "-"
    eal = [f"-{name}{value}" if len(name) == 1 else f"--{name}"
           for name, value in expected.pop("eal").items()]
    check(config["eal"][:len(eal)] == eal, f"{config['eal']} does not begin with {eal}")
    check(config["eal"][len(eal):] == ["--no-telemetry", PREFIX], f"EAL's arguments {config['eal']}")
    del config["eal"]
    check(config == expected, f"{config} instead of {expected}")


PREFIX = f"--file-prefix=estab-test-{os.getpid()}"
for path in FILES:
    result = run_bench([BENCH, "--no-telemetry", PREFIX, "--", "--config-file", path, "--duration",
                        "100ms", "--json", "-"])
    if result:
        check_config(path, result["config"])
        check(result["summary"]["connections"] > 0, "no connection was made")
sys.exit(check.failed)
