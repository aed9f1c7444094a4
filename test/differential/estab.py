# SPDX-License-Identifier: BSD-3-Clause
"""estab as a host: the stage (stage.c) behind two pipes, in virtual time."""

import subprocess

from play import play
from segments import Ends

PEER_MAC, STACK_MAC = bytes.fromhex("020000000064"), bytes.fromhex("020000000001")
PEER = {4: bytes([192, 0, 2, 100]), 6: bytes.fromhex("20010db8" + "00" * 11 + "64")}
STACK = {4: bytes([192, 0, 2, 1]), 6: bytes.fromhex("20010db8" + "00" * 11 + "01")}
PEER_PORT, STACK_PORT = 40000, 80
HEXADECIMAL = set("0123456789abcdef")


class Stage:
    """One process for all scripts, one stack for each."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.waiting = []
        self.late = []
        self.state = ""
        self.ends = None

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        while True:
            kind, _, rest = self.process.stdout.readline().strip().partition(" ")
            if kind == "frame":
                self.waiting.append(bytes.fromhex(rest))
            elif kind == "late":
                self.late.append(bytes.fromhex(rest))
            elif kind == "=":
                self.state, _, result = rest.partition(" ")
                return result
            else:
                raise RuntimeError(f"the stage has ended with {self.process.wait()}")

    def begin(self, family, buffer):
        self.waiting, self.late = [], []
        self.ends = Ends(family, PEER_MAC, STACK_MAC, PEER[family], STACK[family], PEER_PORT,
                         STACK_PORT)
        self.ask("begin", family, buffer)

    def arrive(self, frame):
        self.ask("frame", frame.hex())

    def frames(self):
        frames, self.waiting = self.waiting, []
        return frames

    def call(self, name, *words):
        """@return a word; bytes where some were read"""
        words = [word.hex() if isinstance(word, bytes) else word for word in words]
        result = self.ask(name, *words)
        if name == "read" and result != "0" and set(result) <= HEXADECIMAL:
            return bytes.fromhex(result)
        return result

    def peek(self):
        """The state of the connection, if the user has one."""
        return self.state

    def play(self, script, family):
        self.begin(family, script.buffer)
        steps = play(script, self)
        while True:
            try:
                self.pass_time(next(steps))
            except StopIteration as stop:
                return stop.value

    def pass_time(self, ms):
        """A millisecond has passed with each command already."""
        if ms > 1:
            self.ask("wait", ms - 1)
        self.waiting += self.late
        self.late = []

    def end(self):
        self.process.stdin.close()
        return self.process.wait(20)
