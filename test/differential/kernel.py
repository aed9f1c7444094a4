# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's TCP as a host: sockets in this namespace, and a TAP through which the peers speak.

What a frame makes the kernel send is there when the write of that frame returns, so that an answer
at once can be told from what a timer has sent. Scripts are played side by side, each with ports of
its own, and wait together.
"""

import errno
import fcntl
import heapq
import itertools
import os
import resource
import socket
import struct
import subprocess
import time

from play import play
from segments import FAMILY, Ends, stack_port_of

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
FIONREAD = 0x541B
DEVICE = "peers"
PEER_MAC, STACK_MAC = bytes.fromhex("020000000064"), bytes.fromhex("020000000001")
PEER = {4: "192.0.2.100", 6: "2001:db8::64"}
STACK = {4: "192.0.2.1", 6: "2001:db8::1"}
PREFIX = {4: 24, 6: 64}
FIRST_PORT, LAST_PORT = 10000, 65000
RTO_MIN = "5s"  # as in stage.c
TOGETHER = 400  # scripts played side by side

# Beside what stage.c sets at estab's end.
SYSCTLS = {
    "ipv4/tcp_early_retrans": 0,      # no tail loss probes
    "ipv4/tcp_no_metrics_save": 1,    # no script learns from another
    "ipv4/tcp_autocorking": 0,
    "ipv4/tcp_tso_win_divisor": 127,  # nothing waits for a further ACK, as it may within 1 ms
    "ipv4/tcp_rfc1337": 1,
    "ipv4/tcp_syncookies": 0,
    "ipv6/conf/default/accept_ra": 0,
    "ipv6/conf/default/router_solicitations": 0,
}
STATES = ["", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
          "CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING"]


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def open_tap():
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def set_up_device():
    """Every segment is to be acknowledged at once, and nothing sent again while a script lasts."""
    for name, value in SYSCTLS.items():
        with open(f"/proc/sys/net/{name}", "w") as file:
            file.write(str(value))
    run("ip", "link", "set", DEVICE, "address", STACK_MAC.hex(":"), "up")
    mac = PEER_MAC.hex(":")
    for family in (4, 6):
        ip = ["ip", f"-{family}"]
        run(*ip, "address", "add", f"{STACK[family]}/{PREFIX[family]}", "dev", DEVICE,
            *(["nodad"] if family == 6 else []))
        run(*ip, "neighbour", "add", PEER[family], "lladdr", mac, "dev", DEVICE, "nud", "permanent")
        run(*ip, "route", "add", PEER[family], "dev", DEVICE, "quickack", "1", "rto_min", RTO_MIN)


def attempt(call, *arguments):
    """@return what it returned, or the name of its error"""
    try:
        return call(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]


class Host:
    """One script's end: its sockets, and the frames that came for it."""

    def __init__(self, kernel, family, buffer, port):
        self.kernel = kernel
        self.buffer = buffer
        self.ends = Ends(family, PEER_MAC, STACK_MAC,
                         socket.inet_pton(FAMILY[family], PEER[family]),
                         socket.inet_pton(FAMILY[family], STACK[family]), port, port)
        self.waiting = []
        self.listener = None
        self.conn = None

    def arrive(self, frame):
        os.write(self.kernel.tap, frame)
        self.kernel.drain()

    def frames(self):
        self.kernel.drain()
        frames, self.waiting = self.waiting, []
        return frames

    def call(self, name, *words):
        """@return a word; bytes where some were read"""
        if name not in ("listen", "unlisten", "accept", "connect") and self.conn is None:
            return "EBADF"
        result = attempt(getattr(self, {"waiting": "waiting_bytes"}.get(name, name)), *words)
        if isinstance(result, (bytes, str)) and result:
            return result
        return str(result or 0)

    def peek(self):
        return ""

    def make_socket(self):
        made = socket.socket(FAMILY[self.ends.family])
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        if self.buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
        made.bind((STACK[self.ends.family], self.ends.stack_port))
        return made

    def listen(self, backlog=128):
        self.listener = self.make_socket()
        self.listener.listen(backlog)

    def unlisten(self):
        self.listener.close()
        self.listener = None

    def accept(self):
        if self.conn or not self.listener:
            return "EAGAIN"
        self.conn, _ = self.listener.accept()
        self.conn.setblocking(False)

    def connect(self):
        self.conn = self.make_socket()
        result = attempt(self.conn.connect, (PEER[self.ends.family], self.ends.peer_port))
        return None if result == "EINPROGRESS" else result

    def write(self, data):
        return self.conn.send(data, socket.MSG_NOSIGNAL)

    def write_more(self, data):
        return self.conn.send(data, socket.MSG_NOSIGNAL | socket.MSG_MORE)

    def write_urgent(self, data):
        return self.conn.send(data, socket.MSG_NOSIGNAL | socket.MSG_OOB)

    def read(self, size):
        return self.conn.recv(size)

    def waiting_bytes(self):
        return struct.unpack("i", fcntl.ioctl(self.conn, FIONREAD, b"\0" * 4))[0]

    def shutdown(self):
        self.conn.shutdown(socket.SHUT_WR)

    def close(self):
        self.conn.close()
        self.conn = None

    def abort(self):
        self.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def error(self):
        return errno.errorcode.get(self.conn.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))

    def state(self):
        return STATES[self.conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]]

    def nodelay(self, on):
        self.conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, on)

    def cork(self, on):
        self.conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, on)

    def end(self):
        """Nothing of it shall speak any more."""
        if self.conn:
            self.abort()
        if self.listener:
            self.listener.close()
        del self.kernel.hosts[self.ends.stack_port]


class Kernel:
    def __init__(self):
        self.tap = open_tap()
        set_up_device()
        self.hosts = {}  # by port
        self.ports = itertools.cycle(range(FIRST_PORT, LAST_PORT))
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 4096), limit))

    def drain(self):
        """Hand out what the kernel has sent."""
        while True:
            try:
                frame = os.read(self.tap, 4096)
            except BlockingIOError:
                return
            for family in (4, 6):
                host = self.hosts.get(stack_port_of(frame, family))
                if host and host.ends.family == family:
                    host.waiting.append(frame)

    def begin(self, script, family):
        port = next(self.ports)
        self.hosts[port] = Host(self, family, script.buffer, port)
        return self.hosts[port]

    def play(self, jobs):
        """jobs: (key, script, family). @return a dict of outcomes by key"""
        waiting, outcomes, order = [], {}, itertools.count()
        jobs = iter(jobs)

        def begin_some():
            while len(waiting) < TOGETHER and (job := next(jobs, None)):
                key, script, family = job
                host = self.begin(script, family)
                heapq.heappush(waiting, (time.monotonic(), next(order), key, host,
                                         play(script, host)))

        begin_some()
        while waiting:
            at, _, key, host, steps = heapq.heappop(waiting)
            while (left := at - time.monotonic()) > 0:
                time.sleep(min(left, 0.005))
                self.drain()
            try:
                at = time.monotonic() + next(steps) / 1000
                heapq.heappush(waiting, (at, next(order), key, host, steps))
            except StopIteration as stop:
                outcomes[key] = stop.value
                host.end()
                begin_some()
        return outcomes
