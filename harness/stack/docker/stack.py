"""The stack in containers: one clock container, the mocks beside it, and a container for every image that jobs need.

    clock      PID 1 of the PID namespace that all others join; the supervisor; owns the network namespace of the mocks
    mocks      source, wire, scheduler, consumers, desk, folders: processes in containers of the mocks image
    ground     owns the network namespace of the jobs, from which nothing but the mocks can be reached
    agent-N    one for each image that jobs run in: the agent on the volume, and nothing else of ours
    server-…   a consumer's PostgreSQL, from the first night on that has one: in the same way, and with no network

The mocks share the clock container's network namespace, so that they talk over loopback as on the local stack; its
address on the internal network is theirs. All find the mocks' names in /etc/hosts: a name server's answer would come
from outside the PID namespace, where the controller cannot see that somebody is at work. The internal network has no
way out, and of the second one, by which the door is published, only the clock container is a member.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Self

from harness.contract.addresses import AUTHORITY_FILE
from harness.contract.consumers import Kinds, consumer_places
from harness.contract.endpoints import PUBLISHED_NAMES
from harness.contract.endpoints import places as endpoint_places
from harness.contract.plan import Plan
from harness.extensions.doors import Extension, declared
from harness.stack import Stack
from harness.stack.cleanup.containers import RUN_LABEL, gone, sweep_docker
from harness.stack.cleanup.directories import scratch_directory
from harness.stack.docker.arrangement import (
    DOOR_PORT,
    HOME,
    LIBRARY,
    MOCKS,
    MOCKS_LIBRARY,
    ORIGINALS,
    PORTS,
    ROOT,
    SUPERVISOR,
    TEMPORARY,
    TOKEN_FILE,
    VOLUME_OPTIONS,
    log_path,
)
from harness.stack.docker.chain_copy import chain_copy, chain_state
from harness.stack.docker.container import ContainerSpec
from harness.stack.docker.containers import Containers
from harness.stack.docker.engine import engine_calls, engine_client, engine_host, published_at
from harness.stack.docker.images import mocks_image, require_image
from harness.stack.docker.job_containers import JobContainers
from harness.stack.docker.server_containers import ServerContainers
from harness.stack.door import Door
from harness.stack.extensions import bundle
from harness.stack.local.seclusion import SECLUDED


class DockerStack(Stack):
    """Start it, reset it for every night, stop it; see `Stack`.

    ``image`` is the image of jobs whose chain names none. ``published`` also publishes the mocks' endpoints on the
    host's loopback interface, for people who point their own client at them; ``ports`` says at which, by endpoint.
    ``extensions`` are imported inside the mocks; all that installed packages declare, if left out.
    """

    name = "docker"

    def __init__(
        self,
        *,
        image: str | None = None,
        published: bool = False,
        ports: Mapping[str, int] | None = None,
        extensions: Sequence[Extension] | None = None,
    ) -> None:
        self._extensions = declared("mocks") if extensions is None else list(extensions)
        self.clock = self.network = "not started"
        self.run_id = secrets.token_hex(6)
        self._published = published
        self._ports = dict(ports or {})
        self._image = image
        self._containers = Containers(self.run_id)
        self._inner, self._outer = self._containers.name(), self._containers.name("door")
        self._jobs: JobContainers
        self._servers: ServerContainers
        self._copied: dict[Path, tuple[object, str, str]]
        self._lock = threading.Lock()

    def start(self) -> Self:
        """Bring everything up; what was started is removed again when something fails half-way."""
        added = bundle(self._extensions)
        client = self._containers.client = engine_client()
        self._jobs, self._copied = JobContainers(self._containers, self._image, self._agents), {}
        self._servers = ServerContainers(self._containers, self._agents)
        try:
            self.scratch = scratch_directory()
            require_image(client, mocks_image(), ours=True)
            sweep_docker(client)
            self._make_volume_and_networks()
            self._start_clock()
            if added.files:
                with engine_calls("copying what users have added to the stack"):
                    self._containers["clock"].wrapped.put_archive(ROOT, added.packed())
            self._start_mocks()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Kill the clock container, and with it every process of the stack; then remove what has no process."""
        client, self._containers.client = self._containers.client, None
        if client is None:
            return
        if hasattr(self, "scratch"):
            shutil.rmtree(self.scratch, ignore_errors=True)
        try:
            if hasattr(self, "door"):
                self.door.close()
            with engine_calls("removing the stack"):
                self._containers.remove(client)
                mine = {"label": f"{RUN_LABEL}={self.run_id}"}
                for network in client.networks.list(filters=mine):
                    gone(network.remove)
                for volume in client.volumes.list(filters=mine):
                    gone(partial(volume.remove, force=True))
        finally:
            self._containers.release()
            client.close()

    def places(self, *, folders: Iterable[str] = (), consumers: Kinds | None = None) -> dict[str, str]:
        """Where jobs find things, inside the internal network and on the volume."""
        found = endpoint_places(lambda endpoint: (endpoint.name, endpoint.port))
        found |= consumer_places(consumers or {}, found)
        found |= {"scheduler.msgin": f"{ROOT}/msgin", "desk.authority": f"{ROOT}/{AUTHORITY_FILE}"}
        return found | {f"folder.{name}": f"{ROOT}/folders/{name}" for name in folders}

    def published(self, consumers: Kinds | None = None) -> dict[str, str]:
        """The mocks' endpoints as this machine reaches them; empty unless the stack was made with ``published``."""
        if not self._published:
            return {}
        clock = self._containers["clock"]
        found = endpoint_places(lambda endpoint: (engine_host(), clock.port(endpoint.port)))
        return found | consumer_places(consumers or {}, found)

    def job_environment(self, component: str, image: str | None = None) -> dict[str, str]:
        """The image's own variables, one language, one home, and the night's clock."""
        own = self._jobs.environment(image)
        common = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        common |= {"HOME": HOME, "TMPDIR": TEMPORARY}
        return own | common | self._preload(component)

    def job_cwd(self, chain_folder: Path) -> str:
        """A copy on the volume, which each night finds as the folder is; kept beside it, where no job can come to."""
        with self._lock:
            state, original, place = self._copied.get(chain_folder, (None, "", ""))
            if state != (now := chain_state(chain_folder)):
                digest, packed = chain_copy(chain_folder)
                with engine_calls(f"copying {chain_folder} to the stack"):
                    self._containers["clock"].wrapped.put_archive(ORIGINALS, packed)
                before, original = original, f"{ORIGINALS}/chain/{digest}"
                place = self.door.ask("POST", "/chain", {"folder": original})["cwd"]
                self._copied[chain_folder] = now, original, place
                self._drop_copy(before)
        return place

    def _drop_copy(self, original: str) -> None:
        """Let go of what a chain's folder was before it was edited, unless another one is still the same."""
        if original and original not in {kept for _, kept, _ in self._copied.values()}:
            self.door.ask("DELETE", "/chain", {"folder": original})
            with engine_calls(f"removing {original} from the stack"):
                self._containers["clock"].wrapped.exec_run(["rm", "-rf", original])

    def reset(self, plan: Plan) -> None:
        """First start the containers of servers that this night is the first to need."""
        self._servers.start_for(plan)
        super().reset(plan)

    def require_sound(self) -> None:
        """Also of what the supervisor does not know: the containers of servers."""
        super().require_sound()
        self._servers.require_sound()

    def agent(self, image: str | None = None) -> str:
        """The agent in a container of that image, which is started on first use and kept."""
        return self._jobs.agent(image)

    def _agents(self) -> list[str]:
        """The agents that answer the supervisor."""
        agents: list[str] = self.door.ask("GET", "/health")["agents"]
        return agents

    def _make_volume_and_networks(self) -> None:
        """The volume and the two networks, all labelled."""
        client = self._containers.engine
        plain: dict[str, Any] = {"driver": "bridge", "labels": self._containers.labels}
        no_way_out = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
        with engine_calls("making the stack's volume and networks"):
            client.volumes.create(
                self._containers.volume, driver="local", driver_opts=VOLUME_OPTIONS, labels=self._containers.labels
            )
            client.networks.create(self._inner, internal=True, **plain)
            client.networks.create(self._outer, options=no_way_out, **plain)

    def _start_clock(self) -> None:
        """The clock container, its door, and the lease that keeps it alive."""
        token = secrets.token_urlsafe(24)
        outside: dict[int, int | None] = {DOOR_PORT: None}
        if self._published:
            outside |= {port: self._ports.get(name) or None for name, port in PORTS.items()}
        clock = self._containers.start(
            ContainerSpec(
                role="clock",
                image=mocks_image(),
                command=["python", "-m", "harness.stack.docker.container_init", *SUPERVISOR],
                name=self._containers.name("clock"),
                ports={f"{port}/tcp": (published_at(), chosen) for port, chosen in outside.items()},
                options={"network": self._outer, "extra_hosts": dict.fromkeys(PORTS, "127.0.0.1")},
            )
        )
        with engine_calls("joining the clock to the internal network"):
            self._containers.engine.networks.get(self._inner).connect(clock.wrapped)
        clock.put(TOKEN_FILE, f"{token}\n".encode())
        self.door = Door(f"http://{engine_host()}:{clock.port(DOOR_PORT)}", token)
        health = self._containers.until([clock], lambda: self.door.ask("GET", "/health"))
        self.door.take_lease()
        self.clock, self.network = str(health.get("clock", "virtual")), SECLUDED

    def _start_mocks(self) -> None:
        """All mocks and the jobs' network at once: each takes a third of a second, most of it the engine's."""
        with ThreadPoolExecutor(max_workers=8) as pool:
            starting = [
                pool.submit(self._jobs.start_network, self._inner),
                *(pool.submit(self._start_mock, name) for name in MOCKS),
            ]
            for one in starting:
                one.result()
        asked = {"mocks": list(MOCKS), "within_s": 1.0}
        self._containers.until(
            [self._containers[name] for name in MOCKS], lambda: self.door.ask("POST", "/gather", asked)
        )

    def _start_mock(self, name: str) -> None:
        command = ["python", "-m", f"harness.mocks.{name}", "--dir", ROOT, *MOCKS[name]]
        command = [
            "sh",
            "-c",
            f'exec "$@" >>{log_path(name)} 2>&1',
            "sh",
            *command,
        ]  # the supervisor quotes the log, too
        published = ",".join(filter(None, [engine_host(), os.environ.get(PUBLISHED_NAMES)]))
        self._containers.start(
            ContainerSpec(
                role=name,
                image=mocks_image(),
                command=command,
                name=self._containers.name(name),
                environment=self._preload(name, MOCKS_LIBRARY) | {PUBLISHED_NAMES: published},
                options=self._containers.joined("clock"),
            )
        )

    def _preload(self, component: str, library: str = LIBRARY) -> dict[str, str]:
        """The night's clock, for a process in a container."""
        if self.clock != "virtual":
            return {"NIGHT_COMPONENT": component}
        return {"LD_PRELOAD": library, "NIGHT_CLOCK": f"{ROOT}/page", "NIGHT_COMPONENT": component}
