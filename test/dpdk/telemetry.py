#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What estab-echo, and estab-bench that keeps connections to it over net_memif, tell through DPDK's
telemetry socket: the numbers are those of the totals, lists can be turned page by page, every connection
can be asked for, and nobody who asks for nonsense, or never reads the answer, does any harm.

usage: telemetry.py ESTAB_ECHO ESTAB_BENCH"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from programs import TOTAL, check, end

ECHO, BENCH = sys.argv[1:]
SECONDS = 30
SECRET = "secret-of-fleet!"
SECRET_FORMS = [SECRET, SECRET.encode().hex()]
CONNECTIONS = 300  # more than a page
PAGE = 256
PORTS = [7, *range(1000, 1299)]
PREFIX = f"estab-telemetry-{os.getpid()}"
LCORES = {"1", "2"}  # 0 prints only
NONSENSE = ["", "x", "-1", "1x", "0x1", "1.5", " 1", "1,2", "99999999999999999999", "9" * 60,
            "18446744073709551615", "%s%n", "\x7f", "ü", "a" * 900]
TAKES_A_NUMBER = ["/estab/lcore", "/estab/conn"]
TAKES_A_PLACE = ["/estab/conn_list", "/estab/listeners"]
TAKES_NOTHING = ["/estab/stats", "/estab/drops", "/estab/capture", "/estab/log", "/estab/config"]


class Client:
    """A connection to the socket of the program with this prefix."""

    def __init__(self, role="server"):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(SECONDS)
        folder = os.path.join(os.environ["RUNTIME_DIRECTORY"], "dpdk", f"{PREFIX}-{role}")
        self.socket.connect(os.path.join(folder, "dpdk_telemetry.v2"))
        self.size = json.loads(self.socket.recv(1024))["max_output_len"]

    def ask(self, command, *params):
        """Again, where an lcore did not answer in time: who has no core of his own may have to wait."""
        last = time.monotonic() + SECONDS
        answer = self.ask_once(command, *params)
        while str(answer).endswith("does not answer") and time.monotonic() < last:
            answer = self.ask_once(command, *params)
        return answer

    def ask_once(self, command, *params):
        self.socket.sendall(",".join([command, *map(str, params)]).encode())
        said = self.socket.recv(self.size).decode()
        check(not any(form in said for form in SECRET_FORMS), f"{command} {params} tells the secret")
        reply = json.loads(said)
        check(list(reply) == [command], f"{command} {params} is answered by {str(reply)[:200]}")
        return reply.get(command)


def command(program, role, folder, lcores, *options):
    return [program, "--no-huge", "--no-pci", "-m", "192", "--lcores", lcores,
            f"--file-prefix={PREFIX}-{role}",
            f"--vdev=net_memif0,role={role},socket-abstract=no,socket={folder}/memif.sock",
            "--", *options]


def said(folder):
    with open(f"{folder}/echo.log", encoding="utf-8") as log:
        return log.read()


