"""One container of a stack: how it is started through testcontainers, what it last said, and why it died.

Containers remove themselves when they end, and their logs with them, so their output is followed from the start and
its last lines are kept for the error that needs them.
"""

from __future__ import annotations

import io
import tarfile
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessBug, StackError
from harness.stack.docker.arrangement import ROOT
from harness.stack.docker.engine import CALL_S, engine_calls

if TYPE_CHECKING:
    from docker.models.containers import Container
    from testcontainers.core.container import DockerContainer

TAIL_LINES = 20
"""How much of its last output a dead container's error shows."""


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """What one container of a stack is started from."""

    role: str
    image: str
    command: Sequence[str]
    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: Sequence[str] | None = None
    ports: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


class StackContainer:
    """A started container; ``died`` says so in an error that names its status, its last output and what to try."""

    def __init__(self, spec: ContainerSpec) -> None:
        self.spec = spec
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._follower: threading.Thread | None = None
        self._started: DockerContainer | None = None

    def start(self) -> StackContainer:
        """Create and start it; the engine's own refusal (a missing entrypoint, a bad mount) is an error here."""
        from testcontainers.core.config import testcontainers_config
        from testcontainers.core.container import DockerContainer

        testcontainers_config.ryuk_disabled = True  # leases and labels clean up; its image would have to be pulled
        spec = self.spec
        with engine_calls(f"starting container {spec.name}"):
            container = DockerContainer(spec.image, docker_client_kw={"timeout": CALL_S}, name=spec.name)
            container.env = dict(spec.environment)
            container.ports = dict(spec.ports)  # type: ignore[arg-type]  # docker-py's (address, port): loopback only
            container.volumes = {name: {"bind": at, "mode": "rw"} for name, at in spec.volumes.items()}
            container.with_command(list(spec.command))
            more = {"entrypoint": list(spec.entrypoint)} if spec.entrypoint is not None else {}
            container.with_kwargs(auto_remove=True, **more, **spec.options)
            self._started = container
            container.start()
        self._follower = threading.Thread(target=self._follow, name=f"output of {spec.name}", daemon=True)
        self._follower.start()
        return self

    @property
    def wrapped(self) -> Container:
        """docker-py's container."""
        return self._container().get_wrapped_container()

    def port(self, inside: int) -> int:
        """The host's port that leads to one of its own."""
        with engine_calls(f"asking for the port of {self.spec.name}"):
            self.wrapped.reload()
            bound = self.wrapped.ports.get(f"{inside}/tcp") or []
        if not bound:
            raise self.died("it publishes no port")
        return int(bound[0]["HostPort"])

    def address(self, network: str) -> str:
        """Its address on one of its networks."""
        with engine_calls(f"asking for the address of {self.spec.name}"):
            self.wrapped.reload()
        return str((self.wrapped.attrs or {})["NetworkSettings"]["Networks"][network]["IPAddress"])

    def put(self, name: str, content: bytes) -> None:
        """A file on the stack's volume, for root alone; a container that has ended says why elsewhere."""
        from docker.errors import APIError

        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
        with engine_calls(f"copying {name} to {self.spec.name}"), suppress(APIError):
            self.wrapped.put_archive(ROOT, packed.getvalue())

    def running(self) -> bool:
        """Whether it still is: a container that ended has removed itself, or is about to."""
        from docker.errors import NotFound

        with engine_calls(f"looking at container {self.spec.name}"):
            try:
                self.wrapped.reload()
            except NotFound:
                return False
        return self.wrapped.status == "running"

    def said(self, line: str) -> bool:
        """Whether it has written that line lately."""
        return line in list(self._tail)

    def died(self, status: str = "it ended right after its start", *, tail: str | None = None) -> StackError:
        """The error for a container that is not there when it should be; ``tail`` is what it wrote elsewhere."""
        if self._follower is not None:
            self._follower.join(timeout=2)
        lines = tail.splitlines()[-TAIL_LINES:] if tail else self._tail
        shown = "\n    ".join(lines) or "(it wrote nothing)"
        return StackError(
            f"container {self.spec.name} ({self.spec.role}, image {self.spec.image})",
            found=f"{status}; its last output:\n    {shown}",
            expected=f"`{' '.join([*(self.spec.entrypoint or ()), *self.spec.command])}` to keep running",
            todo="mend what its last line says; after a change of the harness, `harness images build`",
        )

    def release(self) -> None:
        """Close the connections to the engine that it held; the container itself goes with its PID namespace."""
        if self._started is not None:
            self._started.get_docker_client().client.close()
        if self._follower is not None:
            self._follower.join(timeout=2)

    def _container(self) -> DockerContainer:
        if self._started is None:
            raise HarnessBug(f"container {self.spec.name} was asked for something before it was started")
        return self._started

    def _follow(self) -> None:
        with suppress(Exception):  # the stream ends with the container, in one of several ways
            rest = b""
            for chunk in self.wrapped.logs(stream=True, follow=True):
                *lines, rest = (rest + chunk).split(b"\n")
                self._tail.extend(line.decode(errors="replace") for line in lines)
            if rest:
                self._tail.append(rest.decode(errors="replace"))
