"""All containers of one stack: how each is started among the others, waited for, and removed with them."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.errors import ExtensionError, HarnessBug, StackError
from harness.stack.cleanup.containers import ROLE_LABEL, RUN_LABEL, gone, labels
from harness.stack.docker.arrangement import MOCKS, ROOT, log_path
from harness.stack.docker.container import ContainerSpec, StackContainer
from harness.stack.docker.engine import engine_calls

if TYPE_CHECKING:
    from docker import DockerClient

UNPRIVILEGED = ["no-new-privileges"]

READY_S = 60.0
LOOK_EVERY_S = 0.02
ALIVE_EVERY_S = 0.25
STOP_S = 20.0


class Containers:
    """The containers of one stack by their roles; each has the stack's volume and labels."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.labels = labels(run_id)
        self.volume = self.name()
        self.client: DockerClient | None = None
        self._started: dict[str, StackContainer] = {}

    def __getitem__(self, role: str) -> StackContainer:
        """The started container with that role."""
        return self._started[role]

    @property
    def engine(self) -> DockerClient:
        """The connection to the container engine, while the stack is started."""
        if self.client is None:
            raise HarnessBug("the docker stack was asked for something while it was not started")
        return self.client

    def name(self, *parts: str) -> str:
        """A name that belongs to this stack."""
        return "-".join(["night", self.run_id, *parts])

    def start(self, spec: ContainerSpec) -> StackContainer:
        """Start one more, with what all of them have."""
        options = dict(spec.options) | {"labels": self.labels | {ROLE_LABEL: spec.role}, "security_opt": UNPRIVILEGED}
        container = StackContainer(replace(spec, options=options, volumes={self.volume: ROOT}))
        self._started[spec.role] = container  # before it starts: what fails half-way is released, too
        try:
            return container.start()
        except StackError:
            self._drop(spec.name)  # made and not started, it would keep its name from the next try
            raise

    def _drop(self, name: str) -> None:
        from docker.errors import NotFound

        with engine_calls(f"removing container {name}"), suppress(NotFound):
            made = self.engine.containers.get(name)
            gone(partial(made.remove, force=True))

    def joined(self, network_of: str) -> dict[str, Any]:
        """The options of a container in the clock's PID namespace, and in the network namespace of another one."""
        ids = {role: f"container:{self[role].wrapped.id}" for role in ("clock", network_of)}
        return {"pid_mode": ids["clock"], "network_mode": ids[network_of]}

    def until(self, containers: Sequence[StackContainer], answer: Callable[[], Any]) -> Any:
        """What ``answer`` gives as soon as it gives something; an error when a container is dead or time is up."""
        began = looked = time.monotonic()
        why = "no answer"
        while True:
            try:
                if got := answer():
                    return got
            except ExtensionError:
                raise
            except (StackError, HarnessBug) as error:  # not there yet, most likely
                why = str(error).partition("\n")[0]
            now = time.monotonic()
            if now - looked > ALIVE_EVERY_S:
                looked = now
                for container in containers:
                    if not container.running():
                        raise container.died(tail=self._log_of(container.spec.role))
            if now - began > READY_S:
                raise containers[0].died(f"it runs, and was not ready within {READY_S:g} s ({why})")
            time.sleep(LOOK_EVERY_S)

    def remove(self, client: DockerClient) -> None:
        """End the PID namespace, wait until auto-removal is done, and take by force what it leaves."""
        given_up = time.monotonic() + STOP_S
        killed: set[str | None] = set()
        chosen: dict[str, Any] = {"label": f"{RUN_LABEL}={self.run_id}"}
        while left := client.containers.list(all=True, filters=chosen, ignore_removed=True):
            for container in left:
                if container.status == "created" or time.monotonic() > given_up:
                    gone(partial(container.remove, force=True))
                elif container.labels.get(ROLE_LABEL) == "clock" and container.id not in killed:
                    killed.add(container.id)
                    gone(container.kill)
            time.sleep(LOOK_EVERY_S)

    def release(self) -> None:
        """Close what each of them held of the engine."""
        for container in self._started.values():
            container.release()
        self._started.clear()

    def _log_of(self, role: str) -> str | None:
        """The log that a mock wrote to the volume, which outlives its container; None for the others."""
        from docker.errors import APIError

        if role not in MOCKS:
            return None
        try:
            packed, _ = self["clock"].wrapped.get_archive(log_path(role))
        except APIError:
            return None
        with tarfile.open(fileobj=io.BytesIO(b"".join(packed))) as tar:
            log = tar.extractfile(tar.getmembers()[0])
            return log.read().decode(errors="replace") if log else None
