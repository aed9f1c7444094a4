# SPDX-License-Identifier: BSD-3-Clause
"""nginx as server: estab-bench asks in HTTP, and what it counts is what nginx's log and the kernel's
counters have; the figures stand beside those of wrk over the same wire."""

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager

from cases import case, expect, expect_equal, finish, note
from enter import enter, unique, which_are_missing
from peers import counted
from programs import estab_bench
from wires import ESTAB, FAMILIES, KERNEL, kernel_in_place_of_estab, run, veth

SIZE = 3000  # bytes of body, more than one segment
LOG = "/run/nginx.log"
CONNECTIONS = 10
START_SECONDS = 20
CONFIG = f"""
worker_processes 1;
error_log /run/nginx.error notice;
pid /run/nginx.pid;
events {{ worker_connections 4096; }}
http {{
	log_format who '$remote_addr $request_uri $status $connection $request_length $server_port';
	access_log {LOG} who;
	client_body_temp_path /run; proxy_temp_path /run; fastcgi_temp_path /run;
	uwsgi_temp_path /run; scgi_temp_path /run;
	root /run/site;
	keepalive_requests 100000000;
	server {{
		listen 80 backlog=4096 reuseport;
		listen [::]:80 backlog=4096 reuseport;
		listen 8080 backlog=4096;
		location /few/ {{ alias /run/site/; keepalive_requests 20; }}
		location /ssi/ {{ alias /run/site/; ssi on; ssi_types *; }}
	}}
}}
"""


def requests():
    """Who asked for what, with which outcome, on which connection: nginx writes at once."""
    with open(LOG) as log:
        return [line.split() for line in log.read().splitlines()]


def is_listened_on(port):
    with open("/proc/net/tcp") as table:
        sockets = [line.split() for line in table][1:]
    return any(local.endswith(f":{port:04X}") and state == "0A" for _, local, _, state, *_ in sockets)


@contextmanager
def nginx():
    os.mkdir("/run/site")
    with open("/run/site/index.html", "w") as page:
        page.write("x" * SIZE)
    with open("/run/nginx.conf", "w") as config:
        config.write(CONFIG)
    # The log of the test's own file system; nginx's compiled-in one is opened before the configuration.
    process = subprocess.Popen(["nginx", "-e", "/run/nginx.error", "-c", "/run/nginx.conf", "-g",
                                "daemon off; user root;"], stdin=subprocess.DEVNULL)
    try:
        last = time.monotonic() + START_SECONDS
        while not is_listened_on(80):
            expect(process.poll() is None and time.monotonic() < last, "nginx did not start")
            time.sleep(0.01)
        yield
    finally:
        process.terminate()
        process.wait(20)


def ask(wire, family, *options):
    """@return the summary, and what nginx and the kernel have of it"""
    host = f"[{KERNEL[6]}]" if family == 6 else KERNEL[4]
    before, opened = len(requests()), counted("PassiveOpens")
    status, said, complaint = estab_bench(
        wire, "--server", f"{host}:80", "--connections", str(CONNECTIONS), "--duration", "1s",
        "--json", "-", *options, seconds=30)
    return status, said, complaint, requests()[before:], counted("PassiveOpens") - opened


def ask_well(wire, family, *options):
    status, said, complaint, heard, opened = ask(wire, family, *options)
    expect_equal(status, 0, f"exit status, after it said\n{complaint}\n")
    summary = json.loads(said)["summary"]
    for name, nothing in (("errors", {}), ("mbufs_leaked", 0), ("tcbs_leaked", 0)):
        expect_equal(summary[name], nothing, name)
    return summary, heard, opened


def connections_agree(wire, family, *options):
    """One request on each, and one beforehand."""
    summary, heard, opened = ask_well(wire, family, "--workload", "crr", "--http", "/index.html",
                                      "--response-size", str(SIZE), *options)
    made = summary["stacks"]["client"]["connections_active"]
    expect_equal(opened, made + 1, "connections that the kernel counted")
    expect_equal(len(heard), made + 1, "requests in nginx's log")
    expect_equal({tuple(line[1:3]) for line in heard}, {("/index.html", "200")}, "requests")
    expect(0 < summary["connections"] <= made, f"{summary['connections']} of {made} in time")
    note(f"{summary['connections']} connections, {summary['packets_per_connection']:.2f} packets each")
    return summary


