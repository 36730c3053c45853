"""The stack in containers: one clock container, the mocks beside it, and a container for every image that jobs need.

    clock      PID 1 of the PID namespace that all others join; the supervisor; owns the network namespace of the mocks
    mocks      source, wire, scheduler, consumers, desk, folders: processes in containers of the mocks image
    ground     owns the network namespace of the jobs, from which nothing but the mocks can be reached
    agent-N    one for each image that jobs run in: the agent on the volume, and nothing else of ours

The mocks share the clock container's network namespace, so that they talk over loopback as on the local stack; its
address on the internal network is theirs. All find the mocks' names in /etc/hosts: a name server's answer would come
from outside the PID namespace, where the controller cannot see that somebody is at work. The internal network has no
way out, and of the second one, by which the door is published, only the clock container is a member.
"""

from __future__ import annotations

import io
import secrets
import shutil
import tarfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from harness.contract.endpoints import places as endpoint_places
from harness.errors import HarnessBug, StackError
from harness.stack import Stack
from harness.stack.cleanup.containers import ROLE_LABEL, RUN_LABEL, gone, labels, sweep_docker
from harness.stack.cleanup.directories import scratch_directory
from harness.stack.docker.arrangement import (
    DOOR_PORT,
    LIBRARY,
    MOCKS,
    MOCKS_LIBRARY,
    PORTS,
    ROOT,
    SECLUDE,
    SUPERVISOR,
    VOLUME_OPTIONS,
    log_path,
)
from harness.stack.docker.chain_copy import chain_copy, chain_state
from harness.stack.docker.containers import ContainerSpec, StackContainer
from harness.stack.docker.engine import engine_calls, engine_client, engine_host, published_at
from harness.stack.docker.images import jobs_image, mocks_image, require_image
from harness.stack.door import Door
from harness.stack.supervisor import TOKEN

if TYPE_CHECKING:
    from docker import DockerClient

UNPRIVILEGED = ["no-new-privileges"]

READY_S = 60.0
LOOK_EVERY_S = 0.02
ALIVE_EVERY_S = 0.25
STOP_S = 20.0


