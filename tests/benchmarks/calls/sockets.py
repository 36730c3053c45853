"""Blocking sockets: each call is a connection to a server of many threads, and three lines there and back."""

from __future__ import annotations

import socket
import threading

from counting import LIMIT_S, asked, report, work

CLIENTS = 4


def answer(line: socket.socket) -> None:
    """Work on every message, then send it back."""
    with line:
        while got := line.recv(100):
            work()
            line.sendall(got)


def serve(server: socket.socket) -> None:
    """A thread for every connection."""
    while True:
        threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()


def call(address: tuple[str, int]) -> bool:
    """Whether one call timed out."""
    try:
        with socket.create_connection(address, timeout=LIMIT_S) as line:
            for turn in range(3):
                line.sendall(b"%d" % turn)
                assert line.recv(100) == b"%d" % turn
    except TimeoutError:
        return True
    return False


if __name__ == "__main__":
    calls = asked(CLIENTS)
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    address = server.getsockname()
    threading.Thread(target=serve, args=(server,), daemon=True).start()
    report([lambda: sum(call(address) for _ in range(calls))] * CLIENTS, calls)
