"""A port that a fault has taken away: refused, or never answered, as the wire says."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from harness.mocks.wire.port_states import SilentPort
from tests.clock.virtual_night import Night

WIRE = """
import socket, sys
with socket.socket(socket.AF_UNIX) as listening:
    listening.bind(sys.argv[1])
    listening.listen()
    print("ready", flush=True)
    while True:
        asking, _ = listening.accept()
        print("asked", flush=True)
        asking.sendall(sys.argv[2].encode())
        asking.close()
"""


class PortStates:
    """Ports with one answer each, which programs of the night give, as the wire is one."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._folder = night.path.parent / "ports"
        self._folder.mkdir()
        self._processes: list[subprocess.Popen[str]] = []

    def hold(self, port: int, answer: str) -> None:
        path = self._folder / str(port)
        path.unlink(missing_ok=True)
        holding = self._night.python(WIRE, str(path), answer)
        assert holding.stdout is not None
        assert holding.stdout.readline() == "ready\n"
        self._processes.append(holding)

    def asked(self) -> int:
        """How many questions there were; the sockets are gone then."""
        said = []
        while self._processes:
            process = self._processes.pop()
            process.kill()
            said += process.communicate()[0].split()
        return len(said)


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def states(night: Night) -> Iterator[PortStates]:
    held = PortStates(night)
    yield held
    held.asked()


CONNECT = """
import errno, socket, time
began = time.monotonic()
line = socket.socket()
line.settimeout({limit})
try:
    line.connect(("127.0.0.1", {port}))
    print("connected", round(time.monotonic() - began))
except OSError as error:
    print(errno.errorcode.get(error.errno, type(error).__name__), round(time.monotonic() - began))
"""


def connect(night: Night, port: int, limit: float | None = None) -> list[str]:
    return night.run_python(CONNECT.format(limit=limit, port=port)).out.split()


@pytest.mark.parametrize("limit", [None, 5])
def test_a_port_that_the_wire_calls_refused_is_refused_at_once(
    night: Night, port: int, states: PortStates, limit: float | None
) -> None:
    states.hold(port, "refused\n")
    assert connect(night, port, limit) == ["ECONNREFUSED", "0"]
    assert states.asked() == 1


@pytest.mark.parametrize("answer", ["pass\n", "perhaps\n", ""])
def test_a_port_that_the_wire_lets_pass_or_says_nothing_known_of_is_reached(
    night: Night, port: int, states: PortStates, answer: str
) -> None:
    states.hold(port, answer)
    assert connect(night, port) == ["connected", "0"]
    assert states.asked() == 1


def test_a_port_that_the_wire_has_no_socket_for_is_reached(night: Night, port: int, states: PortStates) -> None:
    states.hold(1, "refused\n")
    assert connect(night, port) == ["connected", "0"]
    assert states.asked() == 0


@pytest.mark.parametrize(("limit", "ends"), [(None, ["ETIMEDOUT", "127"]), (5, ["TimeoutError", "5"])])
def test_a_port_that_never_answers_is_waited_for_in_virtual_time(
    night: Night, port: int, states: PortStates, limit: float | None, ends: list[str]
) -> None:
    with closing(SilentPort("127.0.0.1")) as silent:
        states.hold(port, f"silence {silent.number}\n")
        assert connect(night, port, limit) == ends
    assert states.asked() == 1


def test_a_socket_limit_ends_the_wait_for_a_port_that_never_answers(
    night: Night, port: int, states: PortStates
) -> None:
    with closing(SilentPort("127.0.0.1")) as silent:
        states.hold(port, f"silence {silent.number}\n")
        ended = night.run_python(f"""
            import socket, struct, time
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 20, 0))
            began = time.monotonic()
            try:
                line.connect(("127.0.0.1", {port}))
            except BlockingIOError:
                print("given up", round(time.monotonic() - began))
        """)
    assert ended.out.split() == ["given", "up", "20"]


def test_a_datagram_does_not_ask_the_wire(night: Night, port: int, states: PortStates) -> None:
    states.hold(port, "refused\n")
    ended = night.run_python(f"""
        import socket
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", {port}))
        print("connected")
    """)
    assert ended.out.split() == ["connected"]
    assert states.asked() == 0
