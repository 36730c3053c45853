"""How the docker stack is laid out inside: paths on its volume, ports on its network, each mock's arguments."""

from __future__ import annotations

from harness.contract.endpoints import ENDPOINTS

VOLUME_OPTIONS = {"type": "tmpfs", "device": "tmpfs", "o": "size=4g"}
"""The page must be memory that several containers map; the size is a limit, not a reservation."""

ROOT = "/night"
"""Where every container of the stack mounts its volume."""
HOME, TEMPORARY = f"{ROOT}/home", f"{ROOT}/tmp"  # noqa: S108 - a folder of the stack's own
"""A night's own folders for what its jobs keep in their home, and for a while."""
ORIGINALS = "/opt/night"
"""Where the clock container keeps the chains' folders as they are: outside the volume, so that no job comes to them."""
LIBRARY = f"{ROOT}/lib/libnightclock.so"
MOCKS_LIBRARY = "/opt/night/package/harness/clock/libnightclock.so"
"""The same in the mocks' image: they also load it by this path, and a process must not have it twice."""

SECLUDE = "/opt/night/package/harness/stack/docker/night-seclude"

DOOR_PORT = 8000
EVERYWHERE = "0.0.0.0"  # noqa: S104 - the network is internal
PORTS = {endpoint.name: endpoint.port for endpoint in ENDPOINTS}
"""Where jobs reach the mocks; some of them through the wire."""


def _listening(mock: str) -> list[str]:
    """A mock's own arguments: only what jobs connect to listens beyond loopback."""
    own = [endpoint for endpoint in ENDPOINTS if endpoint.mock == mock]
    direct = any(endpoint.behind is None for endpoint in own)
    arguments = ["--host", EVERYWHERE if direct else "127.0.0.1"]
    for endpoint in own:
        arguments += [endpoint.option, str(endpoint.behind or endpoint.port)]
    return arguments


ROUTES = [f"{one.name}={one.port}=127.0.0.1:{one.behind}" for one in ENDPOINTS if one.behind]
MOCKS: dict[str, list[str]] = {
    **{mock: _listening(mock) for mock in ("source", "consumers", "desk", "scheduler", "folders")},
    "wire": ["--host", EVERYWHERE, *(argument for route in ROUTES for argument in ("--route", route))],
}
"""Each mock's own arguments."""

TOKEN_FILE = "token"  # noqa: S105 - where it lies, below the root, until the supervisor has read it
SUPERVISOR = ["--dir", ROOT, "--host", EVERYWHERE, "--port", str(DOOR_PORT), "--token-file", f"{ROOT}/{TOKEN_FILE}"]
"""The supervisor's arguments; the published port leads to the door."""


def log_path(role: str) -> str:
    """Where a mock's output goes: the supervisor quotes it when the mock is gone."""
    return f"{ROOT}/logs/{role}.log"
