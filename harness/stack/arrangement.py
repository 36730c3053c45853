"""How the docker stack is laid out inside: paths on its volume, ports on its network, each mock's arguments."""

from __future__ import annotations

VOLUME_OPTIONS = {"type": "tmpfs", "device": "tmpfs", "o": "size=4g"}
"""The page must be memory that several containers map; the size is a limit, not a reservation."""

ROOT = "/night"
"""Where every container of the stack mounts its volume."""
LIBRARY = f"{ROOT}/lib/libnightclock.so"
MOCKS_LIBRARY = "/opt/night/package/harness/clock/libnightclock.so"
"""The same in the mocks' image: they also load it by this path, and a process must not have it twice."""

SECLUDE = "/opt/night/package/harness/stack/night-seclude"

DOOR_PORT = 8000
PORTS = {"source": 8080, "consumers": 8081, "desk": 8082, "scheduler": 8083}
"""Where jobs reach the mocks; source and consumers through the wire."""
BEHIND = {"source": 9080, "consumers": 9081}
"""Where the wire reaches those in front of which it stands."""

MOCKS: dict[str, list[str]] = {
    "source": ["--host", "127.0.0.1", "--port", str(BEHIND["source"])],
    "consumers": ["--host", "127.0.0.1", "--port", str(BEHIND["consumers"])],
    "desk": ["--host", "0.0.0.0", "--port", str(PORTS["desk"])],  # noqa: S104 - the network is internal
    "scheduler": ["--host", "0.0.0.0", "--port", str(PORTS["scheduler"])],  # noqa: S104
    "folders": ["--host", "127.0.0.1", "--port", "0"],
    "wire": [
        argument
        for name, port in BEHIND.items()
        for argument in ("--route", f"{name}={PORTS[name]}=127.0.0.1:{port}")
    ] + ["--host", "0.0.0.0"],  # noqa: S104
}  # fmt: skip
"""Each mock's own arguments: only what jobs connect to listens beyond loopback."""

SUPERVISOR = ["--dir", ROOT, "--host", "0.0.0.0", "--port", str(DOOR_PORT)]  # noqa: S104 - its published port leads here


def log_path(role: str) -> str:
    """Where a mock's output goes: the supervisor quotes it when the mock is gone."""
    return f"{ROOT}/logs/{role}.log"
