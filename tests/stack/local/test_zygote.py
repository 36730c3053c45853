"""The mocks that one process forks: each by its name, none of them left by a start that was killed or that failed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from harness.stack.cleanup.processes import descendants_of
from harness.stack.local.spawning import MOCKS
from harness.stack.local.stack import LocalStack
from tests.runs import until, user_in

START = "from harness.stack.local.stack import LocalStack; LocalStack().start(); print('started')"
PACKAGE = Path(__file__).parents[3] / "harness"


def test_ps_calls_every_mock_by_its_name_and_the_supervisor_is_its_parent() -> None:
    with LocalStack() as stack:
        health = stack.door.ask("GET", "/health")
        asked = ["ps", "-o", "comm=", "--ppid", str(health["pid"])]
        listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(health["mocks"]) == sorted(MOCKS)
    assert sorted({*listed} & {*MOCKS}) == sorted(MOCKS)
    assert "python" not in listed  # whoever forked them has ended


def test_where_nobody_adopts_orphans_each_mock_is_a_program_of_its_own() -> None:
    programs = {name: [sys.executable, "-P", "-m", f"harness.mocks.{name}"] for name in MOCKS}
    with LocalStack(mocks=programs) as stack:
        pids = stack.door.ask("GET", "/health")["mocks"]
        for name, pid in pids.items():
            assert f"harness.mocks.{name}".encode() in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_supervisor_that_is_killed_while_the_mocks_are_loaded_leaves_nothing(tmp_path: Path) -> None:
    def family() -> dict[str, int]:
        found = {}
        for pid in descendants_of(owner.pid):
            with suppress(FileNotFoundError, ProcessLookupError):
                arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
                programs = {"supervisor": b"harness.stack.supervisor", "zygote": b"harness.stack.local.zygote"}
                found |= {name: pid for name, program in programs.items() if program in arguments}
        return found

    with user_in(tmp_path) as user:
        owner = user.begin(sys.executable, "-c", START)
        until(lambda: "zygote" in family(), lambda: str(family()))
        os.kill(family()["supervisor"], signal.SIGKILL)
        assert user.ended(owner).code == 1
        user.see_nothing_left()


def test_a_mock_whose_parent_became_nobody_who_waits_for_it_ends_at_once(tmp_path: Path) -> None:
    asked = {"desk": {"options": ["--dir", str(tmp_path)], "log": str(tmp_path / "desk.log")}}
    (tmp_path / "asked").write_text(json.dumps(asked))
    with user_in(tmp_path) as user:  # the shell adopts nobody, and this process is not who started the zygote
        run = user.runs("sh", "-c", '"$0" -m harness.stack.local.zygote < asked; true', sys.executable)
        assert run.said.startswith('{"desk": '), run.said
        user.see_nothing_left()


def test_a_package_that_cannot_be_loaded_is_told_with_the_line_that_breaks(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "harness/mocks/desk/__main__.py").open("a") as desk:
        desk.write("\nimport nowhere_to_be_found\n")
    with user_in(tmp_path) as user:
        run = user.runs(sys.executable, "-c", START, PYTHONPATH=str(tmp_path))
        user.see_nothing_left()
    assert run.code == 1
    assert "the start of the mocks: it exited with code 1; its last output" in run.err
    assert "No module named 'nowhere_to_be_found'" in run.err
    assert "Traceback" not in run.err.partition("StackError")[2].partition("last output:")[0]
