"""What real SFTP clients do about a fault in the middle of a file, by themselves: row by row, in the night's time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clock.needed import needs
from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import CLIENTS, SCRIPTS, Clients, Ended
from tests.sample import sample

NAME = "large.csv"
CONTENT = b"".join(b"%07d,some line of a large file\n" % number for number in range(80_000))
SIZE = len(CONTENT)
HALF = SIZE // 2
WHERE = {"file": "large", "what": "file"}
LATER = {"paramiko": HALF, "asyncssh": HALF, "openssh_sftp": 1 << 20}
"""How many of the bytes before the fault a client may not have written yet; those that read ahead, all of them."""

DROPPED = r"(255|-13): "
"""How OpenSSH's sftp ends with its connection: when ssh has ended, or when it writes to an ssh that has ended."""


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME, CONTENT, source="sftp")
    return night.start("source", program="tests.mocks.source.source_with_more_damages")


@pytest.fixture
def clients(night: NightOfMocks, source: Played, tmp_path: Path) -> Clients:
    return Clients(night, source.endpoints["sftp"], NAME, tmp_path / "target.csv")


def refused(client: str, paramiko: str, asyncssh: str, openssh_sftp: str) -> str:
    """What each client says."""
    return {"paramiko": paramiko, "asyncssh": asyncssh, "openssh_sftp": openssh_sftp}[client]


def is_a_part(left: bytes | None, client: str) -> bool:
    """Whether a client has left what had come before the fault, and nothing else."""
    return left is not None and CONTENT.startswith(left) and HALF - LATER[client] <= len(left) <= HALF


@pytest.mark.parametrize("client", sample(CLIENTS, {"asyncssh"}))
def test_without_a_fault_the_file_is_whole(night: NightOfMocks, clients: Clients, client: str) -> None:
    assert clients.run(client) == Ended(0, "", CONTENT)
    served = {"name": NAME, "what": "file", "via": "sftp"}
    assert night.events("serve")[-2:] == [
        ("invoke", served, None),
        ("ok", served | {"bytes": SIZE, "complete": True}, None),
    ]


@pytest.mark.parametrize("client", sample(CLIENTS, {"asyncssh"}))
@pytest.mark.parametrize(
    ("length", "how", "error"),
    [("consistent", "ok", None), ("declared", "fail", f"ended after {HALF} of {SIZE} bytes")],
)
def test_an_early_end_is_taken_for_the_end(
    night: NightOfMocks, source: Played, clients: Clients, client: str, length: str, how: str, error: str | None
) -> None:
    source.arm("serve", {"cut": {"bytes": HALF, "where": "exact"}, "length": length}, where=WHERE)
    assert clients.run(client) == Ended(0, "", CONTENT[:HALF])
    value = {"name": NAME, "what": "file", "via": "sftp", "bytes": HALF, "complete": False}
    assert night.events("serve")[-1] == (how, value, error)


@pytest.mark.parametrize(
    ("client", "code", "says", "left"),
    sample(
        [
            ("paramiko", 1, "TypeError: '<' not supported between instances of 'int' and 'NoneType'", b""),
            ("asyncssh", 0, "", b""),
            ("openssh_sftp", 0, "", CONTENT[:HALF]),
        ],
        {"asyncssh"},
    ),
)
def test_without_a_size_one_breaks_one_takes_nothing_and_one_reads_to_the_end(
    source: Played, clients: Clients, client: str, code: int, says: str, left: bytes
) -> None:
    source.arm("serve", {"cut": {"bytes": HALF, "where": "exact"}, "length": "missing"}, where=WHERE)
    assert clients.run(client) == Ended(code, says, left)


@pytest.mark.exhaustive
@pytest.mark.parametrize("client", sample(CLIENTS, {"asyncssh"}))
def test_a_wrong_byte_passes(source: Played, clients: Clients, client: str) -> None:
    source.arm("serve", {"tested_byte": {"at": HALF}}, where=WHERE)
    assert clients.run(client) == Ended(0, "", CONTENT[:HALF] + b"X" + CONTENT[HALF + 1 :])


@pytest.mark.exhaustive
@pytest.mark.parametrize("client", sample(CLIENTS, {"asyncssh"}))
def test_a_stat_that_tells_half_deceives_asyncssh_only(
    night: NightOfMocks, source: Played, clients: Clients, client: str
) -> None:
    source.arm("serve", {"tested_more": {}, "length": "declared"}, where=WHERE)
    got = CONTENT if client == "asyncssh" else CONTENT * 2
    assert clients.run(client) == Ended(0, "", got)
    assert night.events("serve")[-1][1]["bytes"] == len(got)


