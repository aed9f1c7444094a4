# SPDX-License-Identifier: BSD-3-Clause
"""Two wires between the kernel, whose namespace is the test's own, and estab.

veth: estab's end lies in a second namespace, where net_af_packet takes it.
xdp:  the same with net_af_xdp.
tap:  net_tap makes the interface when the program starts; the kernel is at its other end.
"""

import glob
import json
import socket
import subprocess
from contextlib import contextmanager

from enter import unique

KERNEL = {4: "192.0.2.1", 6: "2001:db8::1"}
ESTAB = {4: "192.0.2.2", 6: "2001:db8::2"}
PREFIX = {4: 24, 6: 64}
FAMILIES = (4, 6)
AF_XDP = 44


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


class Wire:
    """interface: the kernel's end. command: what a program at the other end is started with."""

    def __init__(self, name, vdev):
        self.name = name
        self.interface = f"k{unique()}"
        self.kernel_mac = ""
        self.vdev = vdev
        self.command = []

    def bring_up(self):
        """When the interface is there."""
        for family in FAMILIES:
            nodad = ["nodad"] if family == 6 else []
            address = f"{KERNEL[family]}/{PREFIX[family]}"
            run("ip", "address", "add", address, "dev", self.interface, *nodad)
        run("ip", "link", "set", self.interface, "up")
        link = json.loads(run("ip", "-json", "link", "show", self.interface))
        self.kernel_mac = link[0]["address"]


def offloads_off(interface, *command):
    """Packets as they are on a wire: whole checksums, nothing joined or yet to be cut."""
    for feature in ("rx", "tx", "tso", "gso", "gro"):
        run(*command, "ethtool", "-K", interface, feature, "off")


def keep_order(interface, *command):
    """One core receives: a sender that moves from one to another does not overtake itself."""
    queue = f"/sys/class/net/{interface}/queues/rx-0/rps_cpus"
    run(*command, "sh", "-c", f"echo 1 >{queue}")


@contextmanager
def veth():
    far = f"e{unique()}"
    wire = Wire("veth", f"net_af_packet0,iface={far}")
    wire.command = ["ip", "netns", "exec", far]
    run("ip", "netns", "add", far)
    run("ip", "link", "add", wire.interface, "type", "veth", "peer", "name", far, "netns", far)
    offloads_off(wire.interface)
    offloads_off(far, *wire.command)
    keep_order(far, *wire.command)
    run("ip", "-netns", far, "link", "set", far, "up")
    try:
        yield wire
    finally:
        run("ip", "link", "delete", wire.interface)
        run("ip", "netns", "delete", far)


@contextmanager
def xdp():
    """The same veth with net_af_xdp at estab's end."""
    with veth() as wire:
        wire.name = "xdp"
        wire.vdev = wire.vdev.replace("af_packet", "af_xdp")
        yield wire


def why_no_xdp():
    """Empty where DPDK has the driver and the kernel the sockets."""
    try:
        socket.socket(AF_XDP, socket.SOCK_RAW).close()
    except OSError as error:
        return f"this kernel gives no AF_XDP socket: {error.strerror}"
    pmds = run("pkg-config", "--variable=libdir", "libdpdk").strip()
    if not glob.glob(f"{pmds}/**/librte_net_af_xdp.so*", recursive=True):
        return "this DPDK was built without net_af_xdp (libxdp)"
    return ""


@contextmanager
def kernel_in_place_of_estab(wire):
    """The same veth, and the kernel's TCP at both ends."""
    for family in FAMILIES:
        nodad = ["nodad"] if family == 6 else []
        run(*wire.command, "ip", "address", "add", f"{ESTAB[family]}/{PREFIX[family]}", "dev",
            wire.command[-1], *nodad)
    run("ip", "neighbour", "flush", "dev", wire.interface)
    try:
        yield
    finally:
        run(*wire.command, "ip", "address", "flush", "dev", wire.command[-1])
        run("ip", "neighbour", "flush", "dev", wire.interface)


@contextmanager
def veth_of_long_queues():
    """Holds the windows of a dozen connections, so that nothing is lost."""
    with veth() as wire:
        wire.vdev += ",framecnt=4096"
        yield wire


@contextmanager
def tap():
    wire = Wire("tap", "")
    wire.vdev = f"net_tap0,iface={wire.interface}"
    yield wire


@contextmanager
def veth_of_two_queues():
    """The kernel spreads connections over them, both directions of one to the same."""
    with veth() as wire:
        wire.name += " of two queues"
        wire.vdev += ",qpairs=2"
        yield wire


WIRES = ("veth", "tap")  # what most tests try one after the other
MAKERS = {"veth": veth, "tap": tap, "xdp": xdp, "veth of two queues": veth_of_two_queues,
          "veth of long queues": veth_of_long_queues}
