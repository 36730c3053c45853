"""The house: who may import whom, what every file says of itself, and what the mocks must not carry."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import BEGIN, FLOORS, README, TOP, House, plan, with_plan

HOUSE = House(TOP / "harness")
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(HOUSE.modules)

MOCKS_MAY_IMPORT = {"contract", "clock", "extensions", "formats", "history"}
"""Beside each other, the mocks know what they and the harness say to each other, and nothing of the harness."""

AT_THE_TOP = {"__init__.py", "errors.py", "history.py", "plugin.py", "cli.py"}


def inside(*rooms: str) -> list[str]:
    return [module for module in MODULES if HOUSE.room(module) in rooms]


def rooms_of_imports(module: str) -> set[str]:
    return {HOUSE.room(other) for other in HOUSE.imports[module]} - {""}


def test_every_room_has_its_floor() -> None:
    assert sorted(FLOOR_OF) == sorted(HOUSE.rooms)
    assert {path.name for path in HOUSE.package.glob("*.py")} == AT_THE_TOP


def test_imports_go_down_the_floors() -> None:
    for module in (one for one in MODULES if HOUSE.room(one)):
        own = HOUSE.room(module)
        wrong = {other for other in rooms_of_imports(module) - {own} if FLOOR_OF[other] >= FLOOR_OF[own]}
        assert not wrong, f"{module} must not import from {', '.join(sorted(wrong))}: only from the floors below {own}"


def test_imports_never_go_in_a_circle() -> None:
    assert HOUSE.circles() == [], "open them: let one pass the other what it needs, or move what both need below them"


def test_a_circle_is_seen_wherever_it_is_imported(tmp_path: Path) -> None:
    package = tmp_path / "harness"
    (package / "night").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "night/__init__.py": "",
        "night/plan.py": "from harness.night import times",
        "night/times.py": "def late():\n    from harness.night.result import Result",
        "night/result.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import harness.night.plan",
        "night/apart.py": "import harness.night.plan",
    }
    for file, text in files.items():
        (package / file).write_text(text)
    assert House(package).circles() == [["harness.night.plan", "harness.night.result", "harness.night.times"]]


def test_a_mock_knows_the_contract_and_nothing_of_the_harness() -> None:
    for module in inside("mocks"):
        wrong = rooms_of_imports(module) - MOCKS_MAY_IMPORT - {"mocks"}
        assert not wrong, f"{module} must not import from {', '.join(sorted(wrong))}"


def within(module: str) -> str:
    """The folder, or the file, of its room in which a module is."""
    return module.split(".")[2] if module.count(".") > 1 else ""


@pytest.mark.parametrize(("room", "shared"), [("faults", "model"), ("checks", "model"), ("mocks", "core")])
def test_what_stands_side_by_side_shares_only_what_is_for_all(room: str, shared: str) -> None:
    for module in (one for one in inside(room) if within(one)):
        own = module if room == "faults" else f"harness.{room}.{within(module)}"  # a fault is a file, a mock a folder
        others = {one for one in HOUSE.imports[module] if HOUSE.room(one) == room and within(one) != shared}
        assert not {one for one in others if not one.startswith(own)}, f"{module} imports {', '.join(sorted(others))}"


def test_the_contract_needs_the_standard_library_alone() -> None:
    for module in inside("contract"):
        imported = {
            found.split(".")[0]
            for node in ast.walk(ast.parse(HOUSE.modules[module].read_text()))
            for found in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert imported <= sys.stdlib_module_names | {"harness"}, module
        assert rooms_of_imports(module) <= {"contract"}, module


def test_the_plan_in_the_readme_is_that_of_the_house() -> None:
    text = README.read_text()
    assert BEGIN in text
    assert text == with_plan(text, plan(HOUSE)), "python -m tests.house writes the plan as it is now"


def test_a_file_says_in_its_first_sentence_what_it_is() -> None:
    silent = [module for module in MODULES if not ast.get_docstring(ast.parse(HOUSE.modules[module].read_text()))]
    assert silent == []


def test_a_file_has_one_idea() -> None:
    for module, path in HOUSE.modules.items():
        assert path.stem not in {"utils", "util", "helpers", "common", "manager", "base", "misc"}, module
        assert len(path.read_text().splitlines()) <= 400, module


def test_only_the_plugin_imports_pytest() -> None:
    importers = [module for module in MODULES if "import pytest" in HOUSE.modules[module].read_text()]
    assert importers == ["harness.plugin"]


@pytest.mark.parametrize("mock", ["source", "wire", "scheduler", "consumers", "desk", "folders"])
def test_a_mock_carries_nothing_that_it_does_not_need(mock: str) -> None:
    names = "pydantic rich ruamel docker testcontainers pytest faker pyarrow numpy asyncssh cryptography"
    heavy = set(names.split())
    program = f"import sys, harness.mocks.{mock}.__main__; print(*sorted({heavy} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_a_command_that_loads_no_chain_does_not_wait_for_what_reads_one() -> None:
    heavy = {"pydantic", "ruamel", "rich", "urllib3", "aiohttp"}
    program = f"import sys, harness.cli; print(*sorted({heavy} & sys.modules.keys()))"
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
