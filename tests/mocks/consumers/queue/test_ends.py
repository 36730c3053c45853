"""However a client or the mock ends, and whatever is sent: nothing is lost, nothing is left, and it is no bug."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from harness.contract.endpoints import QUEUE
from harness.mocks.consumers.queue.resp import request
from harness.stack.cleanup.processes import descendants_of
from tests.calibration import patience_s
from tests.mocks.consumers.queue.conftest import CONSUMERS, Queues, row
from tests.stack.waiting import is_gone_soon


def connected(queues: Queues) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", queues.port), timeout=patience_s())
    client.sendall(request("AUTH", QUEUE["password"]))
    assert client.recv(100) == b"+OK\r\n"
    return client


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"*1\r\n!4\r\nPING\r\n", b"-ERR Protocol error: expected '$', got '!'\r\n"),
        (b"*x\r\n", b"-ERR Protocol error: invalid multibulk length\r\n"),
        (b"*1\r\n$x\r\n", b"-ERR Protocol error: invalid bulk length\r\n"),
        (b"NOSUCH thing\r\n", b"-ERR unknown command 'NOSUCH'"),
        (b"*2\r\n$5\r\nRPUSH\r\n$9\r\nforecasts\r\n", b"-ERR wrong number of arguments for 'rpush' command\r\n"),
    ],
)
def test_what_is_no_request_is_answered_by_the_server_itself(queues: Queues, sent: bytes, says: bytes) -> None:
    with connected(queues) as client:
        client.sendall(sent)
        assert client.recv(1000).startswith(says)
    assert queues.client().ping()


def test_a_request_may_come_in_pieces_and_as_a_line(queues: Queues) -> None:
    with connected(queues) as client:
        for byte in request("RPUSH", "forecasts", row("a")):
            client.sendall(bytes([byte]))
        assert client.recv(100) == b":1\r\n"
        client.sendall(b"\r\nPING\r\nQUIT\r\n")
        answer = b""
        while data := client.recv(100):
            answer += data
        assert answer == b"+PONG\r\n+OK\r\n"
    assert queues.held() == ["a"]


def test_who_has_gone_while_it_waited_takes_nothing(queues: Queues) -> None:
    client = queues.client()
    waiting = connected(queues)
    waiting.sendall(request("CLIENT", "SETNAME", "waiting") + request("BLPOP", "work", 0))
    assert waiting.recv(100) == b"+OK\r\n"
    waiting.close()
    while any(one["name"] == "waiting" for one in client.client_list()):
        pass
    client.rpush("work", "x")
    assert client.llen("work") == 1


def test_who_waits_hears_of_it_when_another_pushes(queues: Queues) -> None:
    heard: list[bytes] = []
    with connected(queues) as waiting:
        waiting.sendall(request("BLPOP", "work", 0))
        listening = threading.Thread(target=lambda: heard.append(waiting.recv(100)))
        listening.start()
        queues.client().rpush("work", "x")
        listening.join(patience_s())
    assert heard == [b"*2\r\n$4\r\nwork\r\n$1\r\nx\r\n"]


def test_the_server_ends_with_the_mock_also_while_it_stands_still(queues: Queues) -> None:
    queues.client().ping()
    process = queues.played.process
    (server,) = [
        pid for pid in descendants_of(process.pid) if "valkey" in Path(f"/proc/{pid}/comm").read_text()
    ] or pytest.skip("another server")
    del queues.night.played["consumers"]
    queues.played.close()
    assert is_gone_soon(Path(f"/proc/{server}"))


def test_how_the_bytes_of_a_pipeline_are_cut_makes_no_difference(queues: Queues) -> None:
    requests = [request("RPUSH", "forecasts", row("a")), request("RPUSH", "forecasts"), request("GET", "it")]
    requests += [request("RPUSH", "forecasts", row("b")), request("RPUSH", "forecasts", row("c"))]

    def told(pieces: list[bytes], answers: int) -> list[tuple[str, str | None]]:
        queues.begin(CONSUMERS)
        with connected(queues) as client, client.makefile("rb") as said:
            for piece in pieces:
                client.sendall(piece)
                for _ in range(answers):
                    said.readline()
        return [(type_, error) for type_, _, error in queues.night.events("push")]

    one_by_one = told(requests, 1)
    assert [type_ for type_, _ in one_by_one] == ["invoke", "ok", "invoke", "fail", *["invoke", "ok"] * 2]
    assert told([b"".join(requests)], 5) == one_by_one
