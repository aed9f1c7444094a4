#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A wrong command line gets one line on stderr that names the option, nothing on stdout, and
exit code 2; a machine that lacks something gets exit code 1 and a line that says how to mend it.

usage: bad_input.py ESTAB_ECHO ESTAB_BENCH"""
import os
import re
import subprocess
import sys
import tempfile

ECHO, BENCH = sys.argv[1:3]
ADDRESS = ["--address", "192.0.2.2/24"]
CRR = ["--workload", "crr"]
RR = ["--loopback", "--workload", "rr"]
STREAM = ["--loopback", "--workload", "stream"]
SERVER = ["--workload", "crr", "--server", "192.0.2.1:80", "--address", "192.0.2.2/24"]
FLOOD = ["--loopback", "--workload", "flood"]
HOLD = ["--workload", "hold"]
EAL = ["--no-huge", "--no-pci", "--no-telemetry", "--no-shconf", "-l", "0",
       f"--file-prefix=estab-bad-input-{os.getpid()}"]
FOUR_LCORES = ["(0-3)@0" if argument == "0" else "--lcores" if argument == "-l" else argument
               for argument in EAL]

# program, EAL arguments, options, exit code, what the one line must hold
CASES = [
    (ECHO, [], ["--foo"], 2, "--foo"),
    (ECHO, [], ["foo"], 2, "foo"),
    (ECHO, [], ["--address"], 2, "--address"),
    (ECHO, [], [], 2, "--address is missing"),
    (ECHO, [], ["--address", "192.0.2.2"], 2, "--address 192.0.2.2"),
    (ECHO, [], ["--address", "192.0.2.256/24"], 2, "--address 192.0.2.256/24"),
    (ECHO, [], ["--address", "2001:db8::2/129"], 2, "--address 2001:db8::2/129"),
    (ECHO, [], ADDRESS * 17, 2, "16 times"),
    (ECHO, [], ADDRESS + ["--gateway", "here"], 2, "--gateway here"),
    (ECHO, [], ADDRESS + ["--gateway", "10.0.0.1"], 2, "--gateway 10.0.0.1: not on-link"),
    (ECHO, [], ADDRESS + ["--gateway", "192.0.2.2"], 2, "--gateway 192.0.2.2: one of our own"),
    (ECHO, [], ADDRESS + ["--gateway", "192.0.2.255"], 2, "--gateway 192.0.2.255: the broadcast"),
    (ECHO, [], ADDRESS + ["--gateway", "224.0.0.1"], 2, "--gateway 224.0.0.1: a multicast"),
    (ECHO, [], ADDRESS + ["--gateway", "0.0.0.0"], 2, "--gateway 0.0.0.0: "),
    (ECHO, [], ADDRESS + ["--gateway", "fe80::1"], 2,
     "--gateway fe80::1: there is no address of its family"),
    (ECHO, [], ["--gateway", "10.0.0.1"] + ADDRESS, 2, "--gateway 10.0.0.1: not on-link"),
    (ECHO, [], ADDRESS + ["--gateway", "192.0.2.1", "--gateway", "192.0.2.3"], 2,
     "--gateway 192.0.2.3: expected an address, such as 192.0.2.1 or 2001:db8::1, once per"),
    (ECHO, [], ["--address", "127.0.0.1/8"], 2, "--address 127.0.0.1/8: a loopback"),
    (ECHO, [], ["--address", "::1/128"], 2, "--address ::1/128: a loopback"),
    (ECHO, [], ["--address", "192.0.2.255/24"], 2, "--address 192.0.2.255/24: the broadcast"),
    (ECHO, [], ["--address", "192.0.2.0/24"], 2, "--address 192.0.2.0/24: the address of its net"),
    (ECHO, [], ["--address", "::ffff:1.2.3.4/96"], 2, "an IPv4-mapped address"),
    (ECHO, [], ADDRESS + ["--address", "192.0.2.2/25"], 2, "--address 192.0.2.2/25: given twice"),
    (ECHO, [], ADDRESS + ["--vlan", "4095"], 2, "--vlan 4095"),
    (ECHO, [], ADDRESS + ["--user", "root"], 2, "--user root: expected a user"),
    (ECHO, [], ADDRESS + ["--user", "0"], 2, "--user 0: expected a user"),
    (ECHO, [], ADDRESS + ["--user", "nobody:root"], 2, "--user nobody:root: expected a user"),
    (ECHO, [], ADDRESS + ["--user", ":nogroup"], 2, "--user :nogroup: expected a user"),
    (ECHO, [], ADDRESS + ["--user", "nobody:"], 2, "--user nobody:: expected a user"),
    (ECHO, [], ADDRESS + ["--user", "no such user"], 2, "--user no such user: expected a user"),
    (ECHO, [], ADDRESS + ["--user", "a" * 300], 2, "expected a user"),
    (BENCH, [], HOLD + ["--user", "nobody"], 2, "--user: does not go with"),
    (ECHO, [], ADDRESS + ["--mac", "01:00:5e:00:00:01"], 2, "--mac 01:00:5e:00:00:01"),
    (ECHO, [], ADDRESS + ["--port", "0"], 2, "--port 0"),
    (ECHO, [], ADDRESS + ["--port", "65536"], 2, "--port 65536"),
    (ECHO, [], ADDRESS + ["--port", "7,7"], 2, "--port 7,7"),
    (ECHO, [], ADDRESS + ["--mode", "daytime"], 2, "--mode daytime"),
    (ECHO, [], ADDRESS + ["--http-close"], 2, "--http-close: goes with --mode http"),
    (ECHO, [], ADDRESS + ["--response-size", "64"], 2, "--response-size: goes with --mode http"),
    (ECHO, [], ADDRESS + ["--mode", "http", "--response-size", "2g"], 2, "--response-size 2g"),
    (ECHO, [], ADDRESS + ["--max-connections", "0"], 2, "--max-connections 0"),
    (ECHO, [], ADDRESS + ["--idle-timeout", "0"], 2, "--idle-timeout 0"),
    (ECHO, [], ADDRESS + ["--duration", "5d"], 2, "--duration 5d"),
    (ECHO, [], ADDRESS + ["--burst", "257"], 2, "--burst 257"),
    (ECHO, [], ADDRESS + ["--syn-cookies", "maybe"], 2, "--syn-cookies maybe"),
    (ECHO, [], ADDRESS + ["--congestion", "tahoe"], 2, "--congestion tahoe"),
    (ECHO, [], ADDRESS + ["--tso", "on"], 2, "--tso on: expected auto or off"),
    (ECHO, [], ADDRESS + ["--offloads", "sum"], 2, "--offloads sum: expected all, none"),
    (ECHO, EAL + ["--vdev=net_null0"], ADDRESS + ["--mbuf-size", "1024"], 2, "--mbuf-size 1024"),
    (ECHO, [], ADDRESS + ["--config", "(0,0)"], 2, "--config (0,0)"),
    (ECHO, [], ADDRESS + ["--rxq", "3", "--txq", "2"], 2, "--txq 2"),
    (ECHO, [], ADDRESS + ["--txq", "1", "--config", "(0,0,0),(0,1,0)"], 2, "--txq 1"),
    (ECHO, [], ADDRESS + ["--rxq", "2", "--config", "(0,0,0)"], 2, "--rxq 2"),
    (ECHO, [], ADDRESS + ["--connections", "1000000000"], 2, "--connections 1000000000"),
    (ECHO, ADDRESS, [], 2, "--address"),
    (ECHO, ["--bogus"], ADDRESS, 2, "--bogus"),
    (ECHO, ["--no-huge", "--in-memory"], ADDRESS, 2, "--in-memory"),
    (ECHO, EAL + ["--vdev=net_nosuch0"], ADDRESS, 2, "net_nosuch0"),
    (ECHO, EAL, ADDRESS, 1, "no port found"),
    (ECHO, EAL + ["--vdev=net_null0"], ADDRESS + ["--portmask", "2"], 2, "--portmask 0x2"),
    (ECHO, EAL + ["--vdev=net_null0"], ADDRESS + ["--config", "(0,0,1)"], 2, "lcore 1"),
    (ECHO, EAL + ["--vdev=net_null0"], ADDRESS + ["--config", "(1,0,0)"], 2, "port 1"),
    (ECHO, EAL + ["--vdev=net_null0"], ADDRESS + ["--connections", "10m"], 1, "--connections"),
    (ECHO, EAL + ["--vdev=net_null0"], ADDRESS + ["--connections", "100m"], 1,
     "--connections 100000000: no memory"),
    (ECHO, EAL + ["--vdev=net_null0"], ADDRESS + ["--total-num-mbufs", "10m"], 1,
     "--total-num-mbufs"),
    (ECHO, [], ADDRESS + ["-i", "-j"], 2, "-j"),
    (ECHO, [], ADDRESS + ["--cmdline-file", ""], 2, "--cmdline-file : expected a file"),
    (ECHO, [], ADDRESS + ["--cmdline-file", "/nonexistent"], 1, "/nonexistent: cannot be read"),
    (ECHO, [], ADDRESS + ["--cmdline-file", "/"], 1, "--cmdline-file /: cannot be read"),
    (ECHO, [], ADDRESS + ["--cmdline-file", __file__], 2, f"--cmdline-file {__file__}: line 3: "),
    (BENCH, [], CRR + ["--loopback", "--cmdline-file", __file__], 2, ": line 3: "),
    (ECHO, [], ADDRESS + ["--capture", ""], 2, "--capture : expected a file, or a pipe by its name"),
    (ECHO, [], ADDRESS + ["--capture", "-"], 2, "--capture -: expected a file, or a pipe by its name"),
    (ECHO, [], ADDRESS + ["--capture", "/nonexistent/x"], 1, "/nonexistent/x: cannot be written: No such"),
    (ECHO, [], ADDRESS + ["--capture", "/dev/full"], 1, "/dev/full: cannot be written: No space left"),
    (ECHO, [], ADDRESS + ["--capture", "x", "--capture-filter", "prt 7"], 2,
     "--capture-filter prt 7: can't parse filter expression: syntax error"),
    (ECHO, [], ADDRESS + ["--capture", "x", "--capture-filter", "prt\n7"], 2, "--capture-filter prt?7: can't parse"),
    (ECHO, [], ADDRESS + ["--capture", "x", "--capture-snaplen", "13"], 2,
     "--capture-snaplen 13: expected a number from 14 to 262144"),
    (ECHO, [], ADDRESS + ["--capture", "x", "--capture-count", "0"], 2, "--capture-count 0: expected"),
    (ECHO, [], ADDRESS + ["--capture", "x", "--capture-size", "999"], 2, "--capture-size 999: expected"),
    (ECHO, [], ADDRESS + ["--capture-filter", "port 7"], 2, "--capture-filter: goes with --capture"),
    (ECHO, [], ADDRESS + ["--capture-count", "1"], 2, "--capture-count: goes with --capture, or with"),
    (BENCH, [], CRR + ["--loopback", "--capture", "/nonexistent/x"], 1, "/nonexistent/x: cannot be wri"),
    (BENCH, [], CRR + ["--loopback", "--capture", "x", "--capture-filter", "port"], 2, "--capture-filter"),
    (BENCH, [], HOLD + ["--capture", "x"], 2, "--capture: does not go with --workload hold"),
    (BENCH, [], ["--engine", "--capture-size", "1m"], 2, "--capture-size: does not go with --engine"),
    (BENCH, [], HOLD + ["-i"], 2, "--interactive: does not go with --workload hold"),
    (BENCH, [], ["--engine", "--cmdline-file", "x"], 2, "--cmdline-file: does not go with --engine"),
    (BENCH, [], [], 2, "--workload is missing"),
    (BENCH, [], ["--workload", "fly"], 2, "--workload fly"),
    (BENCH, [], CRR, 2, "--loopback"),
    (BENCH, [], STREAM + ["--rate", "10"], 2, "--rate: does not go with --workload stream"),
    (BENCH, [], STREAM + ["--request-size", "10"], 2, "--request-size: does not go with"),
    (BENCH, [], STREAM + ["--response-size", "10"], 2, "--response-size: does not go with"),
    (BENCH, [], STREAM + ["--direction", "up"], 2, "--direction up"),
    (BENCH, [], STREAM + ["--close", "server"], 2, "--close server"),
    (BENCH, [], RR + ["--rate", "10"], 2, "--rate: does not go with --workload rr"),
    (BENCH, [], RR + ["--direction", "both"], 2, "--direction: does not go with"),
    (BENCH, [], RR + ["--close", "reset"], 2, "--close reset"),
    (BENCH, [], RR + ["--request-size", "1", "--message-size", "1"], 2, "--message-size"),
    (BENCH, [], CRR + ["--loopback", "--message-size", "1"], 2, "--message-size: does not go"),
    (BENCH, [], CRR + ["--loopback", "--close", "reset"], 2, "--close reset"),
    (BENCH, [], ["--workload", "open", "--loopback", "--request-size", "1"], 2, "--request-size"),
    (BENCH, [], HOLD + ["--server", "192.0.2.1:80"], 2, "--server: --workload hold has both ends"),
    (BENCH, [], HOLD + ["--ipv6"], 2, "--ipv6: does not go with --workload hold"),
    (BENCH, [], HOLD + ["--request-size", "23"], 2, "--request-size 23: of hold 24 to 1400"),
    (BENCH, [], HOLD + ["--request-size", "1401"], 2, "--request-size 1401: of hold 24 to 1400"),
    (BENCH, [], HOLD + ["--response-size", "64"], 2, "--response-size: does not go with"),
    (BENCH, [], HOLD + ["--close", "server"], 2, "--close server"),
    (BENCH, [], HOLD + ["--connections", "11m"], 2, "--connections 11m"),
    (BENCH, [], HOLD + ["--clients", "198.19.0.0"], 2, "--clients 198.19.0.0: expected"),
    (BENCH, [], HOLD + ["--clients", "198.19.0.0/31"], 2, "--clients 198.19.0.0/31: too few"),
    (BENCH, [], HOLD + ["--clients", "198.0.0.0/8"], 2, "the server itself is 198.18.0.1"),
    (BENCH, [], HOLD + ["--clients", "224.0.0.0/8"], 2, "--clients 224.0.0.0/8: a multicast"),
    (BENCH, [], HOLD + ["--clients", "2001:db8::/64"], 2, "--clients 2001:db8::/64: IPv4 only"),
    (BENCH, [], HOLD + ["--address", "192.0.2.1/24"], 2, "--address"),
    (BENCH, EAL, HOLD + ["--connections", "10m"], 1, "-m"),
    (BENCH, [], CRR + ["--loopback", "--clients", "10.0.0.0"], 2, "--clients 10.0.0.0: expected"),
    (BENCH, [], CRR + ["--loopback", "--clients", "198.18.0.0/16"], 2, "it holds an --address"),
    (BENCH, [], CRR + ["--loopback", "--clients", "2001:db8::/64"], 2, "not of the server's family"),
    (BENCH, [], CRR + ["--loopback", "--clients", "224.0.0.0/8"], 2, "224.0.0.0/8: a multicast"),
    (BENCH, [], SERVER + ["--clients", "192.0.2.0/24"], 2, "it holds an --address of ours"),
    (BENCH, [], SERVER + ["--clients", "192.0.2.1/32"], 2, "192.0.2.1/32: it holds the server"),
    (BENCH, [], SERVER + ["--clients", "10.0.0.0/8", "--gateway", "192.0.2.2"], 2, "--gateway 192"),
    (BENCH, [], SERVER + ["--server", "[2001:db8::1]:80"], 2, "--server: all must be of one family"),
    (BENCH, [], SERVER + ["--server", "192.0.2.3"], 2, "--server 192.0.2.3: expected an endpoint"),
    (BENCH, [], SERVER + SERVER[2:4] * 64, 2, "at most 64 times"),
    (BENCH, [], SERVER + ["--server", "192.0.2.3:65535", "--server-ports", "2"], 2, "--server-ports 2"),
    (BENCH, [], FLOOD + ["--clients", "10.0.0.0/8"], 2, "--clients: does not go with --workload flood"),
    (BENCH, [], FLOOD + ["--warm-up", "1s"], 2, "--warm-up: does not go with --workload flood"),
    (BENCH, [], FLOOD + ["--max-errors", "1"], 2, "--max-errors: does not go with --workload flood"),
    (BENCH, [], HOLD + ["--min-rate", "1"], 2, "--min-rate: does not go with --workload hold"),
    (BENCH, [], CRR + ["--loopback", "--min-rate", "0"], 2, "--min-rate 0: expected a number"),
    (BENCH, [], CRR + ["--loopback", "--warm-up", "soon"], 2, "--warm-up soon: expected a time"),
    (BENCH, [], CRR + ["--loopback", "--closed", "--rate", "5"], 2, "--closed: does not go with"),
    (BENCH, [], CRR + ["--loopback", "--arrivals", "poisson"], 2, "--arrivals poisson: goes with"),
    (BENCH, [], CRR + ["--loopback", "--arrivals", "late"], 2, "--arrivals late: expected constant"),
    (BENCH, [], CRR + ["--loopback", "--loss", "1"], 2, "--loss: goes with --find-max or --ramp"),
    (BENCH, [], CRR + ["--loopback", "--find-max", "--loss", "101"], 2, "--loss 101: expected a perc"),
    (BENCH, [], CRR + ["--loopback", "--find-max", "--loss", "few"], 2, "--loss few: expected a perc"),
    (BENCH, [], RR + ["--closes", "textbook"], 2, "--closes textbook: goes with"),
    (BENCH, [], CRR + ["--loopback", "--closes", "once"], 2, "--closes once: expected piggybacked"),
    (BENCH, [], RR + ["--find-max"], 2, "--find-max: goes with --workload open or crr"),
    (BENCH, [], CRR + ["--loopback", "--find-max", "--closed"], 2, "--closed: does not go with"),
    (BENCH, [], CRR + ["--loopback", "--ramp", "1k:2k"], 2, "--ramp 1k:2k: expected two rates"),
    (BENCH, [], CRR + ["--loopback", "--ramp", "1:2:101"], 2, "--ramp 1:2:101: expected two rates"),
    (BENCH, [], CRR + ["--loopback", "--ramp", "0:2:3"], 2, "--ramp 0:2:3: expected two rates"),
    (BENCH, [], CRR + ["--loopback", "--ramp", "1:9:3", "--find-max"], 2, "--ramp: does not go with"),
    (BENCH, [], CRR + ["--loopback", "--ramp", "1:9:3", "--rate", "5"], 2, "--ramp: does not go with"),
    (BENCH, [], CRR + ["--loopback", "--connections", "2m"], 2, "--connections 2000000"),
    (BENCH, [], CRR + ["--loopback", "--http", "/"], 2, "--http: goes with --server"),
    (BENCH, [], SERVER + ["--http", "index.html"], 2, "--http index.html: expected a path"),
    (BENCH, [], SERVER + ["--http", "/a b"], 2, "--http /a b: expected a path"),
    (BENCH, [], SERVER + ["--http", "/", "--request-size", "5"], 2, "--request-size: does not go"),
    (BENCH, [], SERVER + ["--http", "/", "--http-status", "100"], 2, "--http-status 100: expected"),
    (BENCH, [], SERVER + ["--http-status", "200"], 2, "--http-status: goes with --http"),
    (BENCH, [], ["--workload", "open"] + SERVER[2:] + ["--http", "/"], 2, "--http: goes with --workl"),
    (BENCH, [], FLOOD + ["--rate", "0"], 2, "--rate 0: expected a number"),
    (BENCH, [], FLOOD + ["--rate", "most"], 2, "--rate most: expected a number"),
    (BENCH, [], FLOOD + ["--flood-with", "udp"], 2, "--flood-with udp: expected syn, ack"),
    (BENCH, [], FLOOD + ["--flood-from", "198.18.0.0"], 2, "--flood-from 198.18.0.0: expected"),
    (BENCH, [], FLOOD + ["--flood-from", "198.18.0.0/25"], 2, "too few addresses: /24 or shorter"),
    (BENCH, [], FLOOD + ["--flood-from", "2001:2::/48"], 2, "not of the server's family"),
    (BENCH, [], FLOOD + ["--flood-from", "224.0.0.0/8"], 2, "--flood-from 224.0.0.0/8: a multicast"),
    (BENCH, [], FLOOD + ["--legitimate-rate", "0"], 2, "--legitimate-rate 0"),
    (BENCH, [], FLOOD + ["--request-size", "1"], 2, "--request-size: does not go with"),
    (BENCH, [], FLOOD + ["--vlan", "7"], 2, "--vlan: does not go with --workload flood"),
    (BENCH, [], CRR + ["--loopback", "--flood-with", "syn"], 2, "--flood-with: goes with"),
    (BENCH, [], CRR + ["--loopback", "--flood-from", "10.0.0.0/8"], 2, "--flood-from: goes with"),
    (BENCH, [], CRR + ["--loopback", "--legitimate-rate", "5"], 2, "--legitimate-rate: goes with"),
    (BENCH, [], CRR + ["--loopback", "--server", "192.0.2.1:80"], 2, "--server"),
    (BENCH, [], CRR + ["--server", "192.0.2.1"], 2, "--server 192.0.2.1"),
    (BENCH, [], CRR + ["--server", "192.0.2.1:80"], 2, "--address is missing"),
    (BENCH, [], CRR + ["--loopback"] + ADDRESS, 2, "--address"),
    (BENCH, [], CRR + ["--loopback", "--gateway", "192.0.2.1"], 2, "--gateway goes with --server"),
    (BENCH, [], CRR + ["--server", "192.0.2.1:80", "--gateway", "10.0.0.1"] + ADDRESS, 2,
     "--gateway 10.0.0.1: not on-link"),
    (BENCH, [], CRR + ["--server", "192.0.2.1:80", "--address", "127.0.0.1/8"], 2,
     "--address 127.0.0.1/8: a loopback"),
    (BENCH, [], CRR + ["--loopback", "--txq", "2"], 2, "--txq 2"),
    (BENCH, [], CRR + ["--loopback", "--rxq", "2"], 2, "--rxq 2: goes with --server"),
    (BENCH, [], CRR + ["--loopback", "--config", "(0,0,0)"], 2, "--config: goes with --server"),
    (BENCH, [], SERVER + ["--rxq", "2", "--txq", "1"], 2, "--txq 1: who receives"),
    (BENCH, [], SERVER + ["--rxq", "2", "--config", "(0,0,0)"], 2, "--rxq 2: --config gives"),
    (BENCH, EAL + ["--vdev=net_null0"], SERVER + ["--config", "(0,0,1)"], 2, "lcore 1"),
    (BENCH, EAL + ["--vdev=net_null0"], SERVER + ["--config", "(1,0,0)"], 2, "the port in use is 0"),
    (BENCH, EAL + ["--vdev=net_null0"],
     SERVER + ["--connections", "1", "--config", "(0,0,0),(0,1,0)"], 2, "2 stacks are too many"),
    (BENCH, EAL + ["--vdev=net_ring0"], SERVER + ["--rxq", "17"], 2, "--rxq 17"),
    (BENCH, FOUR_LCORES, [*HOLD, "--connections", "9", "--clients", "10.0.0.0/30"], 2, "on 4 lcores, each with its own"),
    (BENCH, [], CRR + ["--loopback", "--connections", "1000000000"], 2,
     "--connections 1000000000"),
    (BENCH, [], CRR + ["--server", "192.0.2.1:65535", "--server-ports", "2"] + ADDRESS, 2,
     "--server-ports 2"),
    (BENCH, [], CRR + ["--loopback", "--connections", "0"], 2, "--connections 0"),
    (BENCH, [], CRR + ["--loopback", "--close", "both"], 2, "--close both"),
    (BENCH, [], CRR + ["--loopback", "--json", "/nonexistent/x.json"], 1, "/nonexistent/x.json"),
    (BENCH, [], CRR + ["--loopback", "--csv", "/nonexistent/x.csv"], 1, "/nonexistent/x.csv"),
    (BENCH, [], CRR + ["--loopback", "--csv", "/"], 1, "--csv /: cannot be written: Is a directory"),
    (BENCH, [], CRR + ["--loopback", "--json", "x", "--csv", "x"], 2, "--csv x: --json is written"),
    (BENCH, [], CRR + ["--loopback", "--csv", "-", "--json", "-"], 2, "--csv -: --json is written"),
    (BENCH, [], ["--engine", "--csv", "x"], 2, "--csv x: --engine has no seconds"),
    (BENCH, [], ["--engine", "--report", "x"], 2, "--report x: --engine has no seconds"),
    (BENCH, [], CRR + ["--loopback", "--report", "/nonexistent/x.html"], 1,
     "--report /nonexistent/x.html: cannot be written: No such file"),
    (BENCH, [], ["--engine", "--hgrm", "x"], 2, "--hgrm x: there are no latencies"),
    (BENCH, [], STREAM + ["--hgrm", "x"], 2, "--hgrm x: there are no latencies"),
    (BENCH, [], CRR + ["--loopback", "--hgrm", "/nonexistent/x"], 1, "--hgrm /nonexistent/x: cannot"),
    (BENCH, [], CRR + ["--loopback", "--hgrm", "x", "--hgrm-of", "all"], 2, "--hgrm-of all: expected"),
    (BENCH, [], CRR + ["--loopback", "--hgrm-of", "connect"], 2, "--hgrm-of: goes with --hgrm"),
    (BENCH, [], RR + ["--hgrm", "x", "--hgrm-of", "connect"], 2,
     "--hgrm-of connect: --workload rr does not count it"),
    (BENCH, [], CRR + ["--loopback", "--json", ""], 2, "--json : expected a file, or -"),
    (BENCH, EAL, CRR + ["--loopback", "--connections", "100k"], 1, "-m"),
    (BENCH, EAL, CRR + ["--server", "192.0.2.1:80"] + ADDRESS, 1, "no port found"),
    (BENCH, EAL + ["--vdev=net_null0"], CRR + ["--server", "192.0.2.1:80"] + ADDRESS, 1,
     "192.0.2.1:80"),
]


# what a file holds, and what the one line says of it behind the file's name
FILES = [
    ("rate = 5\n", ", line 1: it stands before the first [section]"),
    ("# fine\n\n[load]\n  rate\n", ", line 4: neither [section] nor name = value"),
    ("[load]\nrate =  # none\n", ", line 2: there is nothing behind the ="),
    ("[load]\n= 5\n", ", line 2: no option has such a name"),
    ("[load\nrate = 5\n", ", line 1: a section's name ends with ]"),
    ("[]\n", ", line 1: no section has such a name"),
    ("[load]\nserver = " + "1" * 300 + "\n", ", line 2: the value is too long"),
    ("[load]\n" + "#" * 1000 + "\n", ", line 2: the line is too long"),
    ("[lode]\nrate = 5\n", ", [lode]: no such section"),
    ("[load]\nrates = 5\n", ", [load] rates = 5: no option of this section"),
    ("[stack]\nrate = 5\n", ", [stack] rate = 5: no option of this section"),
    ("[measurement]\nconfig-file = x\n", ", [measurement] config-file = x: no option of this"),
    ("[load]\nrate = much\n", ", [load] rate = much: expected a number"),
    ("[load]\nduration = 0\n", ", [load] duration = 0: expected a time"),
    ("[stack]\nburst = 1000\n", ", [stack] burst = 1000: expected a number from 1 to 256"),
    ("[capture]\ncapture = -\n", ", [capture] capture = -: expected a file, or a pipe by its name"),
    ("[capture]\ncapture-snaplen = 13\n", ", [capture] capture-snaplen = 13: expected a number from 14"),
    ("[measurement]\nloopback = maybe\n", ", [measurement] loopback = maybe: expected yes or no"),
]


# What can be wrong, and what the line says in a case of each, which is one of those above.
KINDS = {
    "an option that nobody knows": "--foo",
    "an option that is missing": "--address is missing",
    "a value that is no such thing": "--address 192.0.2.256/24",
    "a value out of its range": "--burst 257",
    "an address that cannot be ours": "--address 127.0.0.1/8: a loopback",
    "options that do not go together": "--closed: does not go with",
    "an argument of EAL's": "--bogus",
    "a device that is not there": "no port found",
    "memory that is not there": "--connections 100000000: no memory",
    "a line in a file of options": ", line 4: neither [section] nor name = value",
    "a line in a file of commands": ": line 3: ",
    "a file that cannot be read": "/nonexistent: cannot be read",
}


def check_kinds():
    told = {case[4] for case in CASES} | {part for _, part in FILES}
    missing = [kind for kind, part in KINDS.items() if part not in told]
    return f"no case of {missing}" if missing or len(KINDS) < 10 else None


def run(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=30)


def check(program, eal, options, code, part):
    result = run([program] + eal + ["--"] + options)
    said = result.stderr.splitlines()
    name = os.path.basename(program)
    if result.returncode != code:
        return f"exit code {result.returncode}, not {code}"
    if result.stdout != "":
        return "something on stdout"
    if "do-not-show-this" in result.stderr:
        return "a secret is shown"
    if len(said) != 1 or not said[0].startswith(name + ": ") or part not in said[0]:
        return f"not one line that holds '{part}'"
    return None


def check_files():
    """A wrong file gets one line that names it, and the line or the entry; options that do not go together
    are named as on the command line, which may take back what a file says."""
    with tempfile.TemporaryDirectory(prefix="estab-test-") as folder:
        path = f"{folder}/options.cfg"
        cases = [(text, [], path + part) for text, part in FILES]
        cases += [("[load]\nclosed = yes\n", CRR + ["--loopback", "--rate", "5"], "--closed: does not"),
                  ("[capture]\ncapture = x\ncapture-filter = prt 7\n", CRR + ["--loopback"],
                   "--capture-filter prt 7: can't parse filter expression"),
                  ("[capture]\ncapture-count = 1\n", CRR + ["--loopback"], "--capture-count: goes with"),
                  ("[load]\nrate = much\n", ["--rate", "5"], "--workload is missing"),
                  ("[measurement]\nloopback = yes\nworkload = crr\n",
                   ["--loopback=no"], "give either --loopback or --server"),
                  ("", CRR + ["--loopback=perhaps"], "--loopback perhaps: expected yes or no")]
        for text, options, part in cases:
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            why = check(BENCH, [], ["--config-file", path] + options, 2, part)
            if why is not None:
                return f"{text!r} in a file: {why}"
        for nowhere in "/nonexistent/x.cfg", folder:
            why = check(BENCH, [], ["--config-file", nowhere], 2, f"{nowhere}: cannot be read: ")
            if why is not None:
                return f"--config-file {nowhere}: {why}"
        with open(path, "w", encoding="ascii") as file:
            file.write("[eal]\nbogus = 1\n[measurement]\nport = 0\n")
        return check(ECHO, [], ["--config-file", path], 2, "[measurement]: no such section")


def sections_of(program):
    """{option: the section of a file that it stands in}, and which of them are flags: as --help has them."""
    sections, flags, title = {}, set(), ""
    for line in run([program, "--help"]).stdout.splitlines():
        if found := re.match(r"([A-Z][\w ]*):$", line):
            title = found[1].lower()
        elif found := re.match(r"  --([a-z0-9-]+)(,| {2,}|$)?", line):
            sections[found[1]] = title
            if found[2] is not None:
                flags.add(found[1])
    return sections, flags


def twin_of(program, options, help_texts):
    """The same options as a file, or None where one has no place or no form there."""
    sections, flags = help_texts[program]
    file, rest = {}, list(options)
    while rest:
        name = rest.pop(0)[2:]
        value = "yes" if name in flags else rest.pop(0) if rest else ""
        if name not in sections or name == "config-file" or not 0 < len(value) < 200 or set("#\n") & set(value):
            return None
        file.setdefault(sections[name], []).append(f"{name} = {value}\n")
    return "".join(f"[{section}]\n{''.join(lines)}" for section, lines in file.items())


def check_twins():
    """What the command line is refused for, a file is refused for in the same words. @return why not, how many"""
    help_texts = {program: sections_of(program) for program in (ECHO, BENCH)}
    count = 0
    with tempfile.TemporaryDirectory(prefix="estab-test-") as folder:
        path = f"{folder}/options.cfg"
        for program, eal, options, code, part in CASES:
            text = twin_of(program, options, help_texts) if code == 2 and not eal else None
            if not text:
                continue
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            as_entry = re.sub(r"^--([a-z0-9-]+) (\S.*?)(:|$)", r"\1 = \2\3", part)
            why = check(program, [], ["--config-file", path], 2, part) and \
                check(program, [], ["--config-file", path], 2, as_entry)
            if why is not None:
                return f"{text!r} in a file: {why}", count
            count += 1
    return None, count


def check_failed_device(program, options):
    """A device that was named and could not be made: DPDK's reason comes first, and no advice to
    name one."""
    result = run([program] + EAL + ["--vdev=net_af_packet0", "--"] + options)
    said = result.stderr.splitlines()
    name = os.path.basename(program)
    if result.returncode != 1 or result.stdout != "":
        return f"{name}: failed --vdev: exit code {result.returncode}"
    if len(said) < 2 or "net_af_packet0" not in said[0] or "is above" not in said[-1]:
        return f"{name}: failed --vdev: DPDK's reason is not passed on and pointed to"
    if "add --vdev" in result.stderr:
        return f"{name}: failed --vdev: advice to add what was there"
    return None


def check_no_hugepages():
    """Where there are hugepages this cannot be shown."""
    with open("/proc/meminfo", encoding="ascii") as meminfo:
        if "HugePages_Total:       0" not in meminfo.read():
            return None
    return check(ECHO, ["--no-pci", f"--file-prefix=estab-bad-input-{os.getpid()}"], ADDRESS, 1,
                 "--no-huge")


def check_questions():
    """--help and --version answer without EAL, on either side of --."""
    for program in ECHO, BENCH:
        for words in ["--help"], ["-h"], ["--", "--help"], ["--version"], ["--", "--version"]:
            result = run([program] + words)
            if result.returncode != 0 or result.stderr != "" or result.stdout == "":
                return f"{os.path.basename(program)} {' '.join(words)} does not answer"
            if "help" in words[-1] and "--address" not in result.stdout:
                return f"{os.path.basename(program)} {' '.join(words)} does not list options"
    return None


def check_secret_files():
    """What may not be a secret is refused with its reason, and what it holds is never shown."""
    text = "do-not-show-this"
    with tempfile.TemporaryDirectory() as folder:
        secret = os.path.join(folder, "secret")

        def refusal(program, mode, content, why, owner=None):
            with open(secret, "w", encoding="ascii") as file:
                file.write(content)
            os.chmod(secret, mode)
            if owner is not None:
                os.chown(secret, owner, -1)
            options = ADDRESS if program == ECHO else SERVER
            found = check(program, [], options + ["--secret-file", secret], 2, why)
            os.unlink(secret)
            return found

        cases = [(program, *case) for program in (ECHO, BENCH) for case in [
            (0o640, text, "others than its owner have access (mode 0640)"),
            (0o604, text, "others than its owner have access (mode 0604)"),
            (0o601, text, "others than its owner have access"),
            (0o600, text + "\n", "17 bytes, not 16"),
            (0o600, text[1:], "15 bytes, not 16"),
            (0o600, "", "0 bytes, not 16")]]
        if os.geteuid() == 0:
            cases.append((ECHO, 0o600, text, "belongs to user 4711", 4711))
        for case in cases:
            why = refusal(*case)
            if why is not None:
                return f"--secret-file, mode {case[1]:o}, {len(case[2])} bytes: {why}"
        os.mkfifo(secret, 0o600)
        return check(ECHO, [], ADDRESS + ["--secret-file", secret], 2, "not a file") or \
            check(ECHO, [], ADDRESS + ["--secret-file", folder + "/none"], 2, "No such file") or \
            check(BENCH, [], HOLD + ["--secret-file", secret], 2, "does not go with")


def check_outputs():
    """No file is two outputs, whatever its names, and what is in one stays while anything is wrong."""
    with tempfile.TemporaryDirectory(prefix="estab-test-") as folder:
        path, link, hard = (f"{folder}/{name}" for name in ("x", "link", "hard"))
        with open(path, "w", encoding="ascii") as file:
            file.write("kept")
        os.symlink("x", link)
        os.link(path, hard)
        cases = [(["--json", path, f"--{option}", other], 2, f"--{option} {other}: --json is written there")
                 for option in ("csv", "hgrm", "report", "capture")
                 for other in (f"{folder}/./x", link, hard)]
        cases += [(["--report", path, "--capture", path], 2, f"--capture {path}: --report is written there"),
                  (["--csv", path, "--json", "/nonexistent/x"], 1, "--json /nonexistent/x: cannot be"),
                  (["--json", path, "--csv", "/nonexistent/x"], 1, "--csv /nonexistent/x: cannot be"),
                  (["--json", path, "--capture", "/nonexistent/x"], 1, "--capture /nonexistent/x: cannot")]
        for options, code, part in cases:
            why = check(BENCH, [], CRR + ["--loopback"] + options, code, part)
            with open(path, encoding="ascii") as file:
                if file.read() != "kept":
                    why = why or "what was in the file is lost"
            if why is not None:
                return f"{' '.join(options)}: {why}"
    # Devices have room for several: it is EAL that ends these.
    return check(BENCH, ["--bogus"], CRR + ["--loopback", "--json", "/dev/null", "--csv", "/dev/./null",
                                            "--capture", "/dev/null"], 2, "--bogus")


failed = 0
twins_fault, twins = check_twins()
for case in CASES:
    why = check(*case)
    if why is not None:
        failed += 1
        print(f"not ok: {os.path.basename(case[0])} {' '.join(case[1])} -- {' '.join(case[2])}: {why}")
for why in (check_kinds(), twins_fault, None if twins > 100 else f"only {twins} twins", check_no_hugepages(),
            check_questions(), check_files(), check_secret_files(), check_outputs(), check_failed_device(ECHO, ADDRESS),
            check_failed_device(BENCH, CRR + ["--server", "192.0.2.1:80"] + ADDRESS)):
    if why is not None:
        failed += 1
        print(f"not ok: {why}")
print(f"{len(CASES) + 10 - failed} of {len(CASES) + 10} passed, {twins} of them in a file, too")
sys.exit(failed > 0)
