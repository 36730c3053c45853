"""Packages as pip leaves them in a folder of their own, and `harness` as their user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "own_package"


def install(site: Path, files: Mapping[str, str], *entry_points: str, name: str = "night-ours") -> Path:
    """A package with these files, as pip leaves it; an entry point is ``door: name = module``."""
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    groups = [declared.partition(": ") for declared in entry_points]
    (info / "entry_points.txt").write_text("".join(f"[night_harness.{door}]\n{rest}\n" for door, _, rest in groups))
    return site


def harness(*arguments: object, site: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command, with the packages of a site beside all that is installed."""
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [str(Path(sys.executable).parent / "harness"), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": path, "COLUMNS": "300"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


PROJECT = """
[tool.night-harness]
load = [
  "pallets.controls", "pallets/swapped_digits.py", "pallets.bars", "pallets/refuse_every.py", "pallets.few_requests"
]
mocks = ["pallets/in_mocks.py"]
"""


def project(folder: Path, **changed: tuple[str, str]) -> None:
    """The example as a project that is no package; of a file by its name, some text is another one."""
    for file in EXAMPLE.rglob("*"):
        if file.suffix in (".py", ".yaml", ".md") and not file.name.startswith("test_"):
            text, (old, new) = file.read_text(), changed.get(file.stem, ("", ""))
            assert old in text
            (folder / file.relative_to(EXAMPLE)).parent.mkdir(parents=True, exist_ok=True)
            (folder / file.relative_to(EXAMPLE)).write_text(text.replace(old, new) if old else text)
    factories = folder / "chain" / "factories"
    factories.mkdir()
    (folder / "pallets/factory.py").rename(factories / "pallets.py")
    (folder / "pyproject.toml").write_text(PROJECT)