def requests_agree(wire, family):
    """On connections that stand: as many bytes as nginx was asked by, but for the request beforehand. Some
    are from before the clock, while others were still being opened, or on their way at its end."""
    summary, heard, opened = ask_well(wire, family, "--workload", "rr", "--http", "/index.html",
                                      "--response-size", str(SIZE))
    expect_equal(opened, CONNECTIONS + 1, "connections that the kernel counted")
    expect_equal(sum(int(line[4]) for line in heard[1:]),
                 summary["stacks"]["client"]["text_bytes_sent"], "bytes of requests in nginx's log")
    expect(len(heard) > summary["transactions"] > 0,
           f"{len(heard)} requests in nginx's log, {summary['transactions']} in time")
    return summary


def ended_connections_are_renewed(wire):
    summary, heard, opened = ask_well(wire, 4, "--workload", "rr", "--http", "/few/index.html")
    renewed = summary["retries"].get("kept_alive_no_longer", 0)
    expect(renewed > 0, "none was")
    each = {line[3]: 0 for line in heard}
    for line in heard:
        each[line[3]] += 1
    expect_equal(max(each.values()), 20, "requests on a connection, at most")
    expect(opened >= renewed + CONNECTIONS, f"{opened} connections, {renewed} renewed")


def chunks_are_read(wire):
    """Server-side includes: nginx does not know the length beforehand."""
    said = run("curl", "-si", "--raw", f"http://{KERNEL[4]}/ssi/index.html").lower()
    expect("transfer-encoding: chunked" in said, "nginx sends no chunks")
    for workload in "crr", "rr":
        ask_well(wire, 4, "--workload", workload, "--http", "/ssi/index.html", "--response-size",
                 str(SIZE))


def wrong_answers_are_named(wire):
    for error, options in {"http_status": ["--http", "/nothing"],
                           "http_length": ["--http", "/index.html", "--response-size", "1"]}.items():
        status, said, complaint, _, _ = ask(wire, 4, "--workload", "crr", *options)
        expect_equal((status, said), (1, ""), "exit status and result")
        expect(f"({error})" in complaint and len(complaint.splitlines()) == 1, complaint)


def errors_may_be_granted(wire):
    """What is right in the one request beforehand goes wrong later: the page is another."""
    page = "/run/site/other.html"
    with open(page, "w") as file:
        file.write("y" * 10)
    change = subprocess.Popen(["sh", "-c", f"sleep 2; echo longer-than-it-was >{page}.new; "
                               f"mv {page}.new {page}"])
    status, said, complaint, _, _ = ask(wire, 4, "--workload", "crr", "--http", "/other.html",
                                        "--response-size", "10", "--rate", "50", "--duration", "5s",
                                        "--max-errors", "1000")
    change.wait()
    expect_equal(status, 0, f"exit status, after it said\n{complaint}\n")
    errors = json.loads(said)["summary"]["errors"]
    expect(list(errors) == ["http_length"] and errors["http_length"] > 0, f"errors {errors}")


def servers_take_turns(wire):
    """One connection more or less: one of each was made beforehand."""
    _, heard, _ = ask_well(wire, 4, "--workload", "crr", "--http", "/index.html", "--rate", "100",
                           "--server", f"{KERNEL[4]}:8080")
    ports = [line[5] for line in heard]
    expect_equal(set(ports), {"80", "8080"}, "ports in nginx's log")
    expect(abs(ports.count("80") - ports.count("8080")) <= 1, "one of them had more than its share")


def many_clients_are_many(wire):
    """Every host of a /24, each by a way through estab's own address."""
    run("ip", "route", "add", "10.77.0.0/24", "via", ESTAB[4], "dev", wire.interface)
    run("ip", "route", "add", "2001:db8:77::/120", "via", ESTAB[6], "dev", wire.interface)
    for family, clients, count in ((4, "10.77.0.0/24", 254), (6, "2001:db8:77::/120", 255)):
        _, heard, _ = ask_well(wire, family, "--workload", "crr", "--http", "/index.html",
                               "--rate", "500", "--clients", clients)
        addresses = {line[0] for line in heard}
        expect_equal(len(addresses), count, "addresses in nginx's log")
        expect(all(address.startswith(clients[:clients.index("0/") if family == 4 else 13])
                   for address in addresses), f"some of {addresses}")


