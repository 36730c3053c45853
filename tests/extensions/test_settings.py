"""What a project says in its pyproject.toml, and the modules that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import AuthorError
from harness.extensions.settings import settings
from tests.extensions.packages import harness, project
from tests.sample import sample


def test_the_nearest_project_with_settings_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.night-harness]\nload = ["ours/a.py", "ours.b"]\nmocks = ["ours/in_mocks.py", "/abs/x.py"]\n'
    )
    below = tmp_path / "below" / "deeper"
    below.mkdir(parents=True)
    (tmp_path / "below" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    found = settings(below)
    assert found.load == (tmp_path / "ours/a.py", Path("ours.b"))
    assert [one.module for one in found.mocks] == ["ours.in_mocks", "/abs/x.py"]
    assert found.mocks[0].origin == f"{tmp_path / 'pyproject.toml'}: [tool.night-harness] mocks: ours/in_mocks.py"


def test_no_project_has_no_settings(tmp_path: Path) -> None:
    assert settings(tmp_path).load == settings(tmp_path).mocks == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.night-harness]\nlaod = []", "unknown key 'laod'. Known: load, mocks"),
        ("[tool.night-harness]\nload = 'a.py'", "load: found 'a.py', expected a list of files and modules"),
        ("[tool.night-harness]\nmocks = [1]", "mocks: found [1], expected a list of files and modules"),
        ("[tool]\nnight-harness = 3", "found 3, expected a table with load and mocks"),
        ("[tool", "expected a project's settings as TOML"),
    ],
)
def test_settings_that_say_something_else_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(AuthorError) as refused:
        settings(tmp_path)
    assert str(refused.value).startswith(str(tmp_path / "pyproject.toml"))
    assert said in str(refused.value)


def test_a_module_that_settings_name_and_that_cannot_be_imported_is_told_by_every_command(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.night-harness]\nload = ["badge.py"]\n')
    run = harness("faults", site=tmp_path, cwd=tmp_path)
    assert run.returncode == 4
    assert run.stderr.startswith(f"{tmp_path / 'pyproject.toml'}: [tool.night-harness] load: found no file ")
    (tmp_path / "badge.py").write_text("import gates\n")
    run = harness("checks", site=tmp_path, cwd=tmp_path)
    assert run.returncode == 4
    assert "ModuleNotFoundError: No module named 'gates'" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("scenario", sample(["refused", "swapped"]))
def test_a_folder_that_is_no_package_is_as_good_from_wherever_the_command_is_given(
    tmp_path: Path, scenario: str
) -> None:
    project(tmp_path)
    for here in (tmp_path, tmp_path / "chain" / "jobs"):
        run = harness("run", tmp_path / f"{scenario}.yaml", site=tmp_path / "nothing", cwd=here)
        assert run.returncode == 0, run.stdout + run.stderr
