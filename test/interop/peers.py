# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's TCP as client: by common tools, and by sockets where the way to end matters."""

import hashlib
import os
import socket
import subprocess
import threading
import time

from cases import expect
from wires import ESTAB

SOCKET_SECONDS = 20
PAUSE_SECONDS = 1.0
CHUNK = 65536
MEGABYTE = 1 << 20


def digest(data):
    return hashlib.sha256(data).hexdigest()


def random_file(size):
    """@return its path and checksum"""
    path = "/run/random"
    with open(path, "wb") as file:
        for offset in range(0, size, MEGABYTE):
            file.write(os.urandom(min(MEGABYTE, size - offset)))
    return path, digest_of_file(path)[1]


def digest_of_file(path):
    """@return its length and checksum"""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(MEGABYTE):
            found.update(part)
        return file.tell(), found.hexdigest()


def pipe(command, path, seconds):
    """The tool's output when it is fed with this file. @return length and checksum of it"""
    output = "/run/output"
    with open(path, "rb") as source, open(output, "wb") as target:
        done = subprocess.run(command, stdin=source, stdout=target, stderr=subprocess.PIPE,
                              timeout=seconds)
    expect(done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stderr!r}")
    return digest_of_file(output)


def counted(name):
    """One of the kernel's own counters of TCP in this namespace, both families, as nstat has them."""
    with open("/proc/net/snmp") as snmp:
        names, values = (line.split() for line in snmp if line.startswith("Tcp:"))
    return int(values[names.index(name)])


def connect(family, port, prepare=None):
    """prepare: sets options before the SYN goes out."""
    conn = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6)
    conn.settimeout(SOCKET_SECONDS)
    try:
        if prepare:
            prepare(conn)
        conn.connect((ESTAB[family], port))
    except BaseException:
        conn.close()
        raise
    return conn


def receive_exactly(conn, size):
    parts = []
    while size > 0:
        part = conn.recv(min(size, CHUNK))
        if not part:
            raise AssertionError(f"end of file with {size} bytes to come")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive_all(conn):
    """Until the end of file; a reset is an exception."""
    parts = []
    while part := conn.recv(CHUNK):
        parts.append(part)
    return b"".join(parts)


def receive_slowly(conn):
    """Does not read for a while, so that the window closes, twice; then all."""
    time.sleep(PAUSE_SECONDS)
    first = receive_exactly(conn, CHUNK)
    time.sleep(PAUSE_SECONDS)
    return first + receive_all(conn)


def send_and_receive_all(conn, data, receive=receive_all):
    """Sends and half-closes while it receives all that comes."""
    def send():
        conn.sendall(data)
        conn.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    received = receive(conn)
    sender.join(SOCKET_SECONDS)
    return received


def send_and_close_first(conn, data):
    """For text that fits any buffer: sends, half-closes, and only then receives all that comes."""
    conn.sendall(data)
    conn.shutdown(socket.SHUT_WR)
    return receive_all(conn)