@pytest.mark.parametrize("client", sample(CLIENTS, {"asyncssh"}))
@pytest.mark.parametrize(
    ("kind", "says", "event"),
    [
        ("internal_error", ("OSError: Failure", "SFTPFailure: Failure", "1: read remote"), "Failure"),
        (
            "forbidden",
            (
                "PermissionError: [Errno 13] Permission denied",
                "SFTPPermissionDenied: Permission denied",
                "1: read remote",
            ),
            "Permission denied",
        ),
        (
            "unavailable",
            ("SSHException: Server connection dropped", "ConnectionResetError: [Errno 104]", DROPPED),
            "connection dropped",
        ),
        (
            "session_expired",
            (
                "SSHException: Server connection dropped",
                "SFTPConnectionLost: Connection closed",
                DROPPED,
            ),
            "disconnected: session expired",
        ),
    ],
)
def test_what_is_refused_in_the_middle_is_an_error_and_leaves_a_part(
    night: NightOfMocks, source: Played, clients: Clients, client: str, kind: str, says: tuple[str, ...], event: str
) -> None:
    source.arm("request", {"refuse": kind, "after_bytes": HALF}, where={"operation": "get"})
    ended = clients.run(client)
    assert ended.code == 1
    assert ended.left is not None
    said = refused(client, re.escape(says[0]), re.escape(says[1]), f"sftp exited with {says[2]}")
    assert re.search(said, ended.said), ended.said
    if kind in {"internal_error", "forbidden"}:
        assert is_a_part(ended.left, client)
    else:  # what was on its way is lost, and how much that was depends on buffers
        assert CONTENT[:HALF].startswith(ended.left)
    assert night.events("serve")[-1] == ("fail", {"name": NAME, "what": "file", "via": "sftp"}, event)
    assert len(night.events("fault")) == 1


@pytest.mark.parametrize("client", sample(CLIENTS, {"asyncssh"}))
def test_whoever_is_kept_waiting_waits_for_ever(
    night: NightOfMocks, source: Played, clients: Clients, client: str
) -> None:
    source.arm("answer", {"silence": True, "after_bytes": HALF}, where={"operation": "get"})
    process = clients.start(client)
    stop = night.run(minutes=6 * 60)
    assert process.poll() is None, (stop, process.stderr.read())
    assert is_a_part(clients.left, client)
    assert source.done("DELETE", "arm/0")["acts"] == 1
    ended = clients.ended(process, minutes=6 * 60 + 1)  # the connection is reset, since nobody waits for an answer
    assert ended.code == 1


def test_a_channel_with_a_timeout_gives_up(night: NightOfMocks, source: Played, clients: Clients) -> None:
    source.arm("answer", {"silence": True, "after_bytes": HALF}, where={"operation": "get"})
    program = """
import os, sys, time, paramiko
at = os.environ
transport = paramiko.Transport((at["SFTP_HOST"], int(at["SFTP_PORT"])))
transport.connect(None, at["SFTP_USER"], at["SFTP_PASSWORD"])
sftp = paramiko.SFTPClient.from_transport(transport)
sftp.get_channel().settimeout(8)
begun = time.monotonic()
try:
    sftp.get(at["SFTP_FOLDER"] + "/" + sys.argv[1], sys.argv[2])
except TimeoutError:
    print(f"TimeoutError after {time.monotonic() - begun:.0f} s", file=sys.stderr)
transport.close()
"""
    ended = clients.ended(clients.program("-c", program, NAME, str(clients.target)), minutes=5)
    assert (
        ended.said == "TimeoutError after 16 s"
    )  # eight for the answer, eight more for the close that is not answered


ASKING = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
import client_openssh_sftp as client
known = client.options
client.options = lambda folder: ["-o", "ServerAliveInterval=300", "-o", "ServerAliveCountMax=3", *known(folder)]
sys.exit(client.main(*sys.argv[1:]))
"""


@pytest.mark.exhaustive
def test_asking_whether_the_server_lives_does_not_help(night: NightOfMocks, source: Played, clients: Clients) -> None:
    needs("sftp")
    source.arm("answer", {"silence": True, "after_bytes": HALF}, where={"operation": "get"})
    process = clients.program("-c", ASKING, NAME, str(clients.target))
    night.run(minutes=6 * 60)
    assert process.poll() is None, "the server answers each time: it is not dead"


@pytest.fixture
def silent_wire(night: NightOfMocks, clients: Clients) -> Clients:
    wire = night.start("wire", "--route", f"sftp=0=127.0.0.1:{clients.port}")
    wire.arm("connect", {"hang": "body", "after_bytes": HALF}, where={"endpoint": "sftp"})
    return Clients(night, wire.endpoints["sftp"], NAME, clients.target)


@pytest.mark.parametrize("client", sample(["asyncssh", "paramiko"]))
def test_a_wire_that_falls_silent_keeps_them_waiting_too(
    night: NightOfMocks, silent_wire: Clients, client: str
) -> None:
    process = silent_wire.start(client)
    night.run(minutes=6 * 60)
    assert process.poll() is None
    assert is_a_part(silent_wire.left, client)


@pytest.mark.exhaustive
def test_when_the_wire_falls_silent_asking_helps(night: NightOfMocks, silent_wire: Clients) -> None:
    """Debian's sftp asks by itself in batch mode, just like this; OpenSSH's own does not."""
    needs("sftp")
    begun_ns = night.page.now_ns
    process = silent_wire.program("-c", ASKING, NAME, str(silent_wire.target))
    ended = silent_wire.ended(process, minutes=21)
    assert ended.said == "sftp exited with 255: Connection closed"
    assert night.page.now_ns - begun_ns >= 1200 * 10**9
