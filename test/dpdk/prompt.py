#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Commands to estab-echo and estab-bench while they run, from a pipe, from a file, and at a terminal: what they
show is what there is, a wrong one does no harm, and packets go on meanwhile.

usage: prompt.py ESTAB_ECHO ESTAB_BENCH"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

from programs import TOTAL, check, end

ECHO, BENCH = sys.argv[1:]
SECONDS = 30
CONNECTIONS = 40  # more than a page of 32
ADDRESS = ["--address", "198.18.0.2/15"]


def eal(role, *more):
    return ["--no-huge", "--no-pci", "--no-telemetry", "-m", "128", "--lcores", "0@0",
            f"--file-prefix=estab-prompt-{os.getpid()}-{role}", *more]


class Reader:
    """All that a program writes, as it comes."""

    def __init__(self, source):
        self.source = source
        self.text = ""

    def more(self):
        if not select.select([self.source], [], [], 0.1)[0]:
            return
        try:
            self.text += os.read(self.source, 65536).decode(errors="replace")
        except OSError:  # the other end of a terminal is gone
            time.sleep(0.1)

    def until(self, what, last_place=0):
        """@return what came from that place until then"""
        last = time.monotonic() + SECONDS
        while what not in self.text[last_place:]:
            if time.monotonic() > last:
                sys.exit(f"waited for '{what}' in vain:\n{self.text}")
            self.more()
        return self.text[last_place:self.text.index(what, last_place)]


