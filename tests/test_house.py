"""The house: who may import whom, what every file says of itself, and what the mocks must not carry."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
HARNESS = TOP / "harness"

FLOORS = (
    ("errors", "contract", "clock", "history", "units", "instants", "docstrings", "extending"),
    ("strict", "data", "formats", "controls", "cron"),
    ("job_rules", "scheduler_rules"),
    ("job", "chain_rules", "yaml_source"),
    ("chain",),
    ("faults", "checks", "factories", "night_times"),
    ("scenario", "operators", "contents", "job_plan"),
    ("loading", "schemas", "planning", "beginning", "importing"),
    ("lint", "catalogue"),
    ("mocks", "stack"),
    ("alone",),
    ("injection", "baselines"),
    ("night",),
    ("report",),
    ("demo",),
    ("plugin", "cli"),
)
"""From the ground up; a room may use those on its own floor and below, never one above."""

MOCKS_MAY_IMPORT = {"contract", "clock", "formats", "history"}
"""Beside each other, the mocks know what they and the harness say to each other, and nothing of the harness."""

FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(path for path in HARNESS.rglob("*.py") if "fixtures" not in path.relative_to(HARNESS).parts)


def room(module: Path) -> str:
    return module.relative_to(HARNESS).parts[0].removesuffix(".py")


def imported_rooms(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            whole = node.module == "harness"
            names = [f"harness.{alias.name}" for alias in node.names] if whole else [node.module or ""]
        yield from (name.split(".")[1] for name in names if name.startswith("harness."))


def name(module: Path) -> str:
    return str(module.relative_to(TOP))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_imports_go_one_way(module: Path) -> None:
    if module == HARNESS / "__init__.py":
        return  # it hands out names of every floor, when they are asked for
    above = {other for other in imported_rooms(module) if FLOOR_OF[other] > FLOOR_OF[room(module)]}
    assert not above, f"{name(module)} must not import from {', '.join(sorted(above))}"


@pytest.mark.parametrize("module", [one for one in MODULES if room(one) == "mocks"], ids=name)
def test_a_mock_knows_the_contract_and_nothing_of_the_harness(module: Path) -> None:
    others = set(imported_rooms(module)) - MOCKS_MAY_IMPORT - {"mocks"}
    assert not others, f"{name(module)} must not import from {', '.join(sorted(others))}"


@pytest.mark.parametrize("module", [one for one in MODULES if room(one) == "contract"], ids=name)
def test_the_contract_needs_the_standard_library_alone(module: Path) -> None:
    imported = {
        found.split(".")[0]
        for node in ast.walk(ast.parse(module.read_text()))
        for found in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names | {"harness"}
    assert set(imported_rooms(module)) <= {"contract"}


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_file_says_in_its_first_sentence_what_it_is(module: Path) -> None:
    docstring = ast.get_docstring(ast.parse(module.read_text()))
    assert docstring, f"{name(module)} says nothing"


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_file_has_one_idea(module: Path) -> None:
    assert module.stem not in {"utils", "util", "helpers", "common", "manager", "base", "misc"}
    assert len(module.read_text().splitlines()) <= 400


def test_only_the_plugin_imports_pytest() -> None:
    importers = [name(module) for module in MODULES if "import pytest" in module.read_text()]
    assert importers == ["harness/plugin.py"]


@pytest.mark.parametrize("mock", ["source", "wire", "scheduler", "consumers", "desk", "folders"])
def test_a_mock_carries_nothing_that_it_does_not_need(mock: str) -> None:
    names = "pydantic rich ruamel docker testcontainers pytest faker pyarrow numpy asyncssh cryptography"
    heavy = set(names.split())
    program = f"import sys, harness.mocks.{mock}; print(*sorted({heavy} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_every_public_name_can_be_imported() -> None:
    import harness

    assert all(getattr(harness, public) for public in harness.__all__)
    assert sorted(harness.__all__) == sorted(harness._HOME_OF)
    with pytest.raises(AttributeError, match="no attribute 'Wonder'"):
        _ = harness.Wonder


def test_the_top_level_is_what_it_was_agreed_to_be() -> None:
    asked = ["sh", "-c", "git ls-files"]  # where there is no git, the shell says so
    tracked = subprocess.run(asked, cwd=TOP, capture_output=True, text=True, check=False).stdout.split()
    if not tracked:
        pytest.skip("no git, or not its checkout: apt install git, and clone")
    top = {path.split("/")[0] for path in tracked if not path.startswith(".")}
    agreed = {"harness", "scenarios", "fixtures", "tests", "pyproject.toml", "conftest.py", "README.md"}
    assert top <= agreed | {"LICENSE", "CHANGELOG.md", "setup.py"}  # setup.py compiles the clock
