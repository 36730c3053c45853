"""The wire: a transparent proxy until a fault hangs it, and whole again when the fault is taken out."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator

import pytest
import urllib3

from tests.calibration import patience_s
from tests.clock.needed import needs
from tests.mocks.conftest import CONTENT, NightOfMocks, Played

HANG = {"hang": "first_byte"}


@pytest.fixture
def behind() -> Iterator[socket.socket]:
    """An endpoint of which the test is the server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        yield listening


def through(night: NightOfMocks, behind: socket.socket) -> tuple[Played, socket.socket, socket.socket]:
    """A wire to the test's own endpoint, and both ends of one connection."""
    wire = night.start("wire", "--route", f"raw=0=127.0.0.1:{behind.getsockname()[1]}")
    client = socket.create_connection(("127.0.0.1", wire.endpoints["raw"]), timeout=patience_s())
    server, _ = behind.accept()
    server.settimeout(30)
    return wire, client, server


def all_of(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def test_what_is_served_behind_the_wire_comes_through_unchanged(night: NightOfMocks, wire: Played) -> None:
    assert wire.get("/files/forecast.csv", "source").data == CONTENT
    assert night.events("connect") == [("info", {"endpoint": "source"}, None)]
    assert night.events("serve")[-1][1]["complete"] is True


@pytest.mark.parametrize("length", ["consistent", "declared", "missing"])
def test_a_damaged_body_comes_through_as_damaged_as_it_is(source: Played, wire: Played, length: str) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}, "length": length})
    with socket.create_connection(("127.0.0.1", wire.endpoints["source"]), timeout=patience_s()) as client:
        client.sendall(b"GET /files/forecast.csv HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n")
        assert all_of(client).partition(b"\r\n\r\n")[2] == CONTENT[:100]


def test_a_kept_connection_is_one_connection(night: NightOfMocks, wire: Played) -> None:
    wire.http.clear()
    for _ in range(3):
        wire.get("/files/forecast.csv", "source")
    assert len(night.events("connect")) == 1


def test_many_megabytes_pass_both_ways_at_once(night: NightOfMocks, behind: socket.socket) -> None:
    _, client, server = through(night, behind)
    sent = {client: b"to the server " * 600_000, server: b"to the client " * 700_000}
    got = {}

    def send(connection: socket.socket) -> None:
        connection.sendall(sent[connection])
        connection.shutdown(socket.SHUT_WR)

    def receive(connection: socket.socket) -> None:
        got[connection] = all_of(connection)

    threads = [threading.Thread(target=work, args=(end,)) for end in (client, server) for work in (send, receive)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=patience_s())
    assert got == {client: sent[server], server: sent[client]}
    client.close()
    server.close()


def test_a_half_closed_connection_still_answers(night: NightOfMocks, behind: socket.socket) -> None:
    _, client, server = through(night, behind)
    with client, server:
        client.sendall(b"question")
        client.shutdown(socket.SHUT_WR)
        assert all_of(server) == b"question"
        server.sendall(b"answer")
        server.close()
        assert all_of(client) == b"answer"


def test_a_reader_that_stops_stops_the_sender(night: NightOfMocks, behind: socket.socket) -> None:
    _, client, server = through(night, behind)
    with client, server:
        server.setblocking(False)
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while sent < 1 << 28:
                sent += server.send(b"x" * 65536)
        assert sent < 1 << 26, "the wire may not take in what nobody reads"


def test_a_reset_behind_the_wire_is_a_reset_in_front(night: NightOfMocks, behind: socket.socket) -> None:
    _, client, server = through(night, behind)
    with client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        server.close()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_an_endpoint_that_is_not_there_is_a_failed_connect(night: NightOfMocks) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    wire = night.start("wire", "--route", f"gone=0=127.0.0.1:{port}")
    with pytest.raises(urllib3.exceptions.HTTPError, match="reset"):
        wire.get("/", "gone")
    assert night.events("connect")[1] == ("fail", {"endpoint": "gone"}, "Connection refused")


def test_a_hang_before_the_first_byte_outlasts_every_patience(night: NightOfMocks, wire: Played) -> None:
    needs("curl")
    wire.arm("connect", HANG, where={"endpoint": "source"})
    curl = night.job(
        "curl",
        "-sS",
        "--max-time",
        "1800",
        "-w",
        "%{http_code} %{size_download}",
        wire.url("/files/forecast.csv", "source"),
    )
    night.run(40)
    assert curl.communicate(timeout=patience_s())[0] == b"000 0"
    assert curl.returncode == 28, "curl's own exit code for a timeout"
    assert night.events("serve") == [], "the request never reaches the source"
    assert len(night.events("fault")) == 1