class Program:
    """One that reads commands from a pipe. A wrong command marks the end of the answer before."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.reader = Reader(self.process.stdout.fileno())
        self.asked = 0

    def say(self, line):
        try:
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            sys.exit(f"ended with {self.process.wait(SECONDS)}:\n{self.reader.text}")

    def ask(self, line):
        self.asked += 1
        mark = f"mark{self.asked}: no such command: see help\n"
        place = len(self.reader.text)
        self.say(line)
        self.say(f"mark{self.asked}")
        return self.reader.until(mark, place)

    def end(self):
        """@return exit code, and the rest of what it said"""
        place = len(self.reader.text)
        status = self.process.wait(SECONDS)
        while select.select([self.reader.source], [], [], 0)[0]:
            before = len(self.reader.text)
            self.reader.more()
            if len(self.reader.text) == before:
                break
        return status, self.reader.text[place:]


def numbers(answer):
    return {name: int(number.replace(",", "")) for name, number in TOTAL.findall(answer)}


def await_answer(program, line, pattern):
    last = time.monotonic() + SECONDS
    while not re.search(pattern, answer := program.ask(line)):
        if time.monotonic() > last:
            sys.exit(f"{line}: no '{pattern}' in\n{answer}")
        time.sleep(0.1)
    return answer


def check_connections(echo):
    page = echo.ask("show conn").splitlines()
    check(len(page) == 34 and page[-1].startswith("to go on: show conn all "), f"a page: {page}")
    rest = echo.ask(page[-1].removeprefix("to go on: ")).splitlines()
    ids = [line.split()[0] for line in page[1:-1] + rest[1:]]
    check(len(set(ids)) == len(ids) == CONNECTIONS, f"connections: {ids}")
    one = page[5].split()
    check(one[2] == "ESTABLISHED" and one[3] == "198.18.0.2:7", f"a connection: {one}")
    found = echo.ask(f"show conn {one[4]} ").splitlines()
    check(found[1].split()[:5] == one[:5], f"filtered: {found}")
    by_port = echo.ask(f"show conn :{one[4].rpartition(':')[2]} ").splitlines()
    check(by_port[1].split()[:5] == one[:5], f"by the port: {by_port}")
    check(len(echo.ask("show conn FIN-WAIT-1").splitlines()) == 1, "nobody's state")
    info = echo.ask(f"show conn {one[0]}")
    check(re.search(rf"remote +{re.escape(one[4])}\n", info) and "cwnd" in info, f"one: {info}")
    for nobody in "99999", "18446744073709551615":
        check(echo.ask(f"show conn {nobody}") == "no connection of this number\n", nobody)


def check_counters(echo):
    told = numbers(echo.ask("show tcp stats"))
    check(told["connections_open"] == CONNECTIONS and told["rx_packets"] > 0, f"told {told}")
    row = echo.ask("show lcores").splitlines()[1].split()
    check(row[:3] == ["0", "1", str(CONNECTIONS)], f"lcores: {row}")
    check(echo.ask("show lcore 1") == "lcore 1 has no stack\n", "an lcore that is not there")
    check("unaccounted" not in echo.ask("show drops"), "packets without a fate")
    stats = echo.ask("show port stats all")
    check("statistics for port 0" in stats and "RX-packets: 0 " not in stats, f"port: {stats}")
    check(echo.ask("show port stats 1") == "port 1 is not in use\n", "a port that is not there")
    check("rx_good_packets: " in echo.ask("show port xstats 0"), "extended statistics")
    check("net_memif0" in echo.ask("show port info all"), "what the port is")


def check_clear(echo):
    before = numbers(echo.ask("show tcp stats"))
    check("from now on" in echo.ask("clear tcp stats"), "not cleared")
    now = numbers(echo.ask("show tcp stats"))
    check(now["connections_open"] == CONNECTIONS, "a gauge was cleared")
    check("connections_passive" not in now and now.get("rx_packets", 0) < before["rx_packets"],
          f"after the clearing {now}")


def check_wrong(program):
    """One line each, and the next right command is answered."""
    for line, answer in (("show", "show: expected"), ("set rate 1x", "set rate 1x: expected"),
                         ("stop now", 'stop now: expected "stop"'), ("a" * 600, "longer than"),
                         ("%s%n", "%s%n: no such"), ("\x7f\x01", "no such command"),
                         ("set log lib.estab.* loud", 'expected "set log')):
        said = program.ask(line)
        check(answer in said and said.count("\n") <= 2, f"{line[:40]!r} is answered by {said!r}")
    check(program.ask("set log lib.estab.* info") == "set\n", "set log")
    check(program.ask("set rate 5") == "this program has no rate\n", "set rate of estab-echo")
    check("show listeners" in program.ask("help"), "help")


def check_long(program):
    """A line is refused whole, wherever the reader's buffer ends in it, and what follows is a line again."""
    for length in 511, 512, 1021, 1022, 1023, 5000:
        for behind in "", "quit", " # quit":
            said = program.ask("a" * length + behind)
            check(said == f"{'a' * 80}: longer than 510 characters\n", f"{length} characters: {said!r}")
    said = program.ask("a" * 511 + "quit\nshow lcore 1")
    check(said.endswith("characters\nlcore 1 has no stack\n") and said.count("\n") == 2, f"{said!r}")
    check(program.ask("a" * 510) == f"{'a' * 80}: no such command: see help\n", "510 characters")


def check_capture(echo, folder):
    """Begun and ended twice; what cannot be says why, and leaves nothing."""
    os.mkfifo(f"{folder}/pipe")
    for line, answer in (("stop capture", "nothing is captured\n"),
                         ("show capture", "nothing was captured\n"),
                         ("start capture /nonexistent/x", "cannot be written: No such file or directory\n"),
                         (f"start capture {folder}/pipe", "cannot be written: nobody reads it\n"),
                         (f"start capture {folder}/x prt 7", "can't parse filter expression: syntax error\n")):
        check(echo.ask(line) == answer, f"{line}: {echo.ask(line)}")
    for name, words, some in ("all.pcap", "", True), ("none.pcap", " host 192.0.2.9 and port 9", False):
        path = f"{folder}/{name}"
        said = echo.ask(f"start capture {path}{words}")
        check(f"capture:{words or ' all packets'} to {path}" in said, f"start capture: {said}")
        check("is under way" in echo.ask(f"start capture {folder}/x"), "two at a time")
        if some:
            await_answer(echo, "show capture", r"packets +[1-9]")
        said = echo.ask("stop capture")
        told = dict(line.split(None, 1) for line in said.splitlines() if len(line.split()) > 1)
        check(told["file"] == path and told["state"] == "ended" and told["ended"] == "stopped", said)
        check(int(told["bytes"]) == os.path.getsize(path), f"{told} of {os.path.getsize(path)}")
        check((int(told["packets"]) > 0) == some, said)
    check(not os.path.exists(f"{folder}/x"), "a file that nobody could begin")


