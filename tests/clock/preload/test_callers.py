"""A process of a job writes down who it is before it connects to a port on which a mock looks for that."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from harness.mocks.core.callers import Callers
from tests.clock.needed import needs
from tests.clock.virtual_night import Night

CONNECT = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as here:
    print(here.getsockname()[1])
"""

WAYS = {
    "blocking": CONNECT,
    "with a limit": CONNECT.replace("import socket,", "import socket; socket.setdefaulttimeout(5); import"),
    "asyncio": """
import asyncio, sys
async def main():
    _, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
    print(writer.get_extra_info("sockname")[1])
asyncio.run(main())
""",
    "from a port of its own": CONNECT.replace(
        "int(sys.argv[1]))", 'int(sys.argv[1])), source_address=("127.0.0.1", 0)'
    ),
    "mapped into IPv6": """
import socket, sys
with socket.socket(socket.AF_INET6) as here:
    here.connect(("::ffff:127.0.0.1", int(sys.argv[1])))
    print(here.getsockname()[1])
""",
    "a child with nothing in its environment": f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {CONNECT!r}, sys.argv[1]], env={{}}, check=True)
""",
    "a child that goes on when its parent is gone": f"""
import os, sys
if (child := os.fork()):
    os.waitpid(child, 0)
else:
    exec({CONNECT!r})
    sys.stdout.flush()
    os._exit(0)
""",
}


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _callers(night: Night, port: int) -> Callers:
    return Callers(night.path.parent, port, lambda: ("program", "retrieve"))


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_is_known_by_its_component(night: Night, port: int, way: str) -> None:
    callers = _callers(night, port)
    ended = night.run_python(WAYS[way], arguments=[str(port)])
    assert ended.code == 0, ended.err
    assert callers.take(int(ended.out)) == "program"


def test_so_is_that_of_a_program_of_the_machine(night: Night, port: int) -> None:
    callers = _callers(night, port)
    said = night.run(needs("curl"), "-s", "--max-time", "1", "-w", "%{local_port}", f"http://127.0.0.1:{port}/")
    assert callers.take(int(said.out)) == "program"


def test_another_component_has_another_name(night: Night, port: int) -> None:
    callers = _callers(night, port)
    process = night.python(CONNECT, str(port), component="retrieve")
    assert process.stdout is not None
    assert callers.take(int(process.stdout.readline())) == "retrieve"


def test_where_nobody_looks_the_kernel_chooses_the_port_as_always(night: Night, port: int) -> None:
    ended = night.run_python(CONNECT, arguments=[str(port)])
    assert ended.code == 0
    assert not (night.path.parent / "callers").exists()


def test_a_connection_that_nobody_takes_is_refused_as_always(night: Night) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    callers = _callers(night, port)
    assert callers.take(1) == ""
    assert "ConnectionRefusedError" in night.run_python(CONNECT, arguments=[str(port)]).err
