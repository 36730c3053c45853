"""A new fault of ours is a file in its group's folder: nothing else names it, and it is known everywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import harness

ANOTHER = '''"""A job's badge is lost."""

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("badge_lost")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class BadgeLost(Fault):
    """Let a job not log on.

    Stands for: a Monday.
    Detectable by: the scheduler's status.
    A sound chain: waits until Tuesday.
    """

    job: str

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the launch."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause="bad_user"), job=self.job)
'''


def test_it_is_known_by_name_class_page_and_schema(tmp_path: Path) -> None:
    leave = shutil.ignore_patterns("__pycache__", "*.so", "*.c", "*.h", "night-*")
    shutil.copytree(Path(harness.__file__).parent, tmp_path / "harness", ignore=leave)
    (tmp_path / "harness/faults/launch/badge_lost.py").write_text(ANOTHER)
    for shipped in ("scenarios", "fixtures"):
        (tmp_path / shipped).symlink_to(Path(harness.__file__).parents[1] / shipped)

    def asked(*command: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        run = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    assert asked("-c", "from harness import BadgeLost; print(BadgeLost(job='a').name)") == "badge_lost\n"
    assert "waits until Tuesday" in asked("-m", "harness.cli", "faults", "badge_lost")
    assert "badge_lost" in json.dumps(json.loads(asked("-m", "harness.cli", "schema", "scenario")))