def check_states(echo):
    """Of those that have ended since the level was set, and no line when it is back."""
    await_answer(echo, "show log", rf"states +on\n +lines +{3 * CONNECTIONS}\n")
    for change in "ESTABLISHED -> CLOSE-WAIT: rcv FIN", "CLOSE-WAIT -> LAST-ACK: CLOSE", \
            "LAST-ACK -> CLOSED: rcv ACK of FIN":
        check(echo.reader.text.count(change) == CONNECTIONS, f"{change}: {echo.reader.text.count(change)}")
    check(echo.ask("set log lib.estab.tcp notice") == "set\n", "set log")
    check(re.search(r"states +off\n", echo.ask("show log")), "the log is on")


def check_listening(echo):
    """A stopped server keeps who is there."""
    check(re.search(r"ports +7\n", echo.ask("show listeners")), "listeners")
    check(echo.ask("stop") == "stopped\n" and echo.ask("stop") == "is stopped\n", "stop")
    check(re.search(r"ports *\n", echo.ask("show listeners")), "listeners of a stopped server")
    check(echo.ask("start") == "started\n" and echo.ask("start") == "is started\n", "start")
    check(numbers(echo.ask("show tcp stats"))["connections_open"] == CONNECTIONS, "lost some")


def over_memif():
    with tempfile.TemporaryDirectory() as folder:
        def memif(role):
            return f"--vdev=net_memif0,role={role},socket-abstract=no,socket={folder}/memif.sock"
        echo = Program([ECHO, *eal("server", memif("server")), "--", *ADDRESS, "-i"])
        echo.reader.until("echo listens on")
        bench = Program([BENCH, *eal("client", memif("client")), "--", "--address", "198.18.0.1/15",
                         "--server", "198.18.0.2:7", "--workload", "rr", "--connections",
                         str(CONNECTIONS), "--duration", "60s", "--interactive"])
        try:
            await_answer(echo, "show tcp stats", rf"connections_open +{CONNECTIONS} ")
            check(bench.ask("stop") == "is not started\n", "stop before the start")
            check("goes with" in bench.ask("set rate 5"), "set rate without --rate")
            check(bench.ask("start") == "started\n" and bench.ask("start") == "is started\n", "start")
            await_answer(bench, "show latency response", r"count +[1-9]")
            for part in check_connections, check_counters, check_clear, check_wrong, check_long:
                part(echo)
            check_capture(echo, folder)
            check_listening(echo)
            check(echo.ask("set log lib.estab.tcp debug") == "set\n", "set log")
            bench.say("stop")
            status, said = bench.end()
            check(status == 0 and "result: " in said, f"estab-bench ended with {status}: {said}")
            check_states(echo)
            echo.process.stdin.close()
            status, said = echo.end()
            check(status == 0 and "totals after" in said, f"estab-echo ended with {status}: {said}")
        finally:
            end(bench.process)
            end(echo.process)


