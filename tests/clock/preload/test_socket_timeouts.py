"""Sockets with a limit of their own: SO_RCVTIMEO and SO_SNDTIMEO, and the limit of recvmmsg."""

from __future__ import annotations

import pytest

from tests.clock.preload.calling import call, program, seconds_of
from tests.clock.virtual_night import Night

SOCKETS = """
EAGAIN, EINPROGRESS, WAITALL, DONTWAIT, WAITFORONE = errno.EAGAIN, errno.EINPROGRESS, 0x100, 0x40, 0x10000
for call in (libc.read, libc.readv, libc.recv, libc.recvfrom, libc.recvmsg,
             libc.write, libc.writev, libc.send, libc.sendto, libc.sendmsg, libc.__read_chk, libc.__recv_chk):
    call.restype = ctypes.c_ssize_t
def pieces(length):
    half = length // 2
    return (Piece * 2)(Piece(ctypes.addressof(big), half), Piece(ctypes.addressof(big) + half, length - half))
def message(length):
    made = Message(pieces=pieces(length), count=2)
    return made
def limited(end, *options, seconds=HOUR):
    for option in options:
        end.setsockopt(socket.SOL_SOCKET, option, Span(seconds, 0))
    return end
big = ctypes.create_string_buffer(b"0123456789" * 400_000)
SIZE = 4_000_000
RECEIVE, SEND = socket.SO_RCVTIMEO, socket.SO_SNDTIMEO
here, there = socket.socketpair()
limited(here, RECEIVE, SEND)
fd = here.fileno()
"""

RECEIVING = {
    "read": "libc.read(fd, big, 10)",
    "readv": "libc.readv(fd, pieces(10), 2)",
    "recv": "libc.recv(fd, big, 10, 0)",
    "recvfrom": "libc.recvfrom(fd, big, 10, 0, None, None)",
    "recvmsg": "libc.recvmsg(fd, ctypes.byref(message(10)), 0)",
    "__read_chk": "libc.__read_chk(fd, big, ctypes.c_size_t(10), ctypes.c_size_t(SIZE))",
    "__recv_chk": "libc.__recv_chk(fd, big, ctypes.c_size_t(10), ctypes.c_size_t(SIZE), 0)",
    "__recvfrom_chk": "libc.__recvfrom_chk(fd, big, ctypes.c_size_t(10), ctypes.c_size_t(SIZE), 0, None, None)",
}

SENDING = {
    "write": "libc.write(fd, big, SIZE)",
    "writev": "libc.writev(fd, pieces(SIZE), 2)",
    "send": "libc.send(fd, big, SIZE, 0)",
    "sendto": "libc.sendto(fd, big, SIZE, 0, None, 0)",
    "sendmsg": "libc.sendmsg(fd, ctypes.byref(message(SIZE)), 0)",
}

FULL = """
here.setblocking(False)
try:
    while True:
        here.send(b"x")
except BlockingIOError:
    here.setblocking(True)
limited(here, RECEIVE, SEND)
"""

OTHERS = {
    "recvmmsg": "fails_with(EAGAIN, libc.recvmmsg(fd, (Message * 1)(message(10)), 1, 0, None))",
    "sendmmsg": FULL + "fails_with(EAGAIN, libc.sendmmsg(fd, (Message * 1)(message(10)), 1, 0))",
    "accept": """
        server = limited(socket.create_server(("127.0.0.1", 0)), RECEIVE)
        fails_with(EAGAIN, libc.accept(server.fileno(), None, None))""",
    "accept4": """
        server = limited(socket.create_server(("127.0.0.1", 0)), RECEIVE)
        fails_with(EAGAIN, libc.accept4(server.fileno(), None, None, socket.SOCK_CLOEXEC))""",
    "connect": """
        server = socket.create_server(("127.0.0.1", 0), backlog=0)
        waiting = [socket.socket() for _ in range(4)]  # as many as fit, and more
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        client = limited(socket.socket(), SEND)
        address = bytes([2, 0]) + server.getsockname()[1].to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        fails_with(EINPROGRESS, libc.connect(client.fileno(), address, 16))
        assert os.get_blocking(client.fileno())""",
    "connect to a local socket": """
        server = socket.socket(socket.AF_UNIX)
        server.bind(b"\\0night-%d" % os.getpid())
        server.listen(0)
        waiting = socket.socket(socket.AF_UNIX)
        waiting.connect(server.getsockname())
        client, path = limited(socket.socket(socket.AF_UNIX), SEND), server.getsockname()
        fails_with(EAGAIN, libc.connect(client.fileno(), bytes([1, 0]) + path, 2 + len(path)))""",
    "a datagram to a full local socket": """
        to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        to.bind(b"\\0night-%d" % os.getpid())
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sender.setblocking(False)
        try:
            while True:
                sender.sendto(b"x", to.getsockname())
        except BlockingIOError:
            sender.setblocking(True)
        path = to.getsockname()
        fd, address = limited(sender, SEND).fileno(), bytes([1, 0]) + path
        fails_with(EAGAIN, libc.sendto(fd, b"x", 1, 0, address, len(address)))""",
}


