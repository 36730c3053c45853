"""A local night stays on this machine, and TCP keeps nothing back."""

from __future__ import annotations

import pytest

from tests.clock.preload.calling import program
from tests.clock.virtual_night import Night

LOOPBACK = {"NIGHT_NETWORK": "loopback"}

CONNECT = """
import errno, socket, sys
family, address = {family}, {address!r}
try:
    socket.socket(family, socket.SOCK_STREAM).connect((address, 443))
except OSError as error:
    print(errno.errorcode[error.errno])
"""


@pytest.mark.parametrize(
    ("family", "address", "said"),
    [
        ("socket.AF_INET", "10.0.0.1", "10.0.0.1:443"),
        ("socket.AF_INET6", "2001:db8::1", "[2001:db8::1]:443"),
        ("socket.AF_INET6", "::ffff:10.0.0.1", "[::ffff:10.0.0.1]:443"),
    ],
)
def test_a_connection_that_leaves_loopback_is_refused_and_said(
    night: Night, family: str, address: str, said: str
) -> None:
    ended = night.run_python(CONNECT.format(family=family, address=address), more=LOOPBACK)
    assert ended.out.strip() == "ENETUNREACH"
    assert ended.err == f"night: connection to {said} refused: the local stack reaches loopback only\n"


def test_a_datagram_that_leaves_loopback_is_refused(night: Night) -> None:
    ended = night.run_python(
        """
        import socket
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for send in (lambda: line.sendto(b"", ("10.0.0.1", 53)), lambda: line.sendmsg([b""], [], 0, ("10.0.0.1", 53))):
            try:
                send()
            except OSError as error:
                print(error.errno)
        """,
        more=LOOPBACK,
    )
    assert ended.out.split() == ["101", "101"]


def test_of_several_datagrams_those_that_stay_are_sent(night: Night) -> None:
    body = """
        to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        to.bind(("127.0.0.1", 0))
        family, port = bytes([2, 0]), to.getsockname()[1].to_bytes(2, "big")
        here, away = (family + port + bytes(host) + bytes(8) for host in ((127, 0, 0, 1), (10, 0, 0, 1)))
        hello = Piece(ctypes.cast(ctypes.c_char_p(b"hello"), ctypes.c_void_p), 5)
        both = (Message * 2)(*(Message(name, 16, ctypes.pointer(hello), 1) for name in (here, away)))
        fd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).detach()
        assert libc.sendmmsg(fd, both, 2, 0) == 1 and both[0].length == 5
        assert to.recv(10) == b"hello"
        fails_with(errno.ENETUNREACH, libc.sendmmsg(fd, ctypes.byref(both[1]), 1, 0))"""
    ended = night.run_python(program(body), more=LOOPBACK)
    assert ended.code == 0, ended.err


def test_loopback_itself_is_reached(night: Night) -> None:
    ended = night.run_python(
        """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(server.getsockname())
        client.sendall(b"hello")
        print(server.accept()[0].recv(5).decode())
        """,
        more=LOOPBACK,
    )
    assert (ended.out, ended.err) == ("hello\n", "")


def test_tcp_sockets_start_without_delay_at_both_ends(night: Night) -> None:
    ended = night.run_python("""
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(server.getsockname())
        for end in (client, server.accept()[0]):
            print(end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    """)
    assert ended.out.split() == ["1", "1"]


def test_small_writes_do_not_wait_for_an_acknowledgement(night: Night) -> None:
    """Write, write, read is where Nagle's algorithm and delayed acknowledgement meet, and look like silence."""
    ended = night.run_python("""
        import socket, threading, time
        server = socket.create_server(("127.0.0.1", 0))
        def answer():
            line = server.accept()[0]
            for turn in range(20):
                while not line.recv(100).endswith(b"."):
                    pass
                line.sendall(b"ok")
        threading.Thread(target=answer).start()
        client, late = socket.create_connection(server.getsockname(), timeout=10), 0
        began = time.monotonic()
        for turn in range(20):
            client.sendall(b"a")
            client.sendall(b".")
            assert client.recv(2) == b"ok"
        print(time.monotonic() - began < 1)
    """)
    assert ended.out.strip() == "True", ended.err
