"""Where jobs are started in containers: one container for each image that they need, with the agent in it.

Their network is that of one container of ours, from which nothing but the mocks can be reached, and in which the mocks
have names. An image needs nothing of ours: the agent lies on the stack's volume.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container

from harness.stack.docker.arrangement import PORTS, ROOT, SECLUDE
from harness.stack.docker.container import ContainerSpec
from harness.stack.docker.containers import Containers
from harness.stack.docker.images import jobs_image, mocks_image, require_image

NETWORK = "ground"
"""The role of the container whose network all jobs have."""


class JobContainers:
    """The containers of a stack's jobs, started when they are first asked for, and kept.

    ``image`` is that of jobs whose chain names none. ``agents`` says which agents answer.
    """

    def __init__(self, containers: Containers, image: str | None, agents: Callable[[], Container[str]]) -> None:
        self._containers = containers
        self._default_image = image
        self._answering = agents
        self._agents: dict[str, str] = {}
        self._environments: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def start_network(self, network: str) -> None:
        """Start the container with the jobs' network: the mocks by their names, and no way and no name beyond them."""
        clock = self._containers["clock"]
        started = self._containers.start(
            ContainerSpec(
                role=NETWORK,
                image=mocks_image(),
                command=[SECLUDE],
                name=self._containers.name(NETWORK),
                options={
                    "pid_mode": f"container:{clock.wrapped.id}",
                    "network": network,
                    "extra_hosts": dict.fromkeys(PORTS, clock.address(network)),
                    "cap_add": ["NET_ADMIN"],
                },
            )
        )
        self._containers.until([started], lambda: started.said("secluded"))

    def agent(self, image: str | None) -> str:
        """The name of the agent in a container of that image."""
        wanted = jobs_image(image or self._default_image)
        with self._lock:
            if wanted not in self._agents:
                name = f"agent-{len(self._agents) + 1}"
                self._start_agent(name, wanted)
                self._agents[wanted] = name
            return self._agents[wanted]

    def environment(self, image: str | None) -> dict[str, str]:
        """The variables that an image sets itself."""
        wanted = jobs_image(image or self._default_image)
        if wanted not in self._environments:
            variables = require_image(self._containers.engine, wanted).get("Env") or []
            self._environments[wanted] = dict(variable.split("=", 1) for variable in variables)
        return self._environments[wanted]

    def _start_agent(self, name: str, image: str) -> None:
        """A container of the user's image with the volume and the names of the mocks added, nothing else."""
        require_image(self._containers.engine, image)
        container = self._containers.start(
            ContainerSpec(
                role=name,
                image=image,
                entrypoint=[f"{ROOT}/lib/night-agent"],
                command=[f"{ROOT}/control/{name}.sock"],
                name=self._containers.name(name),
                options=self._containers.joined(NETWORK),
            )
        )
        self._containers.until([container], lambda: name in self._answering())