def refuses_when_stopped():
    """From the client's side, in one process after the other."""
    with tempfile.TemporaryDirectory() as folder:
        def memif(role):
            return f"--vdev=net_memif0,role={role},socket-abstract=no,socket={folder}/memif.sock"
        echo = Program([ECHO, *eal("server", memif("server")), "--", *ADDRESS, "-i"])
        try:
            echo.reader.until("echo listens on")
            echo.ask("stop")
            done = subprocess.run([BENCH, *eal("client", memif("client")), "--", "--address",
                                   "198.18.0.1/15", "--server", "198.18.0.2:7", "--workload", "crr",
                                   "--close", "client", "--duration", "1"],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=SECONDS)
            check(done.returncode == 1 and "connect_refused" in done.stderr, done.stderr)
            echo.say("quit")
            check(echo.end()[0] == 0, "quit")
        finally:
            end(echo.process)


def run_echo(text, *options, stdin=subprocess.DEVNULL):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
        file.flush()
        return file.name, subprocess.run(
            [ECHO, *eal("file", "--vdev=net_null0"), "--", *ADDRESS, "--cmdline-file", file.name,
             *options], stdin=stdin, capture_output=True, text=True, timeout=SECONDS)


def from_a_file():
    _, done = run_echo("# a comment\n\nshow listeners\nquit\nshow config\n")
    check(done.returncode == 0 and "backlog" in done.stdout, f"from a file: {done}")
    check("dpdk" not in done.stdout, "a line after the quit was carried out")
    _, done = run_echo("show listeners\n", "--duration", "0.5")
    check(done.returncode == 0 and "totals after" in done.stdout, f"its end is not the program's: {done}")
    _, done = run_echo("show listeners\n", "-i")
    check(done.returncode == 0 and "backlog" in done.stdout, f"end of file at the prompt: {done}")
    name, done = run_echo("show listeners\nset rate 1\nset rate 1x\nfoo\n", "-i")
    check(done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1 and
          f"--cmdline-file {name}: line 3: set rate 1x: expected" in done.stderr, f"wrong: {done}")


def never_started():
    """Nothing was measured: nobody may take that for a success."""
    for text in "", "show lcores\nquit\n":
        done = subprocess.run([BENCH, *eal("never"), "--", "--loopback", "--workload", "crr",
                               "--duration", "1", "-i"], input=text, capture_output=True,
                              text=True, timeout=SECONDS)
        said = [line for line in done.stderr.splitlines() if line.startswith("estab-bench: ")]
        check(done.returncode == 1 and len(said) == 1 and "nothing was measured" in said[0] and
              "result:" not in done.stdout, f"never started: {done}")


def at_a_terminal():
    """Completion, history, an interrupt that clears the line, and the end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([ECHO, *eal("terminal", "--vdev=net_null0"), "--", *ADDRESS, "-i"],
                               stdin=theirs, stdout=theirs, stderr=theirs)
    reader = Reader(ours)
    try:
        reader.until("estab> ")
        os.write(ours, b"show li\tx\x7f\r")
        reader.until("backlog")
        place = len(reader.text)
        os.write(ours, b"\x1b[A\r")  # up: the same again
        reader.until("backlog", place)
        place = len(reader.text)
        os.write(ours, b"stop\x03show nothing\r")
        reader.until('show nothing: expected "show ', place)
        reader.until("estab> ", place + 40)
        place = len(reader.text)
        os.write(ours, b"nonsense  # of somebody\r")
        reader.until("nonsense: no such command: see help", place)
        place = len(reader.text)
        os.write(ours, b"?")
        reader.until("clear [", place)
        check("RETURN" not in reader.text and "Bad arguments" not in reader.text, "words of rte_cmdline")
        place = len(reader.text)
        os.write(ours, b"start\r")
        reader.until("is started", place)
        os.write(ours, b"\x04")
        reader.until("totals after")
        check(process.wait(SECONDS) == 0, "Ctrl-D")
    finally:
        end(process)
        os.close(ours)
        os.close(theirs)


for part in over_memif, refuses_when_stopped, from_a_file, never_started, at_a_terminal:
    print(part.__name__, flush=True)
    part()
sys.exit(check.failed)