@pytest.mark.parametrize("name", RECEIVING)
def test_a_socket_limit_ends_receiving_after_a_virtual_hour(night: Night, name: str) -> None:
    assert 3600 <= call(night, SOCKETS, f"fails_with(EAGAIN, {RECEIVING[name]})") < 3600.1


@pytest.mark.parametrize("name", SENDING)
def test_a_socket_limit_ends_sending_after_a_virtual_hour(night: Night, name: str) -> None:
    assert 3600 <= call(night, SOCKETS, FULL, f"fails_with(EAGAIN, {SENDING[name]})") < 3600.1


@pytest.mark.parametrize("name", OTHERS)
def test_a_socket_limit_ends_every_wait_after_a_virtual_hour(night: Night, name: str) -> None:
    assert 3600 <= call(night, SOCKETS, OTHERS[name]) < 3640


@pytest.mark.parametrize("name", RECEIVING)
def test_what_comes_is_received_before_the_limit(night: Night, name: str) -> None:
    assert 600 <= call(night, SOCKETS, "later(lambda: there.send(b'hello'))", f"assert {RECEIVING[name]} == 5") < 601


@pytest.mark.parametrize("name", SENDING)
def test_a_stream_takes_all_bytes_as_the_other_end_makes_room(night: Night, name: str) -> None:
    """A blocking send of more than fits returns when the last byte has gone, not when some have."""
    drain = """
        def drain():
            global came
            while len(came) < SIZE:
                time.sleep(10)
                came += there.recv(SIZE)
        came = b""
        draining = threading.Thread(target=drain)
        draining.start()"""
    check = f"assert {SENDING[name]} == SIZE\ndraining.join()\nassert came == big.raw[:SIZE]"
    assert 20 <= call(night, SOCKETS, drain, check) < 3600


@pytest.mark.parametrize("name", SENDING)
def test_a_stream_that_stays_full_reports_how_much_has_gone(night: Night, name: str) -> None:
    body = f"sent = {SENDING[name]}\nassert 0 < sent < SIZE\nassert len(there.recv(SIZE, WAITALL | DONTWAIT)) == sent"
    assert 3600 <= call(night, SOCKETS, body) < 3601


def test_waiting_for_all_collects_pieces_until_the_limit_and_returns_what_came(night: Night) -> None:
    body = """
        def talk():
            for piece in (b"one", b"two", b"three"):
                time.sleep(600)
                there.send(piece)
        threading.Thread(target=talk).start()
        assert libc.recv(fd, big, 6, WAITALL) == 6 and big.raw[:6] == b"onetwo"
        assert time.clock_gettime(MONOTONIC) - began < 1201
        assert libc.recv(fd, big, 10, WAITALL) == 5 and big.raw[:5] == b"three"
        """
    assert 1200 + 3600 <= call(night, SOCKETS, body) < 4801


def test_waiting_for_all_ends_with_the_stream(night: Night) -> None:
    body = """
        there.send(b"last")
        later(there.close)
        assert libc.recv(fd, big, 10, WAITALL) == 4
        assert libc.recv(fd, big, 10, WAITALL) == 0"""
    assert 600 <= call(night, SOCKETS, body) < 601


