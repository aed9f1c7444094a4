#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What estab-bench writes of a run beside its JSON: the CSV has the same seconds, the percentiles those of
the same histogram, and the page is whole, needs nothing but itself, and has a picture for all there is.
Then the page in a browser, where one is installed.

usage: outputs.py ESTAB_BENCH WORKLOAD PLOT,PLOT... OPTION..."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser

from programs import check, eal

BENCH, WORKLOAD, PLOTS = sys.argv[1:4]
OPTIONS = sys.argv[4:]
NEVER_CLOSED = {"meta"}
MAIN = {"crr": "transaction", "rr": "response", "hold": "response", "open": "connect",
        "flood": "connect"}.get(WORKLOAD)
BROWSERS = "chromium-headless-shell", "chromium"
WIDTHS = 1280, 820, 390


def flat(second, prefix=""):
    for key, value in second.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}_")
        else:
            yield prefix + key, value


def check_csv(path, seconds):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    check(len(rows) == len(seconds) > 0, f"{len(rows)} rows for {len(seconds)} seconds")
    for row, second in zip(rows, seconds):
        expected = dict(flat(second))
        check(list(row) == list(expected), f"columns {list(row)}, not {list(expected)}")
        for name, value in expected.items():
            same = row[name] == value if isinstance(value, str) else \
                abs(float(row[name]) - value) <= 1e-8 * abs(value)
            check(same, f"{name}: {row[name]}, not {value}")


def check_hgrm(path, latency):
    with open(path) as file:
        lines = [line.split() for line in file]
    points = [[float(word) for word in line] for line in lines
              if len(line) in (3, 4) and line[0][0].isdigit()]
    check(all(len(point) == 4 for point in points[:-1]) and len(points[-1]) == 3, "columns")
    for before, after in zip(points, points[1:]):
        check(before[0] <= after[0] and before[1] < after[1] and before[2] <= after[2],
              f"{after} after {before}")
    total = latency["count"]
    check(points[-1][1] == 1 and points[-1][2] == total, f"{points[-1]} are not all of {total}")
    check(abs(points[-1][0] * 1000 - latency["max"]) < 0.01, f"max {points[-1]}, {latency['max']}")
    half = next(point for point in points if point[1] == 0.5)
    check(abs(half[0] * 1000 - latency["p50"]) < 0.01, f"median {half}, {latency['p50']}")


class Page(HTMLParser):
    """Elements that are open, and what was found in them."""

    def __init__(self):
        super().__init__()
        self.open, self.plots, self.words, self.data, self.headings = [], {}, [], "", []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        for name in "src", "href", "srcset", "action", "xlink:href":
            check(name not in given, f"<{tag} {name}> leads out of the page")
        check(not any(name.startswith("on") for name in given), f"<{tag}> has a handler")
        if tag == "script":
            check(given.get("type") == "application/json", "a script that runs")
        if tag == "h3":
            self.plots[given["id"]] = []
        if tag == "path" and given["class"].split()[0] == "line" and self.open[-2:] == ["figure", "svg"]:
            list(self.plots.values())[-1].append(given["d"])
        if tag not in NEVER_CLOSED and tag != "path":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag != "path":
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        check(self.open and self.open.pop() == tag, f"</{tag}> ends what is not open")

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.data += data
        else:
            self.words.append(data)


def check_page(text, result):
    page = Page()
    page.feed(text)
    page.close()
    check(text.startswith("<!DOCTYPE html>") and page.open == [], f"{page.open} are not closed")
    check(not re.search(r"https?:|//[a-z]|@import|url\(", text.split("<script")[0]),
          "an address in the page")
    check(list(page.plots) == PLOTS.split(","), f"plots: {','.join(page.plots)}")
    for name, lines in page.plots.items():
        check(lines and all(re.match(r"M[\d.]+ [\d.]+", line) for line in lines),
              f"plot {name} has a line without points: {lines}")
    carried = json.loads(page.data)
    check(carried["summary"] == result["summary"], "the page carries another result")
    check(any("<b>&" in word for word in page.words), "the command line is not there as it was")
    for section in result["config"].values():
        for name, value in section.items() if isinstance(section, dict) else ():
            check(name in page.words and value in page.words, f"--{name} {value} is not in the page")
    if shutil.which("tidy"):
        said = subprocess.run(["tidy", "-q", "-e"], input=text, capture_output=True, text=True)
        check(said.returncode == 0, f"tidy: {said.stderr}")


