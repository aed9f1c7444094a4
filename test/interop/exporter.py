#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Stands in for dpdk-telemetry-exporter.py, which Debian's DPDK 22.11 does not have yet: loads an endpoint,
asks it for info() and metrics(sock) at every scrape, and names what it gets dpdk_ENDPOINT_NAME.

usage: exporter.py ENDPOINT.py SOCKET PORT"""

import importlib.util
import json
import os
import socket
import sys
from http import server


class TelemetrySocket:
    """What metrics() is given: one question at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.size = json.loads(self.socket.recv(1024))["max_output_len"]

    def cmd(self, uri, arg=None):
        self.socket.sendall((uri if arg is None else f"{uri},{arg}").encode())
        return json.loads(self.socket.recv(self.size))[uri]


def load(path):
    sys.dont_write_bytecode = True
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(endpoint, sock):
    """The text format of Prometheus. A name that info() does not have is a KeyError: the scrape fails."""
    info, lines, described = endpoint.info(), [], set()
    for name, value, labels in endpoint.metrics(sock):
        full = f"dpdk_{endpoint.__name__}_{name}"
        if name not in described:
            lines += [f"# HELP {full} {info[name][0]}", f"# TYPE {full} {info[name][1]}"]
            described.add(name)
        pairs = ",".join(f'{key}="{text}"' for key, text in labels.items())
        lines.append(f"{full}{{{pairs}}} {value}" if pairs else f"{full} {value}")
    return "\n".join(lines) + "\n"


def main():
    endpoint, path = load(sys.argv[1]), sys.argv[2]

    class Handler(server.BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                body = text_of(endpoint, TelemetrySocket(path)).encode()
            except (OSError, KeyError, ValueError) as error:
                self.send_error(500, repr(error))
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server.HTTPServer(("127.0.0.1", int(sys.argv[3])), Handler).serve_forever()


main()