def start_echo(folder, log):
    """With two stacks behind one queue."""
    with open(os.open(f"{folder}/secret", os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(SECRET)
    echo = subprocess.Popen(
        command(ECHO, "server", folder, "0@0,1@0,2@0", "--address", "198.18.0.2/15", "--address",
                "2001:2::2/48", "--port", "7,1000-1298", "--backlog", "1000",
                "--stats-period", "0", "--secret-file", f"{folder}/secret", "--capture",
                f"{folder}/capture.pcap", "--capture-filter", "arp or icmp6"),
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    last = time.monotonic() + SECONDS
    while "listens on [" not in said(folder):
        if echo.poll() is not None or time.monotonic() > last:
            sys.exit("estab-echo did not start")
        time.sleep(0.05)
    return echo


def start_bench(folder):
    lcore = "0" if os.cpu_count() == 1 else "1"
    return subprocess.Popen(
        command(BENCH, "client", folder, f"0@{lcore}", "--address", "198.18.0.1/15", "--server",
                "198.18.0.2:7", "--workload", "rr", "--connections", str(CONNECTIONS),
                "--duration", "60s", "--seed", "4711"),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


def await_connections(client, count):
    last = time.monotonic() + SECONDS
    while '"connections_open": %d,' % count not in json.dumps(client.ask("/estab/stats")):
        if time.monotonic() > last:
            sys.exit(f"no {count} connections came about: {client.ask('/estab/stats')}")
        time.sleep(0.1)


def all_pages(client, command_name, key):
    """@return the sizes of the pages, and all that is on them"""
    sizes, found, start = [], [], 0
    while start is not None and len(sizes) < 100:
        page = client.ask(command_name, start)
        sizes.append(len(page[key]))
        found += page[key]
        start = page.get("next")
    return sizes, found


def check_connections(client):
    sizes, ids = all_pages(client, "/estab/conn_list", "connections")
    check(max(sizes) == PAGE and len(ids) == CONNECTIONS, f"{len(ids)} connections, pages {sizes}")
    check(ids == sorted(set(ids)), "connections twice or out of order")
    check({number >> 32 for number in ids} == {0, 1}, "connections of one stack only")
    conns = [client.ask("/estab/conn", number) for number in ids]
    check(all(conn["state"] == "ESTABLISHED" for conn in conns), "a connection in another state")
    check({conn["local"] for conn in conns} == {"198.18.0.2:7"}, "local addresses")
    check(len({conn["remote"] for conn in conns}) == CONNECTIONS, "a remote address twice")
    check({str(conn["lcore"]) for conn in conns} == LCORES, "lcores of connections")
    check([conn["id"] for conn in conns] == ids, "numbers of connections")
    check(all(conn["mss"] > 0 and conn["rcv_wnd"] > 0 for conn in conns), "numbers of a connection")
    check(isinstance(client.ask("/estab/conn", ids[-1] + 1), str), "a connection that is not there")
    check(client.ask("/estab/conn_list") == client.ask("/estab/conn_list", 0), "a list from nowhere")


def check_lcores(client):
    parts = [client.ask("/estab/lcore", lcore) for lcore in sorted(LCORES)]
    check(sum(part["connections_open"] for part in parts) == CONNECTIONS, f"the lcores' parts {parts}")
    check(all(part["connections_open"] > 0 and part["stacks"] == 1 for part in parts), "an idle lcore")
    check([str(part["lcore"]) for part in parts] == sorted(LCORES), "numbers of lcores")
    for wrong in "0", "3", "127":
        check(isinstance(client.ask("/estab/lcore", wrong), str), f"lcore {wrong}")


def check_listeners(client):
    sizes, ports = all_pages(client, "/estab/listeners", "ports")
    check(sizes == [PAGE, len(PORTS) - PAGE] and ports == PORTS, f"ports by pages of {sizes}")
    first = client.ask("/estab/listeners")
    check((first["service"], first["addresses"]) == ("echo", ["198.18.0.2", "2001:2::2"]),
          f"listeners {first}")


def check_config(client, echo):
    config = client.ask("/estab/config")
    check(config["program"] == "estab-echo" and config["arguments"] == echo.args, f"config {config}")
    check(config["stacks"] == ["(0,0,1) net_memif0", "(0,0,2) net_memif0"], f"stacks {config}")


def check_capture(client, folder):
    told = client.ask("/estab/capture")
    check(told["file"] == f"{folder}/capture.pcap" and told["filter"] == "arp or icmp6", f"capture {told}")
    check(told["state"] == "on" and told["ended"] == "" and told["snaplen"] == 262144, f"capture {told}")
    check(told["packets"] >= 2 and told["dropped"] == 0, f"who has 198.18.0.2, and where it is: {told}")
    check(told["bytes"] == os.path.getsize(f"{folder}/capture.pcap"), f"size of the file: {told}")


def check_bench():
    """What both programs tell in the same way is looked at there; here what only this one has."""
    client = Client("client")
    await_connections(client, CONNECTIONS)
    _, ids = all_pages(client, "/estab/conn_list", "connections")
    check(len(ids) == CONNECTIONS, f"{len(ids)} connections of the client")
    check(client.ask("/estab/conn", ids[-1])["remote"] == "198.18.0.2:7", "the server's address")
    check(client.ask("/estab/stats")["bench_errors"] == 0, "errors")
    latency = client.ask("/estab/histogram", "response")
    values = [latency[name] for name in ("p50_ns", "p75_ns", "p90_ns", "p99_ns", "p999_ns", "p9999_ns",
                                          "max_ns")]
    check(0 < values[0] and values == sorted(values), f"latencies {latency}")
    again = client.ask("/estab/histogram", "response")
    check(again["count"] >= latency["count"] > 0, f"{again} after {latency}")
    for name in "connec", "connects", "":
        check(isinstance(client.ask("/estab/histogram", name), str), f"a histogram named '{name}'")
    check(isinstance(client.ask("/estab/listeners"), str), "listeners of the client")
    config = json.dumps(client.ask("/estab/config"))
    check("4711" not in config and '"--seed=..."' in config, f"the seed is told: {config}")
    check('"workload": "rr"' in config, f"config of the client {config}")


def check_nonsense(client):
    """Null or words; then the right question has its right answer all the same."""
    for name in [*TAKES_A_NUMBER, *TAKES_A_PLACE, *TAKES_NOTHING, "/estab/histogram"]:
        for params in NONSENSE:
            answer = client.ask(name, params)
            if name in TAKES_A_NUMBER and params == "1" or answer is None or isinstance(answer, str):
                continue
            # Nothing behind the comma is no parameter; far behind the end of a list is nothing.
            beyond = name in TAKES_A_PLACE and not (answer.get("connections") or answer.get("ports"))
            check(beyond or (params == "" and name not in TAKES_A_NUMBER),
                  f"{name},{params[:30]!r} is answered by {str(answer)[:200]}")
    check(isinstance(client.ask("/estab/histogram", "connect"), str), "a histogram")
    help_text = client.ask("/help", "/estab/conn")
    check("number" in str(help_text), f"help: {help_text}")


def check_deaf_client(client):
    """Asks without end and never reads: the socket's buffer fills, and its thread waits."""
    deaf = Client()
    deaf.socket.settimeout(0.5)
    try:
        for _ in range(10_000):
            deaf.socket.sendall(b"/estab/stats")
        check(False, "a client that never reads is answered without end")
    except TimeoutError:
        pass
    check(client.ask("/estab/lcore", 1)["lcore"] == 1, "nobody is answered beside a deaf client")
    return deaf


def check_tool(total):
    """DPDK's own script."""
    if shutil.which("dpdk-telemetry.py") is None:
        print("skipped: dpdk-telemetry.py is not installed")
        return
    done = subprocess.run(["dpdk-telemetry.py", "-f", f"{PREFIX}-server"], input="/estab/drops\n",
                          capture_output=True, text=True, timeout=SECONDS)
    check(done.returncode == 0, f"dpdk-telemetry.py: {done.stderr}")
    check(json.loads(done.stdout.splitlines()[-1])["/estab/drops"] == total, done.stdout)


def check_totals(told, log):
    """The table at the end has what was told last. Who is gone sends nothing more; to whom may still be sent."""
    table = log.partition("\ntotals after")[2]
    totals = {name: int(number.replace(",", "")) for name, number in TOTAL.findall(table)}
    check(set(totals) <= set(told), f"never told: {set(totals) - set(told)}")
    for name in ("rx_packets", "rx_bytes", "rx_delivered", "segments_received", "syn_received",
                 "connections_passive", "text_bytes_received", "text_bytes_sent", "arp_received",
                 "dispatch_handed_over", *(name for name in told if name.startswith("tcp_"))):
        check(told[name] == totals.get(name, 0), f"{name}: told {told[name]}, {totals.get(name)} at the end")
    for name in ("tx_packets", "segments_sent", "connections_closed", "retransmission_timeouts"):
        check(told[name] <= totals.get(name, 0), f"{name}: told {told[name]}, {totals.get(name)} at the end")
    check(told["connections_passive"] == CONNECTIONS + 1, f"{told['connections_passive']} connections")
    check(told["rx_packets"] > 0 and told["unaccounted"] == 0, "no packet came, or some had no fate")


def await_silence(client):
    """Until nothing is received any more."""
    last = time.monotonic() + SECONDS
    stats, before = client.ask("/estab/stats"), None
    while stats["rx_packets"] != before and time.monotonic() < last:
        before = stats["rx_packets"]
        time.sleep(0.5)
        stats = client.ask("/estab/stats")


def ask_all(echo, bench, folder):
    client = Client()
    await_connections(client, CONNECTIONS)
    check_connections(client)
    check_lcores(client)
    check_listeners(client)
    check_config(client, echo)
    check_capture(client, folder)
    check_bench()
    check_nonsense(client)
    deaf = check_deaf_client(client)
    bench.send_signal(signal.SIGINT)
    bench.wait(SECONDS)
    await_silence(client)
    drops = client.ask("/estab/drops")
    check_tool(drops)
    return deaf, {**client.ask("/estab/stats"), **drops}


def main():
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/echo.log", "w") as log:
        os.environ["RUNTIME_DIRECTORY"] = folder
        echo = start_echo(folder, log)
        bench = start_bench(folder)
        try:
            deaf, told = ask_all(echo, bench, folder)
        finally:
            end(bench)
            status = end(echo)
            print(said(folder))
        check(status == 0, f"estab-echo ended with {status}")
        check_totals(told, said(folder))
        deaf.socket.close()
    sys.exit(check.failed)


main()