def many_clients_on_the_link(wire):
    """Without a route: whom the kernel does not know it asks for, and each is answered."""
    run("ip", "address", "add", "10.78.0.254/24", "dev", wire.interface)
    _, heard, _ = ask_well(wire, 4, "--workload", "crr", "--http", "/index.html", "--rate", "100",
                           "--clients", "10.78.0.0/28")
    expect_equal(len({line[0] for line in heard}), 14, "addresses in nginx's log")


def configuration_is_a_file(wire):
    """The example in config/, but for the wire and the time."""
    path = os.path.join(os.path.dirname(__file__), "../../config/web-server.cfg")
    said = run(*wire.command, sys.argv[2], "--no-telemetry", f"--file-prefix=interop-{unique()}",
               f"--vdev={wire.vdev}", "--", "--config-file", path, "--server", f"{KERNEL[4]}:80",
               "--duration", "1s", "--json", "-")
    result = json.loads(said)
    expect_equal(result["config"]["load"]["server"], f"{KERNEL[4]}:80", "server in force")
    expect_equal(result["config"]["http"], {"http": "/", "http-status": "200"}, "HTTP in force")
    expect(result["summary"]["transactions"] > 0, "no transaction")


def wrk(wire, *headers):
    """@return requests that it counted, and its report"""
    before = len(requests())
    said = run(*wire.command, "wrk", "-t1", f"-c{CONNECTIONS}", "-d2s", "--latency", *headers,
               f"http://{KERNEL[4]}/index.html")
    return int(re.search(r"(\d+) requests in", said)[1]), len(requests()) - before, said


def stand_beside_wrk(wire):
    """Both count what nginx has counted. How fast each is depends on the machine: for information."""
    for name, workload, headers in (("a connection for each request", "crr", ["-H", "Connection: close"]),
                                    ("connections that stand", "rr", [])):
        if workload == "crr":
            # From addresses of its own: at ours the kernel has thousands in TIME-WAIT by now, of runs
            # whose timestamps and sequence numbers are not continued, and such a SYN has to go again.
            summary = connections_agree(wire, 4, "--duration", "2s", "--clients", "10.77.0.0/24")
            rate = summary["connections_per_second"]
        else:
            summary = requests_agree(wire, 4)
            rate = summary["transactions_per_second"]
        latency = summary["latency_us"]["transaction" if workload == "crr" else "response"]
        with kernel_in_place_of_estab(wire):
            counted, heard, said = wrk(wire, *headers)
        expect(counted <= heard <= counted + 2 * CONNECTIONS, f"wrk {counted}, nginx {heard}")
        quantiles = {name: value for name, value in re.findall(r"(50|99)% +(\S+)", said)}
        note(f"{name}: estab-bench {rate:.0f} a second, p50 {latency['p50']:.0f} us, p99 "
             f"{latency['p99']:.0f} us; wrk {re.search(r'Requests/sec: +([0-9.]+)', said)[1]} a second, "
             f"p50 {quantiles['50']}, p99 {quantiles['99']}")


def main():
    enter("ethtool", "nginx", "curl")
    with veth() as wire, nginx():
        wire.bring_up()
        for family in FAMILIES:
            with case(f"IPv{family}: every connection is in nginx's log and the kernel's counters"):
                connections_agree(wire, family)
            with case(f"IPv{family}: the client closes first"):
                connections_agree(wire, family, "--close", "client")
            with case(f"IPv{family}: every request on connections that stand is in nginx's log"):
                requests_agree(wire, family)
        for name, test in {
                "a connection that nginx ends after 20 requests is renewed": ended_connections_are_renewed,
                "a body in chunks is read": chunks_are_read,
                "another status or length than was asked for is named": wrong_answers_are_named,
                "config/web-server.cfg": configuration_is_a_file,
                "--max-errors: some errors may be": errors_may_be_granted,
                "--server, twice: they take turns": servers_take_turns,
                "--clients: nginx sees every host of the prefix": many_clients_are_many,
                "--clients on the link: the kernel finds each": many_clients_on_the_link,
        }.items():
            with case(name):
                test(wire)
        if missing := which_are_missing("wrk"):
            note(missing)
        else:
            with case("wrk counts as we do"):
                stand_beside_wrk(wire)
    finish()


main()
