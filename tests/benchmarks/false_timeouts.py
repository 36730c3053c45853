"""False timeouts: calls with a 10-second timeout against a server that always answers, beside CPU hogs.

    python -m tests.benchmarks.false_timeouts [--calls 2000] [--hogs 8] [--planted]

Nobody in this night ever waits for time, so each timeout is a jump made while somebody worked: 0 is wanted. With
--planted the two guards are off (one look instead of two, no look before a timeout is reported), to show that this
benchmark would see it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness.clock import census
from harness.clock.controller import Controller
from harness.clock.library import preload_environment
from harness.clock.page import Page

AT_NS = 1_795_485_600 * 10**9

SERVER = """
import hashlib, os, socketserver, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()  # ends with whoever started it
class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            hashlib.pbkdf2_hmac("sha256", line, b"salt", 300)
            self.wfile.write(line)
class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64
server = Server(("127.0.0.1", 0), Answer)
print(server.server_address[1], flush=True)
server.socket.setblocking(True)
while True:
    server.process_request(*server.get_request())
"""

HOG = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): pass"
"""Ends with whoever started it, even when that one is killed."""

CLIENT = """
import socket, sys
port, calls = int(sys.argv[1]), int(sys.argv[2])
false = 0
for call in range(calls):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            for turn in range(3):
                line.sendall(b"%d\\n" % turn)
                got = line.recv(100)
                assert got == b"%d\\n" % turn, got
    except TimeoutError:
        false += 1
print(false, flush=True)
"""


@dataclass(frozen=True)
class Count:
    """What a run of the benchmark saw."""

    calls: int
    false: int
    jumps: int
    wall_s: float


def count_false_timeouts(calls: int, hogs: int, *, clients: int = 4, planted: bool = False) -> Count:
    """Run the calls in `clients` processes against one server, beside `hogs` processes that only compute."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        path = Path(folder) / "page"
        page = Page.create(path, at_ns=AT_NS)
        if planted:
            census.library().night_page_plant(page.address, 3)
        environment = {**os.environ, **preload_environment(path, "calls")}
        controller = Controller(page, root=os.getpid())
        hogging = [subprocess.Popen([sys.executable, "-c", HOG, str(os.getpid())]) for _ in range(hogs)]
        # The hogs are no part of the night: they are children of this process, but time must not wait for them.
        for hog in hogging:
            controller.exclude(hog.pid)
        night: list[subprocess.Popen[str]] = []
        try:
            server = subprocess.Popen(
                [sys.executable, "-c", SERVER],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            night.append(server)
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            began = time.monotonic()
            with page.hold():
                callers = [
                    subprocess.Popen(
                        [sys.executable, "-c", CLIENT, port, str(calls // clients)],
                        env=environment,
                        stdout=subprocess.PIPE,
                        text=True,
                    )
                    for _ in range(clients)
                ]
                night += callers
            stop = controller.run(page.now_ns + 10**15, runaway_s=300)
            false = sum(int(caller.communicate()[0] or calls) for caller in callers)
            return Count(calls // clients * clients, false, stop.jumps, time.monotonic() - began)
        finally:
            for process in night + hogging:
                process.kill()
                process.wait()
                for stream in (process.stdin, process.stdout):
                    if stream is not None:
                        stream.close()
            controller.close()
            page.close()


def main() -> int:
    """Print the count; the exit code says whether it is the one wanted."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, default=2000)
    options.add_argument("--hogs", type=int, default=8)
    options.add_argument("--planted", action="store_true")
    asked = options.parse_args()
    count = count_false_timeouts(asked.calls, asked.hogs, planted=asked.planted)
    print(
        f"{count.false} false timeouts of {count.calls} calls beside {asked.hogs} CPU hogs"
        f" ({count.jumps} jumps, {count.wall_s:.1f} s)"
    )
    return int((count.false > 0) != asked.planted)


if __name__ == "__main__":
    sys.exit(main())
