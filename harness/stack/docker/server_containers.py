"""The containers of servers that consumers are: each is started for the first night that needs it, and then kept.

An image needs nothing of ours: the agent on the stack's volume starts the server for the mock that plays the consumer,
in the night's time. It has no network. Its files are on the volume, and so is the socket that it listens at.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from pathlib import Path

from harness.contract.consumers import ConsumerKind
from harness.contract.plan import Plan
from harness.contract.servers import POSTGRES_AGENT, agent_socket, program_file
from harness.errors import StackError
from harness.stack.docker.arrangement import ROOT
from harness.stack.docker.container import ContainerSpec, StackContainer
from harness.stack.docker.containers import Containers
from harness.stack.docker.images import POSTGRES_VARIABLE, postgres_image, require_image

START = 'command -v "$1" >"$2"; exec "$3" "$4"'
"""What its shell does: tell where the image has the program, and become the agent."""

USER = "postgres"
"""Who it is where the image says nobody: PostgreSQL refuses root."""

NO_SUCH_USER = "unable to find user"
"""The engine's words."""


class ServerContainers:
    """``agents`` says which agents answer."""

    def __init__(self, containers: Containers, agents: Callable[[], Container[str]]) -> None:
        self._containers = containers
        self._answering = agents
        self._started: dict[str, StackContainer] = {}

    def start_for(self, plan: Plan) -> None:
        """Start those that the night needs and that are not there yet."""
        kinds: set[ConsumerKind] = {consumer.kind for consumer in plan.consumers.values()}
        if "postgres" in kinds and POSTGRES_AGENT not in self._started:
            self._started[POSTGRES_AGENT] = self._start_postgres()

    def require_sound(self) -> None:
        """Raise StackError where one that was started is no more."""
        for container in self._started.values():
            if not container.running():
                raise container.died("it was ended")

    def _start_postgres(self) -> StackContainer:
        image, agent = postgres_image(), agent_socket(Path(ROOT), POSTGRES_AGENT)
        config = require_image(self._containers.engine, image, instead=f"name another by {POSTGRES_VARIABLE}")
        user = config.get("User") or USER
        try:
            container = self._containers.start(
                ContainerSpec(
                    role=POSTGRES_AGENT,
                    image=image,
                    entrypoint=["/bin/sh", "-c", START, "sh"],
                    command=["postgres", str(program_file(agent)), f"{ROOT}/lib/night-agent", str(agent)],
                    name=self._containers.name(POSTGRES_AGENT),
                    options={
                        "pid_mode": f"container:{self._containers['clock'].wrapped.id}",
                        "network_mode": "none",
                        "user": user,
                    },
                )
            )
        except StackError as error:
            if NO_SUCH_USER not in error.found:
                raise
            raise StackError(
                f"image {image}",
                found=f"it says no user, and has none that is called {user}",
                expected="an image in which PostgreSQL, which refuses root, has a user",
                todo=f"name another by {POSTGRES_VARIABLE}",
            ) from error
        self._containers.until([container], lambda: POSTGRES_AGENT in self._answering())
        return container
