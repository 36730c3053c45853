"""Servers that have a container of their own: where its agent listens, for the mock that starts the server there."""

from __future__ import annotations

from pathlib import Path

POSTGRES_AGENT = "server-postgres"
"""The agent that starts PostgreSQL, in a stack whose containers have one. It is none of those that start jobs."""


def agent_socket(directory: Path, agent: str) -> Path:
    """Where it listens, in a stack's directory."""
    return directory / "control" / f"{agent}.sock"


def program_file(agent: Path) -> Path:
    """The file in which an agent's container has told where its program is, as the PATH of its image has it."""
    return agent.with_suffix(".program")
