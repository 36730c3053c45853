"""The container engine: one way to reach it, and its failures put as environment errors.

Every call has a time limit, because an engine that accepts and never answers (a wedged daemon, a Docker host gone to
sleep) would otherwise hang the run. Nothing here is imported unless the docker stack is used.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.errors import EngineError, StackError

if TYPE_CHECKING:
    from docker import DockerClient

FIRST_ANSWER_S = 3.0
"""How long an engine may take to say that it is there."""

CALL_S = 30
"""How long any later call may take; starting a container on a busy machine is the slowest of them."""

BUILD_S = 600
"""How long a build may be silent between two lines of its output."""


def engine_client(*, call_s: float = CALL_S) -> DockerClient:
    """Connect to the engine that DOCKER_HOST or the machine's default names, and see that it answers."""
    import docker
    import requests.exceptions
    from docker.errors import DockerException

    address = engine_address()
    try:
        if address.startswith(("unix://", "tcp://", "http://")) and not os.environ.get("DOCKER_CERT_PATH"):
            _try_to_connect(address)
        environment = dict(os.environ) | {"DOCKER_HOST": address}
        client = docker.from_env(environment=environment, timeout=int(call_s))
        client.ping()
    except (OSError, DockerException, requests.exceptions.RequestException) as why:
        raise unreachable(why, FIRST_ANSWER_S) from None
    return client


def _try_to_connect(address: str) -> None:
    """See within the short limit that somebody answers; docker-py has one limit for all, and leaks on a refusal."""
    with ExitStack() as closing:
        if address.startswith("unix://"):
            engine = closing.enter_context(socket.socket(socket.AF_UNIX))
            engine.settimeout(FIRST_ANSWER_S)
            engine.connect(address.removeprefix("unix://"))
        else:
            url = urlsplit(address)
            place = (url.hostname or "localhost", url.port or 2375)
            engine = closing.enter_context(socket.create_connection(place, FIRST_ANSWER_S))
        engine.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
        if not engine.recv(1):
            raise ConnectionResetError("it closed the connection without an answer")


def engine_address() -> str:
    """Where the engine is looked for, in the words of DOCKER_HOST."""
    from testcontainers.core.docker_client import get_docker_host

    return get_docker_host() or "unix:///var/run/docker.sock"


def engine_host() -> str:
    """Where published ports are reached: this machine, unless the engine is elsewhere or a variable says so."""
    named = os.environ.get("TESTCONTAINERS_HOST_OVERRIDE") or urlsplit(engine_address()).hostname or "localhost"
    return "127.0.0.1" if named == "localhost" else named


def published_at() -> str:
    """Where ports are published: only on loopback, unless that would be another machine's, where the token guards."""
    return "127.0.0.1" if engine_host() == "127.0.0.1" else "0.0.0.0"  # noqa: S104


def unreachable(why: BaseException, limit_s: float) -> EngineError:
    """Say which of the two it is: no engine, or one that does not answer."""
    where = f"container engine at {engine_address()}"
    if "timed out" in str(why).lower():
        return EngineError(
            where,
            found=f"it accepted the connection and did not answer within {limit_s:g} s",
            expected="an answer to every call",
            todo="restart the engine, or run with --stack local, which needs none",
        )
    return EngineError(
        where,
        found=f"no engine answers ({_reason(why)})",
        expected="a running Docker engine that this user may talk to",
        todo="start it, or point DOCKER_HOST at one, or run with --stack local, which needs none",
    )


@contextmanager
def engine_calls(what: str, *, limit_s: float = CALL_S) -> Iterator[None]:
    """Turn what goes wrong while the engine is asked to do something into an environment error that says what."""
    import requests.exceptions
    from docker.errors import APIError, DockerException

    try:
        yield
    except APIError as why:
        raise StackError(
            f"container engine, {what}",
            found=why.explanation or str(why),
            expected="the engine to do it",
            todo="see the engine's own log; `harness clean` removes what dead runs left behind",
        ) from None
    except (DockerException, requests.exceptions.RequestException) as why:
        error = unreachable(why, limit_s)
        raise EngineError(
            f"{error.where}, {what}", found=error.found, expected=error.expected, todo=error.todo
        ) from None


def _reason(why: BaseException) -> str:
    """The innermost cause: docker-py wraps a refused connection four times over."""
    text = str(why)
    for sign in ("No such file or directory", "Connection refused", "Permission denied"):
        if sign in text:
            return sign.lower()
    return text.splitlines()[0] if text else type(why).__name__
