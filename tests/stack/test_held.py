"""A stack that is only held, as `harness up` does: when a part of it is no more, it says so and ends."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
import urllib3

from harness.stack.cleanup.processes import descendants_of
from harness.stack.directory import StackDirectory
from tests.runs import HARNESS, until, user_in
from tests.sample import sample

CHAIN = """
chain: feed
owner: data-ops
deadline: "06:00"
jobs:
  retrieve: {run: [sleep, "36000"], at: "02:00"}
"""
ENVIRONMENT = 3


@pytest.mark.parametrize("victim", sample(["supervisor", "desk", "wire", "scheduler", "agent", "page"], 2))
def test_a_stack_that_is_held_ends_with_its_parts_and_says_which(victim: str, tmp_path: Path) -> None:
    (tmp_path / "chain.yaml").write_text(CHAIN)
    with user_in(tmp_path) as user:
        process = user.begin(*HARNESS, "up", "chain.yaml", "--json")
        until(lambda: user.said(process).endswith("\n") or process.poll() is not None)
        places = json.loads(user.said(process))
        health = urllib3.request(
            "GET", f"{places['control.url']}/health", headers={"Authorization": f"Bearer {places['control.token']}"}
        ).json()
        family = descendants_of(process.pid)
        assert len(family) >= 8
        if victim == "page":
            pages = [StackDirectory(folder).page for folder in user.directories()]
            [page] = [page for page in pages if page.exists()]
            page.write_bytes(b"")
        else:
            os.kill(_pid_of(victim, health), signal.SIGKILL)
        run = user.ended(process)  # which also sees that nothing is left
        print(run.said)
    assert run.code == ENVIRONMENT
    assert "Traceback" not in run.said
    told = {"page": "the clock's page", "supervisor": "the supervisor of the stack"}
    assert told.get(victim, f"the {victim} of the stack: it was killed by SIGKILL") in run.err
    assert "to do:" in run.err
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def _pid_of(victim: str, health: dict) -> int:
    if victim == "supervisor":
        return int(health["pid"])
    if victim in health["mocks"]:
        return int(health["mocks"][victim])
    [agent] = set(descendants_of(health["pid"])) - set(health["mocks"].values())
    return agent
