# SPDX-License-Identifier: BSD-3-Clause
"""The relay of test/support: started between two interfaces, ended by its pid, its counts read."""

import re
import select
import subprocess
from contextlib import contextmanager

COUNT = re.compile(r"(\w+) (\d+)")
END_SECONDS = 10


class Relay:
    """forward, back: what it has counted each way, once it has ended."""

    def __init__(self, program, interfaces, options, prefix=()):
        self.forward, self.back = {}, {}
        self.process = subprocess.Popen([*prefix, program, *options, *interfaces],
                                        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], END_SECONDS)
        if not ready or not self.process.stdout.readline():
            self.process.kill()
            raise AssertionError(f"the relay did not start: {self.process.wait()}")

    def end(self):
        self.process.terminate()
        try:
            said, _ = self.process.communicate(timeout=END_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
        for line in said.splitlines():
            way, _, counts = line.partition(": ")
            setattr(self, way, {name: int(number) for name, number in COUNT.findall(counts)})


@contextmanager
def a_relay(program, interfaces, *options, prefix=()):
    relay = Relay(program, interfaces, options, prefix)
    try:
        yield relay
    finally:
        relay.end()
