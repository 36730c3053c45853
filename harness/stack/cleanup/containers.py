"""What dead runs left with the container engine: found by label, removed when its owner is known to be gone.

The lease ends a dead run's processes within seconds and auto-removal takes its containers. A network and a volume have
no process to end with, and a container that was created but never started has none either: those wait for this sweep,
which every start of a docker stack and `harness clean` make. What a living process owns is never touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.stack.cleanup.owner import Owner
from harness.stack.docker.engine import engine_calls, engine_client

if TYPE_CHECKING:
    from docker import DockerClient

MINE_LABEL = "night-harness"
ROLE_LABEL = "night-harness.role"
OWNER_LABEL = "night-harness.owner"
RUN_LABEL = "night-harness.run"
BORN_LABEL = "night-harness.born"

UNSEEN_OWNER_S = 600
"""When the owner cannot be seen from here (another machine, another PID namespace), its run counts as over once none
of its containers runs and it is older than this."""


def labels(run: str) -> dict[str, str]:
    """What every container, network and volume of a run carries."""
    return {
        MINE_LABEL: "1",
        OWNER_LABEL: str(Owner.me()),
        RUN_LABEL: run,
        BORN_LABEL: str(int(time.time())),
    }


def sweep_docker(client: DockerClient | None = None) -> list[str]:
    """Remove what dead owners left; one line for each thing removed."""
    mine = client or engine_client()
    try:
        with engine_calls("sweeping what dead runs left"):
            return _sweep(mine)
    finally:
        if client is None:
            mine.close()


def _sweep(client: DockerClient) -> list[str]:
    chosen: dict[str, Any] = {"label": MINE_LABEL}
    containers = client.containers.list(all=True, filters=chosen, ignore_removed=True)
    running = {container.labels.get(RUN_LABEL) for container in containers if container.status == "running"}
    networks, volumes = client.networks.list(filters=chosen), client.volumes.list(filters=chosen)
    left: list[tuple[str, dict[str, str], Callable[[], object]]] = [
        *((f"container {found.name}", found.labels, partial(found.remove, force=True)) for found in containers),
        *((f"network {found.name}", _labels(found.attrs), found.remove) for found in networks),
        *((f"volume {found.name}", _labels(found.attrs), partial(found.remove, force=True)) for found in volumes),
    ]
    return [what for what, carried, remove in left if _left(carried, running) and gone(remove)]


def _labels(attributes: dict[str, Any] | None) -> dict[str, str]:
    return (attributes or {}).get("Labels") or {}


def _left(carried: dict[str, str], running: Iterable[str | None]) -> bool:
    """Whether these labels are those of a run whose owner is gone."""
    owner = Owner.parse(carried.get(OWNER_LABEL, ""))
    life = owner.life() if owner else "unknown"
    if life != "unknown":
        return life == "dead"
    born = carried.get(BORN_LABEL, "")
    old = born.isdigit() and time.time() - int(born) > UNSEEN_OWNER_S
    return old and carried.get(RUN_LABEL) not in running


def gone(remove: Callable[[], object]) -> bool:
    """Call an engine's removal; whether it was this call that removed it. Somebody else may have been faster."""
    from docker.errors import APIError

    try:
        remove()
    except APIError as why:
        if why.status_code in (404, 409):  # not there, or on its way out, or still held by a container on its way out
            return False
        raise
    return True
