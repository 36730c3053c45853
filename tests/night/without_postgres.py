"""The consumers' mock on a machine that has no PostgreSQL."""

from harness.mocks.consumers.__main__ import Consumers
from harness.mocks.consumers.postgres import programs, server
from harness.mocks.core.program import run


def find() -> programs.Programs:
    """Look where nothing is."""
    return programs.find(packages={}, debian=programs.DEBIAN / "nowhere", path="/nowhere")


if __name__ == "__main__":
    server.find = find
    run(Consumers)
