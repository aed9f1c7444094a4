#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Goodput of one connection over a bad wire: Linux and estab send to Linux through the same relay,
one after the other, with the same losses by number, again and again; the medians and their ratio.

    sudo test/interop/goodput.py --build build --loss 0.1,1,5 --delay 10

Who sends has the same veth, MTU and addresses; Linux sends with the congestion control that is
named, estab-echo is its --mode chargen, under the same control. Every byte that comes is compared. Both keep the segments whole: no GSO, GRO or checksum offload
anywhere, so that a frame is a segment and a lost frame one lost segment.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager

from cases import expect
from enter import enter, unique
from relays import a_relay
from sysctls import sysctls
from wires import ESTAB, KERNEL, PREFIX, offloads_off, run

PORT = 19
START_SECONDS = 20
RELAY_QUEUE = 1000
SO_RCVBUFFORCE = 33
RECEIVE_BUFFER = 16 << 20
CHARACTERS = bytes(range(ord(" "), ord("~") + 1))
LINES = (CHARACTERS[i:] + CHARACTERS[:i] for i in range(len(CHARACTERS)))
PATTERN = b"".join((line * 2)[:72] + b"\r\n" for line in LINES)  # RFC 864
OTHER_NAMES = {"reno": "newreno"}  # of Linux' controls at estab


def read_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", help="the build directory (build)")
    parser.add_argument("--echo", help="estab-echo (that of the build directory)")
    parser.add_argument("--relay", help="the relay of test/support (that of the build directory)")
    parser.add_argument("--loss", default="0.1,1,5", help="percent, from the sender to the receiver")
    parser.add_argument("--delay", default="10", help="ms, each way")
    parser.add_argument("--rate", default="0", help="Mbit/s of the wire (0: without limit)")
    parser.add_argument("--queue", default=str(RELAY_QUEUE), help="frames before it")
    parser.add_argument("--reorder", default="0", help="percent of the frames")
    parser.add_argument("--seeds", type=int, default=5, help="runs of each sender per loss")
    parser.add_argument("--seconds", type=float, default=8, help="of each run")
    parser.add_argument("--family", type=int, choices=(4, 6), default=4)
    parser.add_argument("--congestion", default="cubic",
                        help="of both, by Linux' name: cubic, reno, bbr or dctcp (cubic)")
    parser.add_argument("--echo-options", default="", help="more for estab-echo")
    parser.add_argument("--at-least", type=float, help="exit with 1 where a ratio is below this")
    parser.add_argument("--json", help="write the figures to this file")
    return parser.parse_args(words)


class Path:
    """receiver (here) - relay - sender: two veths and three namespaces."""

    def __init__(self):
        number = unique()
        self.relay, self.sender = f"r{number}", f"s{number}"
        self.ends = f"k{number}", f"q{number}", f"p{number}", f"e{number}"
        here, near, far, there = self.ends
        for name in (self.relay, self.sender):
            run("ip", "netns", "add", name)
        run("ip", "link", "add", here, "type", "veth", "peer", "name", near, "netns", self.relay)
        run("ip", "link", "add", there, "netns", self.sender, "type", "veth",
            "peer", "name", far, "netns", self.relay)
        offloads_off(here)
        for namespace, interface in ((self.relay, near), (self.relay, far), (self.sender, there)):
            offloads_off(interface, *self.inside(namespace))
        self.inside_run(self.relay, "sysctl", "-q", "net.ipv6.conf.all.disable_ipv6=1")
        for interface in (near, far):
            run("ip", "-netns", self.relay, "link", "set", interface, "arp", "off", "up")
        self.address(here, KERNEL)
        run("ip", "link", "set", here, "up")

    @staticmethod
    def inside(namespace):
        return ["ip", "netns", "exec", namespace]

    def inside_run(self, namespace, *command):
        return run(*self.inside(namespace), *command)

    @staticmethod
    def address(interface, addresses, *where):
        for family, address in addresses.items():
            nodad = ["nodad"] if family == 6 else []
            run("ip", *where, "address", "replace", f"{address}/{PREFIX[family]}", "dev", interface,
                *nodad)

    def remove(self):
        for name in (self.relay, self.sender):
            run("ip", "netns", "delete", name)


LINUX_SENDER = """
import socket, sys
family, port, congestion = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
server = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, congestion.encode())
server.bind(("", port))
server.listen()
print(" listens on [", flush=True)
text = sys.argv[4].encode("latin-1").decode("unicode_escape").encode("latin-1") * 16
while True:
    conn, _ = server.accept()
    try:
        while True:
            conn.sendall(text)
    except OSError:
        conn.close()
"""


def linux_command(arguments):
    return [sys.executable, "-c", LINUX_SENDER, str(arguments.family), str(PORT),
            arguments.congestion, PATTERN.decode().encode("unicode_escape").decode()]


def estab_command(arguments, path):
    echo = arguments.echo or f"{arguments.build}/app/echo/estab-echo"
    addresses = [f"--address={address}/{PREFIX[family]}" for family, address in ESTAB.items()]
    return [echo, "--no-huge", "--no-pci", "--no-telemetry", "-m", "256",
            "-l", core(last=False)[-1], f"--file-prefix=interop-{unique()}",
            f"--vdev=net_af_packet0,iface={path.ends[3]}",
            "--", *addresses, "--mode", "chargen", "--port", str(PORT), "--stats-period", "0",
            "--congestion", OTHER_NAMES.get(arguments.congestion, arguments.congestion),
            "--send-buffer", "4m", *arguments.echo_options.split()]