# The page in a frame: its width, what overflows, lines without length, what was fetched.
LOOK = """<!DOCTYPE html><body style="margin:0"><pre id="said"></pre><script>
const frame = document.createElement('iframe');
frame.style.cssText = 'border:0;height:3000px;width:' + WIDTH + 'px';
frame.srcdoc = TEXT;
frame.onload = () => {
	const page = frame.contentDocument, said = [], width = page.documentElement.clientWidth;
	if (page.documentElement.scrollWidth > width)
		said.push('the page is ' + page.documentElement.scrollWidth + ' wide');
	const lines = page.querySelectorAll('figure>svg>path.line:not(.dot)');
	lines.forEach(line => {
		const style = frame.contentWindow.getComputedStyle(line);
		if (style.stroke === 'none' || line.getBoundingClientRect().width > width)
			said.push('a line that cannot be seen');
	});
	page.querySelectorAll('figure text').forEach(text => {
		const inner = text.getBoundingClientRect();
		const outer = text.closest('figure').getBoundingClientRect();
		if (inner.left < outer.left || inner.right > outer.right || inner.height < 6)
			said.push('text ' + text.textContent + ' does not fit');
	});
	const fetched = frame.contentWindow.performance.getEntriesByType('resource').length;
	if (fetched > 0)
		said.push(fetched + ' things were fetched');
	document.getElementById('said').textContent =
		'lines: ' + lines.length + '; ' + said.join('; ') + '.';
};
document.body.append(frame);
</script>"""


def look(browser, folder, text, width, line_count):
    page = f"{folder}/look.html"
    quoted = json.dumps(text).replace("</", "<\\/").replace("<!--", "<\\!--")
    with open(page, "w") as file:
        file.write(LOOK.replace("WIDTH", str(width)).replace("TEXT", quoted))
    done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/user",
                           f"--window-size={width + 50},3100", "--virtual-time-budget=5000", "--dump-dom",
                           f"file://{page}"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120)
    said = re.search(r'id="said">([^<]*)<', done.stdout)
    check(said is not None and said[1] == f"lines: {line_count}; .",
          f"{width} wide: {said[1] if said else done.stderr}")


def check_in_browser(folder, text):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"no browser ({', '.join(BROWSERS)}): the page was not looked at in one")
        return
    lines = len(re.findall(r'^<path class="line s', text, re.M))
    for width in WIDTHS:
        look(browser, folder, text, width, lines)


def main():
    with tempfile.TemporaryDirectory() as folder:
        files = {name: f"{folder}/<b>&amp;\"'{name}" for name in ("json", "csv", "hgrm", "report")}
        if MAIN is None:
            del files["hgrm"]
        command = [BENCH, *eal("outputs", "0"), "--", "--workload", WORKLOAD, *OPTIONS]
        for name, path in files.items():
            command += [f"--{name}", path]
            with open(path, "w") as file:  # of a run before, and longer
                file.write("before\n" * 200000)
        print(" ".join(command))
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"exit code {done.returncode}: {done.stderr}")
        check("\r" not in done.stdout and "\033" not in done.stdout, "no plain text in a pipe")
        with open(files["json"]) as file:
            result = json.load(file)
        check_csv(files["csv"], result["intervals"])
        if MAIN is not None:
            check_hgrm(files["hgrm"], result["summary"]["latency_us"][MAIN])
        with open(files["report"]) as file:
            text = file.read()
        check_page(text, result)
        check_in_browser(folder, text)
    sys.exit(check.failed)


os.environ["LC_ALL"] = "C.UTF-8"
main()
