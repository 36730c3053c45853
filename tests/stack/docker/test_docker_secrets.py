"""In containers, nothing that a job can read beside it holds the door's token."""

from __future__ import annotations

import pytest
from docker import DockerClient

from harness.stack.docker.stack import DockerStack
from tests.stack.plans import job, plan

pytestmark = pytest.mark.usefixtures("images")

LOOK = """\
for file in /proc/[0-9]*/environ /proc/[0-9]*/cmdline $(find /night -type f ! -path '/night/output/*' 2> /dev/null); do
    tr '\\0' '\\n' < $file 2> /dev/null
done
grep -q . /proc/1/cmdline && echo seen
cat /proc/1/environ || true
"""


def test_no_environment_no_argument_and_no_file_beside_a_job_holds_the_token(engine: DockerClient) -> None:
    with DockerStack() as stack:
        assert stack.network == "secluded"
        the_plan = plan(job(stack, "look", "sh", "-c", LOOK))
        stack.reset(the_plan)
        stack.begin()
        stack.run(the_plan.closes_ns)
        seen, refused = stack.output("look", 1, "out"), stack.output("look", 1)
        assert stack.door.token not in seen
        assert "seen" in seen.splitlines()
        assert "NIGHT_COMPONENT" in seen  # of its own environment, at least
        assert "/proc/1/environ: Permission denied" in refused
        config = engine.containers.get(stack._containers["clock"].wrapped.id).attrs["Config"]
        assert not [line for line in config["Env"] if stack.door.token in line]
