"""No call of a job times out falsely beside CPU hogs: `tests/benchmarks/stack_timeouts.py` in small, on both stacks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.stack import Stack
from harness.stack.docker.stack import DockerStack
from harness.stack.local.stack import LocalStack
from tests.benchmarks.hogs import hogs
from tests.benchmarks.stack_timeouts import count_in_a_night
from tests.sample import sample


@pytest.fixture(scope="module", params=sample(["local", "docker"]))
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    if request.param == "docker":
        request.getfixturevalue("images")
    with LocalStack() if request.param == "local" else DockerStack() as stack:
        if stack.clock != "virtual":
            pytest.skip(f"no virtual time here: {stack.clock}")
        yield stack


@pytest.mark.parametrize("program", sample(["mocks", "sockets", "streams", "errands"]))
@pytest.mark.parametrize("meekly", sample([False, True]), ids=["beside hogs", "meekly"])
def test_no_call_times_out_falsely_and_time_never_jumps(stack: Stack, program: str, meekly: bool) -> None:
    with hogs(computing=0 if meekly else 3):  # beside both the meek might wait for ever
        count = count_in_a_night(stack, program, 64, meekly=meekly)
    assert count.calls >= 64
    assert (count.false, count.jumps) == (0, 0)
