"""An engine that is away, silent or refuses is one clear error, soon; these tests need no engine."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from harness.errors import EngineError
from harness.stack.docker import engine
from harness.stack.docker.engine import engine_client
from harness.stack.docker.stack import DockerStack
from tests.calibration import starts


@pytest.fixture
def silent_engine(tmp_path, monkeypatch):
    """Accepts every connection, reads, and never answers."""
    address = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        taken = []

        def take() -> None:
            try:
                while True:
                    taken.append(listener.accept()[0])
            except OSError:
                pass

        thread = threading.Thread(target=take)
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{address}")
        monkeypatch.setattr(engine, "FIRST_ANSWER_S", 0.3)
        yield address
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            connection.close()


def test_an_engine_that_stops_answering_is_an_error_that_says_so_soon(silent_engine):
    begun = time.monotonic()
    with pytest.raises(EngineError) as caught:
        DockerStack().start()
    assert time.monotonic() - begun < engine.FIRST_ANSWER_S + starts(30)
    assert str(silent_engine) in caught.value.where
    assert "did not answer within 0.3 s" in caught.value.found
    assert "--stack local" in caught.value.todo


def test_no_engine_is_an_error_that_names_the_address_and_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(EngineError) as caught:
        engine_client()
    assert f"{tmp_path}/nobody.sock" in caught.value.where
    assert "no such file or directory" in caught.value.found
    assert "DOCKER_HOST" in caught.value.todo


def test_an_engine_that_refuses_the_connection_is_no_engine(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(str(tmp_path / "docker.sock"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with pytest.raises(EngineError, match="connection refused"):
        engine_client()


def test_a_stack_that_never_started_stops_without_an_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    DockerStack().stop()