class DockerStack(Stack):
    """Start it, reset it for every night, stop it; see `Stack`.

    ``image`` is the image of jobs whose chain names none. ``published`` also publishes the mocks' endpoints on the
    host's loopback interface, for people who point their own client at them; ``ports`` says at which, by endpoint.
    """

    name = "docker"

    def __init__(
        self, *, image: str | None = None, published: bool = False, ports: Mapping[str, int] | None = None
    ) -> None:
        self.clock = "not started"
        self.run_id = secrets.token_hex(6)
        self._default_image = image
        self._published = published
        self._ports = dict(ports or {})
        self._labels = labels(self.run_id)
        self._client: DockerClient | None = None
        self._containers: dict[str, StackContainer] = {}
        self._agents: dict[str, str] = {}
        self._environments: dict[str, dict[str, str]] = {}
        self._copied: dict[Path, tuple[object, str]] = {}
        self._lock = threading.Lock()

    def start(self) -> Self:
        """Bring everything up; what was started is removed again when something fails half-way."""
        self._client = engine_client()
        try:
            self.scratch = scratch_directory()
            require_image(self._client, mocks_image(), ours=True)
            sweep_docker(self._client)
            self._make_ground()
            self._start_clock()
            self._start_mocks()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Kill the clock container, and with it every process of the stack; then remove what has no process."""
        client, self._client = self._client, None
        if client is None:
            return
        if hasattr(self, "scratch"):
            shutil.rmtree(self.scratch, ignore_errors=True)
        try:
            if hasattr(self, "door"):
                self.door.close()
            with engine_calls("removing the stack"):
                self._remove_containers(client)
                mine = {"label": f"{RUN_LABEL}={self.run_id}"}
                for network in client.networks.list(filters=mine):
                    gone(network.remove)
                for volume in client.volumes.list(filters=mine):
                    gone(partial(volume.remove, force=True))
        finally:
            for container in self._containers.values():
                container.release()
            self._containers.clear()
            client.close()

    def places(self, *, folders: Iterable[str] = (), consumers: Iterable[str] = ()) -> dict[str, str]:
        """Where jobs find things, inside the internal network and on the volume."""
        found = endpoint_places(lambda endpoint: (endpoint.name, endpoint.port))
        found |= {f"{name}.url": f"{found['consumers.url']}/{name}" for name in consumers}
        found["scheduler.msgin"] = f"{ROOT}/msgin"
        return found | {f"folder.{name}": f"{ROOT}/folders/{name}" for name in folders}

    def published(self, consumers: Iterable[str] = ()) -> dict[str, str]:
        """The mocks' endpoints as this machine reaches them; empty unless the stack was made with ``published``."""
        if not self._published:
            return {}
        clock = self._containers["clock"]
        found = endpoint_places(lambda endpoint: (engine_host(), clock.port(endpoint.port)))
        return found | {f"{name}.url": f"{found['consumers.url']}/{name}" for name in consumers}

    def job_environment(self, component: str, image: str | None = None) -> dict[str, str]:
        """The image's own variables, one language, one home, and the night's clock."""
        own = self._image_environment(jobs_image(image or self._default_image))
        common = {"HOME": f"{ROOT}/home", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        return own | common | self._preload(component)

    def job_cwd(self, chain_folder: Path) -> str:
        """The chain's folder, copied to the volume when its content is new there."""
        with self._lock:
            state, place = self._copied.get(chain_folder, (None, ""))
            if state != (now := chain_state(chain_folder)):
                digest, packed = chain_copy(chain_folder)
                with engine_calls(f"copying {chain_folder} to the stack"):
                    self._containers["clock"].wrapped.put_archive(ROOT, packed)
                place = f"{ROOT}/chain/{digest}"
                self._copied[chain_folder] = now, place
        return place

    def agent(self, image: str | None = None) -> str:
        """The agent in a container of that image, which is started on first use and kept."""
        wanted = jobs_image(image or self._default_image)
        with self._lock:
            if wanted not in self._agents:
                name = f"agent-{len(self._agents) + 1}"
                self._start_agent(name, wanted)
                self._agents[wanted] = name
            return self._agents[wanted]

    def _make_ground(self) -> None:
        """The volume and the two networks, all labelled."""
        client = self._engine()
        self._volume = self._inner = f"night-{self.run_id}"
        self._outer = f"{self._inner}-door"
        plain: dict[str, Any] = {"driver": "bridge", "labels": self._labels}
        no_way_out = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
        with engine_calls("making the stack's volume and networks"):
            client.volumes.create(self._volume, driver="local", driver_opts=VOLUME_OPTIONS, labels=self._labels)
            client.networks.create(self._inner, internal=True, **plain)
            client.networks.create(self._outer, options=no_way_out, **plain)

    def _start_clock(self) -> None:
        """The clock container, its door, and the lease that keeps it alive."""
        token = secrets.token_urlsafe(24)
        outside: dict[int, int | None] = {DOOR_PORT: None}
        if self._published:
            outside |= {port: self._ports.get(name) or None for name, port in PORTS.items()}
        clock = self._started(
            ContainerSpec(
                role="clock",
                image=mocks_image(),
                command=["python", "-m", "harness.stack.docker.container_init", *SUPERVISOR],
                name=f"night-{self.run_id}-clock",
                environment={TOKEN: token},
                ports={f"{port}/tcp": (published_at(), chosen) for port, chosen in outside.items()},
                options={"network": self._outer, "extra_hosts": dict.fromkeys(PORTS, "127.0.0.1")},
            )
        )
        with engine_calls("joining the clock to the internal network"):
            self._engine().networks.get(self._inner).connect(clock.wrapped)
        self.door = Door(f"http://{engine_host()}:{clock.port(DOOR_PORT)}", token)
        health = self._until([clock], lambda: self.door.ask("GET", "/health"))
        self.door.take_lease()
        self.clock = str(health.get("clock", "virtual"))

    def _start_mocks(self) -> None:
        """All mocks and the jobs' ground at once: each takes a third of a second, most of it the engine's."""
        with ThreadPoolExecutor(max_workers=8) as pool:
            begun = [pool.submit(self._start_jobs_ground), *(pool.submit(self._start_mock, name) for name in MOCKS)]
            for one in begun:
                one.result()
        asked = {"mocks": list(MOCKS), "within_s": 1.0}
        self._until([self._containers[name] for name in MOCKS], lambda: self.door.ask("POST", "/gather", asked))

    def _start_mock(self, name: str) -> None:
        command = ["python", "-m", f"harness.mocks.{name}", "--dir", ROOT, *MOCKS[name]]
        command = [
            "sh",
            "-c",
            f'exec "$@" >>{log_path(name)} 2>&1',
            "sh",
            *command,
        ]  # the supervisor quotes the log, too
        self._started(
            ContainerSpec(
                role=name,
                image=mocks_image(),
                command=command,
                name=f"night-{self.run_id}-{name}",
                environment=self._preload(name, MOCKS_LIBRARY),
                options=self._joined("clock"),
            )
        )

    def _start_jobs_ground(self) -> None:
        """The network namespace of all jobs: the mocks by their names, and no way and no name beyond them."""
        clock = self._containers["clock"]
        ground = self._started(
            ContainerSpec(
                role="ground",
                image=mocks_image(),
                command=[SECLUDE],
                name=f"night-{self.run_id}-ground",
                options={
                    "pid_mode": f"container:{clock.wrapped.id}",
                    "network": self._inner,
                    "extra_hosts": dict.fromkeys(PORTS, clock.address(self._inner)),
                    "cap_add": ["NET_ADMIN"],
                },
            )
        )
        self._until([ground], lambda: ground.said("secluded"))

    def _start_agent(self, name: str, image: str) -> None:
        """A container of the user's image with the volume and the names of the mocks added, nothing else."""
        require_image(self._engine(), image)
        container = self._started(
            ContainerSpec(
                role=name,
                image=image,
                entrypoint=[f"{ROOT}/lib/night-agent"],
                command=[f"{ROOT}/control/{name}.sock"],
                name=f"night-{self.run_id}-{name}",
                options=self._joined("ground"),
            )
        )
        self._until([container], lambda: name in self.door.ask("GET", "/health")["agents"])

    def _started(self, spec: ContainerSpec) -> StackContainer:
        options = dict(spec.options) | {"labels": self._labels | {ROLE_LABEL: spec.role}, "security_opt": UNPRIVILEGED}
        container = StackContainer(replace(spec, options=options, volumes={self._volume: ROOT}))
        self._containers[spec.role] = container  # before it starts: what fails half-way is released, too
        return container.start()

    def _joined(self, network_of: str) -> dict[str, Any]:
        """A container in the clock's PID namespace, and in the network namespace of the clock or the ground."""
        ids = {role: f"container:{self._containers[role].wrapped.id}" for role in ("clock", network_of)}
        return {"pid_mode": ids["clock"], "network_mode": ids[network_of]}

    def _preload(self, component: str, library: str = LIBRARY) -> dict[str, str]:
        """The night's clock, for a process in a container."""
        if self.clock != "virtual":
            return {"NIGHT_COMPONENT": component}
        return {"LD_PRELOAD": library, "NIGHT_CLOCK": f"{ROOT}/page", "NIGHT_COMPONENT": component}

    def _image_environment(self, image: str) -> dict[str, str]:
        if image not in self._environments:
            variables = require_image(self._engine(), image).get("Env") or []
            self._environments[image] = dict(variable.split("=", 1) for variable in variables)
        return self._environments[image]

    def _engine(self) -> DockerClient:
        if self._client is None:
            raise HarnessBug("the docker stack was asked for something while it was not started")
        return self._client

    def _until(self, containers: list[StackContainer], answer: Callable[[], Any]) -> Any:
        """What ``answer`` gives as soon as it gives something; an error when a container is dead or time is up."""
        begun = looked = time.monotonic()
        why = "no answer"
        while True:
            try:
                if got := answer():
                    return got
            except (StackError, HarnessBug) as error:  # not there yet, most likely
                why = str(error).partition("\n")[0]
            now = time.monotonic()
            if now - looked > ALIVE_EVERY_S:
                looked = now
                for container in containers:
                    if not container.running():
                        raise container.died(tail=self._log_of(container.spec.role))
            if now - begun > READY_S:
                raise containers[0].died(f"it runs, and was not ready within {READY_S:g} s ({why})")
            time.sleep(LOOK_EVERY_S)

    def _log_of(self, role: str) -> str | None:
        """The log that a mock wrote to the volume, which outlives its container; None for the others."""
        from docker.errors import APIError

        if role not in MOCKS:
            return None
        try:
            packed, _ = self._containers["clock"].wrapped.get_archive(log_path(role))
        except APIError:
            return None
        with tarfile.open(fileobj=io.BytesIO(b"".join(packed))) as tar:
            log = tar.extractfile(tar.getmembers()[0])
            return log.read().decode(errors="replace") if log else None

    def _remove_containers(self, client: DockerClient) -> None:
        """End the namespace, wait until auto-removal is done, and take by force what it leaves."""
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
