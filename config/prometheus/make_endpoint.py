#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the endpoint for DPDK's exporter: endpoint.py.in, with the names and texts of the lists in the sources,
which are those of telemetry, of the prompt and of the table at the end.

usage: make_endpoint.py TEMPLATE STATS.H DROP.H SERVICE.H BENCH_TELEMETRY.C > estab.py"""

import pprint
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def rows(source, name):
    """{name: text} of "#define NAME(X) ...", a list of X([TAG,] name, "text")."""
    block = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*\n)", source).group(1)
    return dict(re.findall(r'X\((?:[A-Z0-9_]+, )?"?(\w+)"?,\s*(?:\\\n\s*)?"([^"]*)"\)', block))


def literal(table):
    return pprint.pformat(table, sort_dicts=False, width=110)


template, stats, drops, service, bench = map(read, sys.argv[1:])
counters = {
    **rows(stats, "ESTAB_COUNTERS"),
    **rows(service, "SERVICE_COUNTERS"),
    **{f"bench_{name}": text for name, text in rows(bench, "BENCH_COUNTERS").items()},
}
for mark, table in (("@COUNTERS@", counters), ("@GAUGES@", rows(stats, "ESTAB_GAUGES")),
                    ("@DROPS@", list(rows(drops, "ESTAB_DROP_REASONS")))):
    template = template.replace(mark, literal(table))
sys.stdout.write(template)
