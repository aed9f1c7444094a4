# SPDX-License-Identifier: BSD-3-Clause
"""A block of commands carried out by bash: in a folder that looks like the source with its build, and as root in
namespaces of its own, of which nothing is left."""

import os
import re
import signal
import subprocess

SECONDS = 30
DURATION = "200ms"
DURATION_OF_A_STEP = "100ms"
READY = " listens on "  # of estab-echo
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]

# Runs before the commands. A server in a terminal of its own is waited for until it is ready, and ends well.
HEAD = r"""
set -eu -o pipefail
servers=()
if [ "$(id -u)" -eq 0 ]; then
	mount -t tmpfs tmpfs /run
	ip link set lo up
fi
begin_server() { # READY FILE
	setsid bash "$2" >"$2.log" 2>&1 </dev/null &
	servers+=("$!")
	for _ in $(seq 200); do
		grep -qE -- "$1" "$2.log" && return 0
		kill -0 "$!" 2>/dev/null || break
		sleep 0.05
	done
	cat "$2.log"
	echo "did not become ready: $(cat "$2")"
	exit 99
}
end_servers() {
	local status=0 pid
	for pid in "${servers[@]}" $(jobs -p); do
		kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" || { status=$?; [ "$status" -eq 143 ] || [ "$status" -eq 127 ] ||
			{ echo "a program in the background ended with $status"; exit 98; }; }
	done
	cat ./*.server.log 2>/dev/null || true
}
"""


def shorten(line):
    """Every measurement takes as long: given in place of what the document has, and where it has none."""
    duration = DURATION_OF_A_STEP if re.search(r"\b(ramp|find-max)\b", line) else DURATION
    line = re.sub(r"--duration[ =]\S+", f"--duration {duration}", line)
    if re.search(r"\bestab-bench\b.* -- ", line) and "--duration" not in line and "--engine" not in line:
        line = re.sub(r"(\bestab-bench\b.*?) -- ", rf"\1 -- --duration {duration} ", line, count=1)
    return line


def program_of(text):
    """C: what is in the document, in a function that has what it speaks of. It is compiled, no more."""
    headers = "".join(f"#include <estab/{name}>\n" for name in
                      ("stack.h", "listen.h", "conn.h", "event.h", "address.h"))
    return f"""
cat >example.c <<'END'
{headers}#include <stdint.h>
void example(uint64_t now_ns);
void example(uint64_t now_ns)
{{
struct estab_stack_config config;
struct estab_stack *stack;
struct estab_listener *listener;
struct estab_conn *conns[32];
struct estab_event events[32];
{text}
}}
END
cc -std=gnu11 -fsyntax-only -Iinclude $(pkg-config --cflags libdpdk) example.c
echo 'syntax ok'
"""


def joined(text):
    """Lines that end with a backslash go on with the next."""
    return re.sub(r"\\\n\s*", "", text).splitlines()


def script_of(block, folder):
    """What bash is given. Servers are files of their own, which `exec` what they run."""
    lines, servers = [], []
    if block.language == "c":
        return HEAD + program_of(block.text)

    def serve(command, ready):
        path = f"{folder}/{len(servers)}.server"
        servers.append(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"exec {command}\n")
        lines.append(f"begin_server '{ready}' {path}")

    def mend(line):
        for change in block.fields.get("instead", []):
            old, new = change.split(" -> ")
            line = line.replace(old, new)
        return shorten(line.replace("/tmp/", f"{folder}/").removeprefix("sudo "))

    def get(name):
        return block.fields.get(name, [])

    ready = (get("ready") or [READY])[0]
    for command in map(mend, get("beside")):
        serve(command, ready)
    lines += get("prepare")
    for command in map(mend, joined(block.text)):
        if any(re.search(pattern, command) for pattern in get("terminal")):
            serve(command, ready)
            lines += get("amid")
        else:
            lines.append(command)
    return HEAD + "\n".join([*lines, *get("after"), "end_servers", ""])


def furnish(folder, source, build, programs):
    """The source as links, `build` beside it, and the programs on PATH."""
    for name in os.listdir(source):
        if not name.startswith(("build", ".git")):
            os.symlink(f"{source}/{name}", f"{folder}/{name}")
    os.symlink(build, f"{folder}/build")
    os.mkdir(f"{folder}/bin")
    for program in programs:
        os.symlink(program, f"{folder}/bin/{os.path.basename(program)}")


def carry_out(block, folder):
    """@return exit status, what it said on stdout and stderr; status None: it was not over in time"""
    script = f"{folder}/script"
    with open(script, "w", encoding="utf-8") as file:
        file.write(script_of(block, folder))
    namespaces = UNSHARE if os.geteuid() == 0 else []
    environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}:/usr/sbin:/sbin",
                   "RUNTIME_DIRECTORY": "/run" if namespaces else folder}
    process = subprocess.Popen([*namespaces, "bash", script], cwd=folder, env=environment,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, start_new_session=True)
    text = "".join(line + "\n" for line in block.fields.get("input", []))
    try:
        said, _ = process.communicate(text, timeout=int(block.fields.get("seconds", [SECONDS])[0]))
        return process.returncode, said
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0]
