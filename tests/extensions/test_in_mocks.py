"""What runs inside the mocks: packed with what it needs, imported as in a container, told when it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import AuthorError, StackError
from harness.extensions.doors import Extension
from harness.stack.extensions import INDEX, bundle
from harness.stack.local.stack import LocalStack
from tests.extensions.packages import EXAMPLE, harness, install
from tests.sample import sample

Write = Callable[..., Extension]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """A module for the mocks, in a package on the path."""

    def written(text: str, **others: str) -> Extension:
        for name, content in {"ours/__init__": "", "ours/in_mocks": text, **others}.items():
            file = tmp_path / f"{name}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(content)
        monkeypatch.syspath_prepend(str(tmp_path))
        return Extension("package night-ours 1.0", "ours", "ours.in_mocks")

    return written


def test_a_package_is_packed_whole_with_what_it_needs_and_where_it_is_named(write: Write) -> None:
    one = write('NEEDS = ("tables", "json")\n', **{"ours/more/deep": "", "tables": "X = 1\n", "unneeded": ""})
    files = bundle([one]).files
    assert {*files} == {"ours/__init__.py", "ours/in_mocks.py", "ours/more/deep.py", "tables.py", INDEX}
    assert b'"origin": "package night-ours 1.0"' in files[INDEX]


def test_where_nothing_was_added_nothing_is_packed() -> None:
    assert not bundle([]).files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'NEEDS = ("nowhere",)',
            "package night-ours 1.0: NEEDS: found no module nowhere; expected a module that is installed",
        ),
        ('NEEDS = ("pydantic_core",)', "found pydantic_core, which is compiled and cannot be copied into a container"),
        ("NEEDS = [name for name in ()]", "in_mocks.py:1); expected the names of modules, as texts in a tuple"),
        ("NEEDS = (", "found SyntaxError"),
    ],
)
def test_what_cannot_be_packed_is_told_with_its_package(write: Write, text: str, said: str) -> None:
    with pytest.raises(AuthorError) as refused:
        bundle([write(text)])
    assert said in str(refused.value)


def test_a_module_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"it: found no module nowhere; expected a module that is installed"):
        bundle([Extension("it", "x", "nowhere.in_mocks")])
    with pytest.raises(AuthorError, match=r"it: found no file .*in_mocks\.py; expected a Python file"):
        bundle([Extension("it", "x", str(tmp_path / "in_mocks.py"))])


def test_the_harness_itself_cannot_be_had_inside_a_mock(write: Write) -> None:
    stack = LocalStack(extensions=[write("from harness.faults import Fault")])
    with pytest.raises(StackError) as refused, stack:
        pass
    told = refused.value
    assert told.where == "package night-ours 1.0"
    assert told.found.startswith("ModuleNotFoundError: no module 'harness.faults' in a mock (")
    assert "ours/in_mocks.py:1)" in told.found
    assert "keep apart what is for the harness (faults, checks) and what is for the mocks" in told.todo


ASKS = """
from importlib.util import find_spec
if find_spec("pydantic_core") is not None:
    raise ValueError("it is there")
"""


def test_what_a_container_would_not_have_is_hidden_from_who_asks_and_refused_to_who_imports(write: Write) -> None:
    """yarl asks, for one, and does without."""
    with LocalStack(extensions=[write(ASKS)]):
        pass
    stack = LocalStack(extensions=[write("import pydantic.fields")])
    with pytest.raises(StackError, match=r"ModuleNotFoundError: no module 'pydantic.fields' in a mock \("), stack:
        pass


SCENARIO = """
scenario: a damage of our own
chain: {chain}
night: 2026-11-23
faults:
  - {fault}
expect: {{outcome: contained}}
"""


def ran(tmp_path: Path, files: dict[str, str], fault: str) -> str:
    """What `harness run` says of a night with a fault of the example, whose mocks' side has other files."""
    sources = {str(file.relative_to(EXAMPLE)): file.read_text() for file in (EXAMPLE / "pallets").glob("*.py")}
    doors = [f"faults: {name} = pallets.{name}" for name in ("swapped_digits", "refuse_every")]
    doors += ["controls: c = pallets.controls", "formats: bars = pallets.bars", "factories: pallets = pallets.factory"]
    site = tmp_path / "site"
    for number, door in enumerate([*doors, "mocks: m = pallets.in_mocks"]):
        install(site, {}, door, name=f"door-{number}")
    install(site, sources | files)
    scenario = tmp_path / "it.yaml"
    scenario.write_text(SCENARIO.format(chain=EXAMPLE / "chain/chain.yaml", fault=fault))
    run = harness("run", scenario, site=site, cwd=tmp_path)
    assert run.returncode in (3, 4), run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr


@pytest.mark.parametrize("fault", sample(["swapped_digits: {file: pallets}", "refuse_every: {nth: 2}"]))
def test_an_effect_that_no_module_of_the_mocks_does_is_refused_when_it_is_ordered(tmp_path: Path, fault: str) -> None:
    said = ran(tmp_path, {"pallets/in_mocks.py": ""}, fault)
    assert ": no function inside the mocks that says what it does" in said
    assert "name that module as an entry point of the group night_harness.mocks" in said


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("lines = b", "lines = 1 / 0\n    lines = b", "swapped_digits: {file: pallets}"),
        ("return source.Refuse(", "return source.Refusal(", "refuse_every: {nth: 2}"),
    ],
)
def test_a_function_of_a_user_that_fails_is_the_authors_mistake(tmp_path: Path, old: str, new: str, fault: str) -> None:
    text = (EXAMPLE / "pallets/in_mocks.py").read_text()
    said = ran(tmp_path, {"pallets/in_mocks.py": text.replace(old, new)}, fault)
    assert "in the mock source, in the night of 2026-11-23: pallets.in_mocks." in said
    assert "Error: " in said
