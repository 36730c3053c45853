"""The package as pip builds it from the sources: what its wheel carries, and that virtual time works from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import setup
from harness.report.catalogue.show_events import PUBLISHED

TOP = Path(__file__).parents[1]
SOURCES = ("harness", "fixtures", "scenarios", "pyproject.toml", "setup.py", "README.md", "LICENSE")
BUILT = shutil.ignore_patterns("__pycache__", "*.so", "night-agent", "night-seclude")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel. pip fetches what builds it from the package index, so without one there is none."""
    folder = tmp_path_factory.mktemp("package")
    for name in SOURCES:
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, folder / "source" / name, ignore=BUILT)
        else:
            (folder / "source").mkdir(exist_ok=True)
            shutil.copy(source, folder / "source" / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), "./source"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "No matching distribution found for setuptools" in run.stderr:
        if os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1":
            pytest.fail(run.stderr)
        pytest.skip("no package index answers, so nothing can be built")
    assert run.returncode == 0, run.stderr
    (wheel,) = folder.glob("*.whl")
    assert wheel.name.split("-")[2:4] == ["py3", "none"]  # the library knows nothing of Python
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.exhaustive
def test_the_wheel_carries_what_was_compiled_and_what_is_shipped(installed: Path) -> None:
    expected = [artifact.target for artifact in setup.ARTIFACTS] + [f"harness/{file}" for file in setup.shipped_files()]
    expected.append(f"harness/contract/events/{PUBLISHED}")
    assert len(expected) > 20
    assert not [name for name in expected if not (installed / name).is_file()]


@pytest.mark.exhaustive
def test_virtual_time_works_from_the_wheel(installed: Path) -> None:
    library = installed / "harness" / "clock" / "libnightclock.so"
    asks = "import os; print(os.environ['LD_PRELOAD']); import time; time.sleep(3600); print(time.strftime('%T'))"
    harness = "import sys; from harness.cli import main; sys.exit(main())"
    options = ["clock", "run", "--at", "2026-11-24T02:00", "--tz", "UTC", "--", sys.executable, "-c", asks]
    run = subprocess.run(
        [sys.executable, "-c", harness, *options],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    preloaded, told = run.stdout.split()
    assert (told, run.stderr, run.returncode) == ("03:00:00", "", 0)
    # Root's programs get a copy of it that other users can load, too.
    assert Path(preloaded).name == library.name if os.geteuid() == 0 else preloaded == str(library)
