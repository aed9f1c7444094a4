# SPDX-License-Identifier: BSD-3-Clause
"""A real Prometheus scrapes estab-bench through our endpoint for DPDK's exporter: it finds no fault with what it
gets, the counters go up, and every metric that the dashboard names is there.

usage: prometheus_test.py ESTAB_ECHO ESTAB_BENCH PUPPET RELAY ENDPOINT DASHBOARD CONFIG"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from cases import case, expect, expect_equal, finish, note
from enter import enter, unique

BENCH, ENDPOINT, DASHBOARD, CONFIG = sys.argv[2], *sys.argv[5:8]
HERE = os.path.dirname(os.path.abspath(__file__))
EXPORTER, PROMETHEUS = 9876, 9090
SECONDS = 40
NAME = re.compile(r"\bdpdk_estab_\w+")


def fetch(url):
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read().decode()


def query(expression):
    url = f"http://127.0.0.1:{PROMETHEUS}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    answer = json.loads(fetch(url))
    expect_equal(answer["status"], "success", expression)
    return [(series["metric"], float(series["value"][1])) for series in answer["data"]["result"]]


def until(question, what):
    """Again and again until it has an answer that holds."""
    last = time.monotonic() + SECONDS
    while True:
        try:
            answer = question()
        except OSError:
            answer = None
        if answer:
            return answer
        expect(time.monotonic() < last, f"waited in vain for {what}")
        time.sleep(0.2)


def start(*command):
    log = open(f"/run/{os.path.basename(command[0])}-{unique()}.log", "w+")
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)


def exporter(socket):
    """DPDK's own where it is installed, which has it from 24.07 on and works with older programs; else what
    stands in for it."""
    if found := shutil.which("dpdk-telemetry-exporter.py"):
        note(f"exporter: {found}")
        return [found, "--load-path", os.path.dirname(ENDPOINT), "--endpoint", "estab", "--socket-path", socket,
                "--output", f"openmetrics://127.0.0.1:{EXPORTER}"]
    return [sys.executable, "-B", f"{HERE}/exporter.py", ENDPOINT, socket, str(EXPORTER)]


def start_all():
    """The configuration is the one that is installed, but for how often."""
    prefix = f"interop-{unique()}"
    with open(CONFIG) as file, open("/run/prometheus.yml", "w") as mine:
        mine.write(file.read().replace("scrape_interval: 5s", "scrape_interval: 1s"))
    return [
        start(BENCH, "--no-huge", "--no-pci", "-m", "128", "-l", "0", f"--file-prefix={prefix}", "--",
              "--loopback", "--workload", "crr", "--rate", "200", "--duration", "170s"),
        start(*exporter(f"/run/dpdk/{prefix}/dpdk_telemetry.v2")),
        start("prometheus", "--config.file=/run/prometheus.yml", "--storage.tsdb.path=/run/prometheus",
              f"--web.listen-address=127.0.0.1:{PROMETHEUS}"),
    ]


def dashboard_expressions():
    """What shows only what is not 0 shows it without that, too."""
    with open(DASHBOARD) as file:
        dashboard = json.load(file)
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [expression.replace("$__rate_interval", "10s").replace("$instance", ".*").removesuffix(" > 0")
            for expression in expressions], set(NAME.findall(json.dumps(dashboard)))


def check_scrape():
    with case("promtool finds no fault with what the exporter gives"):
        text = until(lambda: fetch(f"http://127.0.0.1:{EXPORTER}/metrics"), "the exporter")
        lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                              text=True, timeout=SECONDS)
        expect_equal(lint.returncode, 0, f"promtool check metrics: {lint.stdout}{lint.stderr}")
    with case("prometheus scrapes it"):
        until(lambda: [value for _, value in query("up") if value == 1], "the first scrape")


def check_values():
    with case("a counter goes up as fast as connections are opened"):
        rate = until(lambda: [value for _, value in
                              query("rate(dpdk_estab_connections_active_total[10s])") if value > 0],
                     "a rate")
        expect(rate[0] <= 2000, f"{rate[0]} connections per second of 200")
    with case("latencies have their quantiles"):
        found = {labels["quantile"]: value for labels, value in
                 until(lambda: query('dpdk_estab_latency_seconds{name="connect"}'), "latencies")}
        expect(0 < found["0.5"] <= found["0.99"] <= found["0.9999"] <= found["1"] < 60, f"{found}")
    with case("no packet is without a fate"):
        expect_equal([value for _, value in query("dpdk_estab_unaccounted")], [0.0], "unaccounted")


def check_dashboard():
    expressions, names = dashboard_expressions()
    with case("every metric of the dashboard exists"):
        for name in sorted(names):
            expect(query(name), f"{name} is not there")
    with case("every expression of the dashboard has data"):
        for expression in expressions:
            found = query(expression)
            expect(found, f"nothing for {expression}")


def main():
    enter("prometheus", "promtool")
    started = start_all()
    try:
        check_scrape()
        check_values()
        check_dashboard()
    finally:
        for process in started:
            process.kill()
            process.wait()
    finish()


main()