def test_a_hang_in_the_body_passes_so_many_bytes_and_no_more(night: NightOfMocks, wire: Played) -> None:
    needs("curl")
    wire.arm("connect", {"hang": "body", "after_bytes": 500}, where={"endpoint": "source"})
    curl = night.job(
        "curl",
        "-sS",
        "-i",
        "--max-time",
        "600",
        wire.url("/files/forecast.csv", "source"),
        "--output",
        str(night.dir / "got"),
    )
    night.run(20)
    assert curl.wait(timeout=patience_s()) == 28
    assert len((night.dir / "got").read_bytes()) == 500
    assert night.events("serve")[-1][0] == "ok", "what the source has served does not depend on the kernel's buffers"


@pytest.mark.parametrize("trigger", [{"times": 1}, {"call": 2}], ids=str)
def test_a_hang_in_the_body_is_met_by_connections_that_get_so_far(
    night: NightOfMocks, wire: Played, trigger: dict[str, int]
) -> None:
    needs("curl")
    wire.arm("connect", {"hang": "body", "after_bytes": 1000}, where={"endpoint": "source"}, **trigger)
    for _ in range(2):  # as a session's first requests: each in a connection of its own, and short
        wire.get("/files/forecast.csv.manifest.json", "source", Connection="close")
    assert night.events("fault") == []
    clients = [
        night.job("curl", "-sS", "--max-time", "60", wire.url("/files/forecast.csv", "source")) for _ in range(2)
    ]
    night.run(20)
    assert sorted(client.wait(timeout=patience_s()) for client in clients) == [0, 28]
    assert wire.done("DELETE", "arm/0")["acts"] == 1


def test_a_python_client_times_out_at_its_own_timeout(night: NightOfMocks, wire: Played) -> None:
    wire.arm("connect", HANG)
    program = (
        "import sys, time, urllib3; began = time.monotonic()\n"
        "try: urllib3.PoolManager(retries=False).request('GET', sys.argv[1], timeout=600)\n"
        "except urllib3.exceptions.ReadTimeoutError: print(round(time.monotonic() - began))"
    )
    job = night.job(sys.executable, "-c", program, wire.url("/files/forecast.csv", "source"))
    night.run(20)
    assert job.communicate(timeout=patience_s())[0].strip() == b"600"


@pytest.mark.parametrize("effect", [HANG, {"hang": "body", "after_bytes": 10}], ids=["first_byte", "body"])
def test_taking_the_fault_out_resets_what_hangs(night: NightOfMocks, wire: Played, effect: dict[str, object]) -> None:
    wire.arm("connect", effect)
    with socket.create_connection(("127.0.0.1", wire.endpoints["source"]), timeout=patience_s()) as client:
        client.sendall(b"GET /files/forecast.csv HTTP/1.1\r\nHost: s\r\n\r\n")
        if effect["hang"] == "body":
            assert client.recv(4096) == b"HTTP/1.1 2"
        while not wire.done("GET", "state")["hung"]:
            pass
        wire.done("DELETE", "arm/0")
        with pytest.raises(ConnectionResetError):
            client.recv(4096)
    assert wire.get("/files/forecast.csv", "source").data == CONTENT


def test_taking_one_fault_out_leaves_the_others_connections(night: NightOfMocks, wire: Played) -> None:
    wire.arm("connect", HANG, order_id="first", call=1)
    wire.arm("connect", HANG, order_id="second", call=2)
    clients = []
    for hung in (1, 2):
        clients.append(socket.create_connection(("127.0.0.1", wire.endpoints["source"]), timeout=patience_s()))
        while wire.done("GET", "state")["hung"] < hung:
            pass
    wire.done("DELETE", "arm/first")
    with pytest.raises(ConnectionResetError):
        clients[0].recv(1)
    assert wire.done("GET", "state")["hung"] == 1
    for client in clients:
        client.close()


def test_reset_drops_what_hangs(night: NightOfMocks, wire: Played) -> None:
    wire.arm("connect", HANG)
    with socket.create_connection(("127.0.0.1", wire.endpoints["source"]), timeout=patience_s()) as client:
        while not wire.done("GET", "state")["hung"]:
            pass
        wire.done("POST", "reset", night.plan)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert night.events("connect", "wire") == []


def test_only_the_endpoint_of_the_fault_hangs(night: NightOfMocks, source: Played) -> None:
    target = f"0=127.0.0.1:{source.endpoints['source']}"
    wire = night.start("wire", "--route", f"source={target}", "--route", f"consumers={target}")
    wire.arm("connect", HANG, where={"endpoint": "consumers"})
    assert wire.get("/files/forecast.csv", "source").data == CONTENT
    assert night.events("fault") == []


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        ({"hang": "now"}, "unknown word 'now'. Known: first_byte, body"),
        ({}, "found no key, expected hang or reset or drip"),
        ({"hang": "body"}, "missing key 'after_bytes'; expected a number of bytes"),
    ],
)
def test_an_effect_that_the_wire_does_not_know_is_refused(wire: Played, effect: dict[str, object], says: str) -> None:
    order = {"id": "0", "fault": "tested", "point": "connect", "where": {}, "effect": effect}
    status, answer = wire.call("POST", "arm", order)
    assert (status, says in answer["error"]) == (400, True)