def go_first():
    """A poll loop that waits for its core measures the other programs of this machine; the kernel's
    sender is served by interrupts, and would not."""
    os.nice(-20)


def core(last):
    """@return what starts a program on our first or last core: one that polls shall not keep the wire
    waiting, nor the other way round"""
    ours = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(ours[-1 if last else 0])]


def at_once():
    """@return what starts the relay: a wire waits for nobody, or its delay would grow with the load"""
    return ["chrt", "--fifo", "1", *core(last=True)]


@contextmanager
def sender(who, arguments, path):
    """One that listens in the sender's namespace and sends all it can to who connects."""
    there = path.ends[3]
    if who == "Linux":
        path.address(there, ESTAB, "-netns", path.sender)
        command = linux_command(arguments)
    else:
        run("ip", "-netns", path.sender, "address", "flush", "dev", there)
        command = estab_command(arguments, path)
    run("ip", "-netns", path.sender, "link", "set", there, "up")
    with open(f"/run/sender-{unique()}.log", "w+") as log:
        process = subprocess.Popen([*core(last=False), *path.inside(path.sender), *command],
                                   stdout=log, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, preexec_fn=go_first)
        try:
            await_listening(process, log)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(START_SECONDS)
            finally:
                process.kill()
                process.wait()


def await_listening(process, log):
    last = time.monotonic() + START_SECONDS
    while True:
        log.seek(0)
        said = log.read()
        if " listens on [" in said:
            return
        if process.poll() is not None or time.monotonic() > last:
            raise SystemExit(f"the sender did not start:\n{said}")
        time.sleep(0.05)


class Reader:
    """Compares all that comes with the pattern."""

    def __init__(self, conn):
        self.conn = conn
        self.buffer = bytearray(1 << 18)
        self.expected = PATTERN * (len(self.buffer) // len(PATTERN) + 2)
        self.total = 0

    def read(self):
        """@return how many bytes"""
        size = self.conn.recv_into(self.buffer)
        expect(size > 0, "the sender ended the connection")
        at = self.total % len(PATTERN)
        expect(self.buffer[:size] == self.expected[at:at + size],
               f"other text than was sent, after {self.total} bytes")
        self.total += size
        return size


def receive(arguments):
    """@return Mbit/s from the first byte on, for so many seconds"""
    total = 0
    with socket.socket(socket.AF_INET6 if arguments.family == 6 else socket.AF_INET) as conn:
        conn.settimeout(60)
        conn.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        conn.connect((ESTAB[arguments.family], PORT))
        reader = Reader(conn)
        reader.read()
        begin = now = time.monotonic()
        while now < begin + arguments.seconds:
            total += reader.read()
            now = time.monotonic()
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return total * 8 / (now - begin) / 1e6


def measure(who, arguments, path, loss, seed):
    options = ["--loss", loss, "--delay", arguments.delay, "--rate", arguments.rate,
               "--queue", arguments.queue, "--reorder", arguments.reorder, "--seed", str(seed)]
    relay_program = arguments.relay or os.path.join(arguments.build, "test", "support", "relay")
    with sender(who, arguments, path):
        # From the sender's interface to ours: this way frames are lost.
        with a_relay(relay_program, (path.ends[2], path.ends[1]), *options,
                     prefix=[*at_once(), *path.inside(path.relay)]) as relay:
            goodput = receive(arguments)
    missed = relay.forward["unheard"] + relay.back["unheard"]
    print(f"#   loss {loss:>4} %  seed {seed}  {who:5}  {goodput:8.2f} Mbit/s, {relay.forward['lost']} "
          f"of {relay.forward['taken']} frames lost, {relay.forward['queue_full']} without room"
          + (f", and {missed} MISSED BY THE RELAY" if missed else ""), flush=True)
    return goodput


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "runs": values}


def try_loss(arguments, path, loss):
    goodputs = {"Linux": [], "estab": []}
    for seed in range(1, arguments.seeds + 1):
        for who, values in goodputs.items():
            values.append(measure(who, arguments, path, loss, seed))
    row = {"loss_percent": float(loss), **{who: summary(v) for who, v in goodputs.items()}}
    row["ratio"] = row["estab"]["median"] / row["Linux"]["median"]
    return row


def print_row(row):
    columns = [f"{row[who]['median']:8.2f} ({row[who]['min']:.2f} to {row[who]['max']:.2f})"
               for who in ("Linux", "estab")]
    print(f"{row['loss_percent']:6g} %  {columns[0]:32} {columns[1]:32} {row['ratio']:.2f}", flush=True)


def main():
    arguments = read_arguments()
    enter("chrt", "ethtool", "sysctl", "taskset")
    path = Path()
    try:
        with sysctls(tcp_no_metrics_save="1"):
            rows = [try_loss(arguments, path, loss) for loss in arguments.loss.split(",")]
    finally:
        path.remove()
    print(f"IPv{arguments.family}, {arguments.delay} ms each way, {arguments.seeds} runs of "
          f"{arguments.seconds:g} s each, load {os.getloadavg()[0]:.1f}; median (least to most), Mbit/s")
    print(f"  loss   {'Linux ' + arguments.congestion:32} {'estab':32} ratio")
    for row in rows:
        print_row(row)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"arguments": vars(arguments), "rows": rows}, file, indent=1)
    sys.exit(arguments.at_least is not None and any(r["ratio"] < arguments.at_least for r in rows))


if __name__ == "__main__":
    main()
