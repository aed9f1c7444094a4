# SPDX-License-Identifier: BSD-3-Clause
"""HTTP clients that everybody has, and some that nobody wants, against estab-echo --mode http."""

import re
import shutil
import socket
import subprocess

from captures import captured, judge_capture
from cases import case, expect, expect_equal, finish, skip_case
from enter import enter
from peers import connect, random_file, receive_all, receive_exactly
from programs import estab_echo
from wires import ESTAB, FAMILIES

PORT = 80
SIZE = 3000  # more than one segment
LINE = b"estab-echo 0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 ...\n"
BODY = (LINE * (SIZE // len(LINE) + 1))[:SIZE]
HEAD_MAX = 8192
URL = f"http://{ESTAB[4]}/"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
GET_AND_CLOSE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class Count:
    """Requests that were answered, and those of them by an error, as far as a client can tell."""
    requests = 0
    refused = 0


def count(requests, refused=0):
    Count.requests += requests
    Count.refused += refused


def run(tool, *words):
    done = subprocess.run([tool, *words], capture_output=True, timeout=50)
    expect(done.returncode == 0, f"{tool} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def number(pattern, text, otherwise=0):
    found = re.search(pattern, text)
    return int(found[1]) if found else otherwise


def curl_gets_the_body(family):
    host = f"[{ESTAB[6]}]" if family == 6 else ESTAB[4]
    count(1)
    expect_equal(run("curl", "-sSg", f"http://{host}/"), BODY, "the body")


def curl_stays():
    """Three on one connection, and a HEAD."""
    said = run("curl", "-sS", "-w", "%{num_connects} %{http_code}\n", "-o", "/dev/null", URL,
               "-o", "/dev/null", URL, "-o", "/dev/null", URL)
    count(3)
    expect_equal(said.split(), [b"1", b"200", b"0", b"200", b"0", b"200"], "connects and codes")


def curl_asks_for_the_head():
    said = run("curl", "-sSI", URL)
    count(1)
    expect(said.startswith(b"HTTP/1.1 200 OK\r\n") and said.endswith(b"\r\n\r\n"), said)
    expect(f"Content-Length: {SIZE}\r\n".encode() in said, said)


def curl_posts():
    """The body is skipped, the answer is 405, and the connection goes on."""
    said = run("curl", "-sS", "-w", "%{num_connects} %{http_code}\n", "-d", "x" * 100_000, URL,
               "--next", "-sS", "-w", "%{num_connects} %{http_code}\n", "-o", "/dev/null", URL)
    count(2, 1)
    expect_equal(said.split(), [b"1", b"405", b"0", b"200"], "connects and codes")


def curl_posts_much():
    """More than is skipped: 413 reaches the client although he is still sending."""
    said = run("curl", "-sS", "-w", "%{http_code}", "-H", "Expect:", "--data-binary",
               f"@{random_file(1_200_000)[0]}", URL)
    count(1, 1)
    expect_equal(said, b"413", "code")


def wrk(*words):
    said = run("wrk", "-t1", "-c50", "-d2s", *words, URL).decode()
    count(number(r"(\d+) requests in", said))
    for trouble in "Socket errors", "Non-2xx":
        expect(trouble not in said, said)
    expect(number(r"(\d+) requests in", said) > 100, said)


def ab(*words):
    said = run("ab", "-q", "-n", "2000", "-c", "20", *words, URL).decode()
    count(2000)
    expect_equal(number(r"Complete requests: +(\d+)", said), 2000, f"complete\n{said}")
    expect_equal(number(r"Failed requests: +(\d+)", said, -1), 0, f"failed\n{said}")
    expect_equal(number(r"Keep-Alive requests: +(\d+)", said), 2000 if "-k" in words else 0,
                 "kept alive")
    expect_equal(number(r"HTML transferred: +(\d+)", said), 2000 * SIZE, "bytes of body")


def h2load():
    said = run("h2load", "--h1", "-n", "2000", "-c", "20", "-m", "10", URL).decode()
    count(2000)
    expect("2000 succeeded, 0 failed, 0 errored, 0 timeout" in said, said)
    expect("2000 2xx" in said, said)


def with_tool(tool, name, test, *arguments):
    if shutil.which(tool) is None:
        skip_case(name, f"{tool} is not installed")
        return
    with case(name):
        test(*arguments)


def answers(text, half_close=False):
    """All that comes for this text, until the end of file."""
    with connect(4, PORT) as conn:
        conn.sendall(text)
        if half_close:
            conn.shutdown(socket.SHUT_WR)
        return receive_all(conn)


def codes(said):
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+) ", said)]


def pipelined_requests():
    heads = GET + b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + GET_AND_CLOSE
    said = answers(heads + b"what is behind is not read")
    count(3)
    expect_equal(codes(said), [200] * 3, "codes")
    expect_equal(said.count(BODY), 2, "bodies")


def many_pipelined_requests():
    """More than a send buffer of answers: in order, and none is lost."""
    said = answers(GET * 999 + GET_AND_CLOSE)
    count(1000)
    expect_equal((codes(said) == [200] * 1000, said.count(BODY)), (True, 1000), "answers")


def byte_by_byte():
    with connect(4, PORT, lambda conn: conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)) as conn:
        for i in range(len(GET_AND_CLOSE)):
            conn.sendall(GET_AND_CLOSE[i:i + 1])
        said = receive_all(conn)
    count(1)
    expect(codes(said) == [200] and said.endswith(BODY), said)


def old_client():
    """HTTP/1.0: the connection ends, unless it is asked to stay, and then that is said."""
    said = answers(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n")
    count(2)
    expect_equal(codes(said), [200, 200], "codes")
    expect_equal(said.count(b"Connection: keep-alive\r\n"), 1, "stays")
    expect_equal(said.count(b"Connection: close\r\n"), 1, "closes")


def half_closed():
    said = answers(GET, half_close=True)
    count(1)
    expect(codes(said) == [200] and said.endswith(BODY), said)


def refused(text, code):
    """The answer comes whole, with an end of file and no reset, whatever is still being sent."""
    said = answers(text)
    count(1, 1)
    expect_equal(codes(said), [code], "code")
    expect(b"Connection: close\r\n" in said, said)


def nothing_asked(text):
    expect_equal(answers(text, half_close=True), b"", "an answer")


def body_then_request():
    """A body in pieces is skipped, and is not taken for requests."""
    with connect(4, PORT) as conn:
        conn.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + GET)
        conn.sendall(b"y" * (2000 - len(GET)) + GET_AND_CLOSE)
        said = receive_all(conn)
    count(2, 1)
    expect_equal(codes(said), [405, 200], "codes")


REFUSED = {
    "a bad request line": (b"GARBAGE\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "NULs": (b"\0" * 3000, 400),
    "a head without an end": (b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000, 431),
    "a request line without an end": (b"GET /" + b"x" * 300_000, 431),
    "nothing but line feeds": (b"\n" * (HEAD_MAX + 1), 431),
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "a chunked body": (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       b"5\r\nhello\r\n0\r\n\r\n", 411),
    "HTTP/2 in the clear": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
}


def talk():
    for family in FAMILIES:
        with case(f"IPv{family}: curl gets the body"):
            curl_gets_the_body(family)
    for name, test in {
            "curl asks three times on one connection": curl_stays,
            "curl asks for the head only": curl_asks_for_the_head,
            "curl posts, and asks on the same connection": curl_posts,
            "curl posts too much": curl_posts_much,
            "pipelined requests are answered in order": pipelined_requests,
            "1,000 pipelined requests are answered": many_pipelined_requests,
            "a request byte by byte is answered": byte_by_byte,
            "HTTP/1.0": old_client,
            "a client that half-closes is answered": half_closed,
            "a body is skipped": body_then_request,
    }.items():
        with case(name):
            test()
    for name, (text, code) in REFUSED.items():
        with case(f"{name}: {code}"):
            refused(text, code)
    for name, text in {"nothing": b"", "half a request": GET[:20]}.items():
        with case(f"{name} and an end of file: closed without an answer"):
            nothing_asked(text)
    with_tool("wrk", "wrk, 50 connections that stay", wrk)
    with_tool("wrk", "wrk, a connection for each request", wrk, "-H", "Connection: close")
    with_tool("ab", "ab, 20 connections at a time", ab)
    with_tool("ab", "ab, 20 connections that stay", ab, "-k")
    with_tool("h2load", "h2load, 10 requests at a time on 20 connections", h2load)


def always_closed():
    """--http-close, and an empty body."""
    said = answers(GET)
    expect_equal((codes(said), said[-4:]), ([200], b"\r\n\r\n"), "answer")
    expect(b"Content-Length: 0\r\n" in said and b"Connection: close\r\n" in said, said)


def idle_is_ended():
    """Who is silent, before or after a request, sees the end of file; who takes slowly is not silent."""
    with connect(4, PORT) as silent, connect(4, PORT) as served:
        served.sendall(GET)
        receive_exactly(served, SIZE)
        expect_equal(receive_all(silent), b"", "an answer without request")
        receive_all(served)


def too_many_are_reset():
    with connect(4, PORT) as first, connect(4, PORT) as second:
        for conn in first, second:
            conn.sendall(GET)
            receive_exactly(conn, SIZE)
        try:
            with connect(4, PORT) as third:
                expect(False, f"a third was served: {third.recv(100)!r}")
        except ConnectionResetError:
            pass
    with connect(4, PORT) as again:
        again.sendall(GET)
        receive_exactly(again, SIZE)


def main():
    enter("curl", "ethtool", "dumpcap", "tshark")
    with estab_echo("tap", "--mode", "http", "--response-size", str(SIZE)) as echo:
        with captured(echo.wire) as capture:
            talk()
    judge_capture(capture)
    with case("estab counted as many requests as the clients"):
        # wrk leaves requests behind that it does not count when its time is over.
        expect(Count.requests <= echo.total("http_requests") <= Count.requests + 100,
               f"{echo.total('http_requests')} of {Count.requests}")
        expect_equal(echo.total("http_requests_refused"), Count.refused, "http_requests_refused")
    with estab_echo("tap", "--mode", "http", "--response-size", "0", "--http-close") as echo:
        with case("--http-close: the connection ends after an empty body"):
            always_closed()
    with estab_echo("tap", "--mode", "http", "--response-size", str(SIZE), "--idle-timeout",
                    "500ms", "--max-connections", "2") as echo:
        with case("--idle-timeout: who is silent is ended"):
            idle_is_ended()
        with case("--max-connections 2: the third is reset, the next after them served"):
            too_many_are_reset()
    with case("what was ended and refused is counted"):
        expect_equal(echo.total("sessions_refused"), 1, "sessions_refused")
        expect(echo.total("sessions_timed_out") >= 2, "sessions_timed_out")
    finish()


main()
