"""What is sealed is removed, too, by a user to whom modes apply."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.cleanup.test_leftovers import dead

RESET = """
import sys
from pathlib import Path
from harness.stack.directory import StackDirectory
directory = StackDirectory(Path(sys.argv[1]))
directory.make()
for folder in (directory.temporary, directory.home):
    sealed = folder / "sealed"
    (sealed / "inner").mkdir(parents=True)
    (sealed / "inner" / "file").touch()
    (sealed / "inner").chmod(0)
    sealed.chmod(0o555)
    folder.chmod(0o555)
directory.empty()
print([*directory.temporary.iterdir(), *directory.home.iterdir()])
"""

SWEEP = """
import sys
from pathlib import Path
from harness.stack.cleanup import directories
home = Path(sys.argv[1])
directories.homes = lambda: [home]
(home / "night-harness-stack-a" / "sealed" / "inner").mkdir(parents=True)
(home / "night-harness-stack-a" / "owner").write_text(sys.argv[2])
(home / "night-harness-stack-a" / "sealed").chmod(0o555)
print(len(directories.sweep()), *home.iterdir())
"""


def told_by_one_to_whom_modes_apply(program: str, *arguments: str) -> str:
    """What a program prints that nothing is allowed to but what modes allow."""
    bound = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("sealed folders were NOT tested: root is bound by no mode, and there is no setpriv")
        bound = [
            "setpriv",
            "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search",
        ]
    argv = [*bound, sys.executable, "-c", program, *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def test_a_reset_removes_what_a_job_has_sealed(tmp_path: Path) -> None:
    assert told_by_one_to_whom_modes_apply(RESET, str(tmp_path)) == "[]\n"


def test_a_sweep_removes_what_a_job_has_sealed(tmp_path: Path) -> None:
    assert told_by_one_to_whom_modes_apply(SWEEP, str(tmp_path), dead()) == "1\n"
