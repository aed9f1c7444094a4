# SPDX-License-Identifier: BSD-3-Clause
"""Puts a test into network, mount and process namespaces of its own, or says why it cannot run.

The kernel takes everything in them away when the test ends, however it ends, so that neither a link
nor a process nor a file in /run is left behind. The process that was started stays outside.
"""

import os
import shutil
import signal
import subprocess
import sys

from cases import ok, not_ok

INSIDE = "ESTAB_INTEROP_INSIDE"  # in the environment: the number that makes our names unique
SKIPPED = 77
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def which_are_missing(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    return f"not installed: {', '.join(missing)}" if missing else ""


def why_not(tools):
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    missing = which_are_missing(*tools, "unshare", "setpriv", "ip")
    if missing:
        return missing
    if not os.path.exists("/dev/net/tun"):
        return "needs /dev/net/tun: modprobe tun"
    if subprocess.run([*UNSHARE, "true"], capture_output=True).returncode != 0:
        return "this system allows no namespaces: needs the capabilities NET_ADMIN and SYS_ADMIN"
    return ""


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)


def unique():
    """A number that no other test has at this time."""
    return os.environ[INSIDE]


def left_behind(number):
    """What bears our number in the system that was there before us."""
    found = [link for link in os.listdir("/sys/class/net") if number in link]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline") as arguments:
                if f"interop-{number}" in arguments.read():
                    found.append(f"process {pid}")
        except OSError:
            pass
    return found


def run_inside():
    """Our own parts end with us: setpriv for SIGKILL, the handler for all else."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    number = str(os.getpid())
    child = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", *UNSHARE, sys.executable, "-B", *sys.argv],
        env={**os.environ, INSIDE: number}, stdin=subprocess.DEVNULL)
    try:
        status = child.wait()
    finally:
        child.kill()
        child.wait()
    found = left_behind(number)
    if found:
        not_ok("nothing is left behind", ", ".join(found))
    else:
        ok("nothing is left behind")
    return status or bool(found)


def enter(*tools):
    """Returns inside. Outside it ends the program: skipped, or as what ran inside has ended."""
    if INSIDE in os.environ:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        os.environ["RUNTIME_DIRECTORY"] = "/run"  # DPDK's files too
        return
    reason = why_not(tools)
    if reason:
        skip(reason)
    sys.exit(run_inside())