def test_a_datagram_is_not_waited_for_to_grow(night: Night) -> None:
    body = """
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        other.send(b"small")
        assert libc.recv(limited(one, RECEIVE).fileno(), big, 10, WAITALL) == 5"""
    assert call(night, SOCKETS, body) < 1


def test_the_sender_of_a_datagram_is_told(night: Night) -> None:
    body = """
        one, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        later(lambda: other.sendto(b"hello", one.getsockname()))
        assert limited(one, RECEIVE).recvfrom(10) == (b"hello", other.getsockname())"""
    assert 600 <= call(night, SOCKETS, body) < 601


@pytest.mark.parametrize("how", ["DONTWAIT", "nonblocking"])
def test_who_does_not_want_to_wait_does_not(night: Night, how: str) -> None:
    body = f"""
        here.setblocking({how == "DONTWAIT"})
        limited(here, RECEIVE)
        fails_with(EAGAIN, libc.recv(fd, big, 10, DONTWAIT if {how == "DONTWAIT"} else 0))"""
    assert call(night, SOCKETS, body) < 1


def test_an_accept_and_a_connect_with_limits_succeed_before_them(night: Night) -> None:
    body = """
        server = limited(socket.create_server(("127.0.0.1", 0)), RECEIVE)
        client = limited(socket.socket(), SEND)
        later(lambda: client.connect(server.getsockname()))
        fd = libc.accept(server.fileno(), None, None)
        assert fd >= 0
        client.sendall(b"hello")
        assert b"hello" == socket.socket(fileno=fd).recv(5)"""
    assert 600 <= call(night, SOCKETS, body) < 601


def test_a_refused_connection_with_a_limit_says_so_at_once(night: Night) -> None:
    body = """
        server = socket.create_server(("127.0.0.1", 0))
        address = server.getsockname()
        server.close()
        assert limited(socket.socket(), SEND).connect_ex(address) == errno.ECONNREFUSED"""
    assert call(night, SOCKETS, body) < 1


def test_a_limit_goes_with_the_socket_through_dup_fork_and_exec(night: Night) -> None:
    ended = night.run_python(
        program(
            SOCKETS,
            """
        code = "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); s.settimeout(None)" \\
               "\\ntry: s.recv(1)\\nexcept BlockingIOError: print('limit', flush=True)"
        other = os.dup(fd)
        os.set_inheritable(other, True)
        if os.fork() == 0:
            os.execv(sys.executable, [sys.executable, "-c", code, str(other)])
        os.wait()""",
        )
    )
    assert ended.out.split()[0] == "limit"
    assert 3600 <= seconds_of(ended) < 3601


def test_no_limit_is_none_also_when_another_socket_has_one(night: Night) -> None:
    body = """
        one, other = socket.socketpair()
        later(lambda: other.send(b"late"), seconds=100_000)
        assert libc.recv(one.fileno(), big, 10, 0) == 4"""
    assert 100_000 <= call(night, SOCKETS, body) < 100_001


DATAGRAMS = """
one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
def talk(*pauses):
    def run():
        for pause in pauses:
            time.sleep(pause)
            other.send(b"datagram")
    threading.Thread(target=run).start()
def receive(count, flags, span):
    return libc.recvmmsg(one.fileno(), (Message * 4)(*(message(10) for _ in range(4))), count, flags, span)
"""


def test_recvmmsg_looks_at_its_own_limit_after_each_datagram(night: Night) -> None:
    """It ends with the first one after the limit, and says how much was left: recvmmsg(2)."""
    body = """
        span = Span(1000, 0)
        talk(600, 600, 600)
        assert receive(4, 0, ctypes.byref(span)) == 2
        assert (span.tv_sec, span.tv_nsec) == (0, 0)
        span = Span(HOUR, 0)
        assert receive(1, 0, ctypes.byref(span)) == 1
        assert 2999 <= span.tv_sec < 3001"""
    assert 1800 <= call(night, SOCKETS, DATAGRAMS, body) < 1801


def test_recvmmsg_may_wait_for_the_first_datagram_alone(night: Night) -> None:
    body = """
        talk(600, 0)
        time.sleep(700)
        assert receive(4, WAITFORONE, ctypes.byref(Span(HOUR, 0))) == 2"""
    assert 700 <= call(night, SOCKETS, DATAGRAMS, body) < 701
