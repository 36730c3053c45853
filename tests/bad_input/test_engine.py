"""An engine that lacks an image, or dies in mid-night: one clear error, and nothing left in it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from docker import DockerClient

from harness.stack.cleanup.containers import MINE_LABEL, OWNER_LABEL, sweep_docker
from tests.bad_input.mistakes import ENVIRONMENT, SOON, is_one_clear_error
from tests.runs import HARNESS, User, until
from tests.stack.conftest import engine, images  # noqa: F401 - fixtures

OURS = {"label": MINE_LABEL}


def test_an_image_that_is_missing_is_told(user: User, engine: DockerClient) -> None:  # noqa: F811
    none = "night-harness/none:none"
    run = user.runs(*HARNESS, "run", "night.yaml", "--stack", "docker", NIGHT_HARNESS_MOCKS_IMAGE=none)
    says = (f"image {none}: the engine does not have it", "expected: an image that is there", "harness images build")
    is_one_clear_error(run, ENVIRONMENT, *says)
    assert containers_of(engine, user.last_pid) == []


def test_a_jobs_image_that_is_missing_is_told_with_the_stack_gone(
    user: User,
    engine: DockerClient,  # noqa: F811
    images: None,  # noqa: F811
) -> None:
    none = "night-harness/none:none"
    run = user.runs(*HARNESS, "run", "night.yaml", "--stack", "docker", NIGHT_HARNESS_JOBS_IMAGE=none)
    says = (f"image {none}: the engine does not have it", "harness images build")
    is_one_clear_error(run, ENVIRONMENT, *says, soon=10 * SOON)
    assert containers_of(engine, user.last_pid) == []


class Relay:
    """Stands in front of the engine until it dies: every connection is cut, and nobody answers from then on."""

    def __init__(self, path: Path, behind: str) -> None:
        self._path, self._behind = path, behind
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._open = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def die(self) -> None:
        self._path.unlink(missing_ok=True)
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._open:
            one.close()

    def _start(self, work: Callable[..., None], *sockets: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=sockets, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, real = self._listener.accept()[0], socket.socket(socket.AF_UNIX)
                self._open += [client, real]
                real.connect(self._behind)
                self._start(self._copy, client, real)
                self._start(self._copy, real, client)

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)


def test_an_engine_that_dies_in_mid_night_is_told_and_its_containers_go(
    user: User,
    engine: DockerClient,  # noqa: F811
    images: None,  # noqa: F811
) -> None:
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not address.startswith("unix://"):
        pytest.skip("the engine is not at a socket that could be stood in front of")
    path = user.temporary / "docker.sock"
    relay = Relay(path, address.removeprefix("unix://"))
    try:
        process = user.begin(*HARNESS, "run", "night.yaml", "--stack", "docker", DOCKER_HOST=f"unix://{path}")
        until(lambda: "stack: docker" in user.said(process), lambda: user.said(process, "err"))
    finally:
        relay.die()
    run = user.ended(process)
    is_one_clear_error(run, ENVIRONMENT, f"container engine at unix://{path}", "no engine answers", soon=10 * SOON)
    until(lambda: not containers_of(engine, process.pid), lambda: containers_of(engine, process.pid))
    sweep_docker(engine)  # networks and volumes have no process to end with: the next run takes them
    left = [*engine.networks.list(filters=OURS), *engine.volumes.list(filters=OURS)]
    assert not [one for one in left if one.attrs["Labels"][OWNER_LABEL].startswith(f"{process.pid}@")]


def containers_of(engine: DockerClient, pid: int) -> list[str]:  # noqa: F811
    found = engine.containers.list(all=True, filters=OURS, ignore_removed=True)
    return [one.name for one in found if one.labels[OWNER_LABEL].startswith(f"{pid}@")]
