"""What killed runs left behind on this machine and its container engine, removed."""

from __future__ import annotations

from harness.errors import EngineError
from harness.stack.cleanup.directories import sweep


def clean() -> list[str]:
    """End and remove everything whose owner is dead, a line for each; without an engine only what is local."""
    removed = [str(directory) for directory in sweep()]
    try:
        from harness.stack.cleanup.containers import sweep_docker

        removed += sweep_docker()
    except EngineError:
        pass  # no engine, no containers
    return removed
