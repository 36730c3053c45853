"""`harness new`: what it writes passes, and nothing that is there is overwritten."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import AuthorError
from harness.scaffold.new import write_new
from tests.extensions.packages import harness
from tests.runs import WITHOUT
from tests.sample import sample

KINDS = ("fault", "check", "format", "consumer", "channel")


@pytest.mark.parametrize("kind", sample(KINDS, ("fault", "channel")))
def test_what_it_writes_is_known_to_every_command_and_passes(tmp_path: Path, kind: str) -> None:
    new = harness("new", kind, "badge_reader", site=tmp_path, cwd=tmp_path)
    assert new.returncode == 0, new.stderr
    assert "named it in pyproject.toml, under [tool.night-harness]: every command and test knows it now" in new.stdout
    assert "see it pass: pytest resilience/test_badge_reader.py" in new.stdout
    command = [sys.executable, "-m", "pytest", "-q", *(f"-pno:{plugin}" for plugin in WITHOUT), "resilience"]
    run = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    if kind in ("fault", "check"):
        assert "badge_reader" in harness(f"{kind}s", site=tmp_path, cwd=tmp_path).stdout


def test_settings_that_are_there_are_the_authors_to_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = '[project]\nname = "ours"\n\n[tool.night-harness]\nload = ["a.py"]\n'
    Path("pyproject.toml").write_text(text)
    *_, last = write_new("check", "badge_reader", Path("ours"))
    assert last.startswith('add "ours/badge_reader.py" to load under [tool.night-harness] in pyproject.toml')
    assert Path("pyproject.toml").read_text() == text


def test_below_a_project_no_second_one_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "ours"\n')
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    write_new("check", "badge_reader", Path("resilience"))
    assert not Path("pyproject.toml").exists()
    assert (tmp_path / "pyproject.toml").read_text().endswith('load = ["below/resilience/badge_reader.py"]\n')


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("fault", "BadgeReader", "found the name 'BadgeReader', expected small letters, such as badge_reader"),
        ("fault", "late_file", "found the name 'late_file', which a fault has already; choose another"),
        ("format", "csv", "found the name 'csv', which a format has already"),
        ("fault", "class", "found the name 'class', which is Python's own; choose another"),
        ("fault", "json", "found the name 'json', which is Python's own; choose another"),
        ("consumer", "queue", "found the name 'queue', which a consumer has already"),
        ("channel", "slack", "found the name 'slack', which a channel has already"),
        ("channel", "hooks", "found the name 'hooks', which a channel has already"),
        ("check", "there", "there.py is there, and is not overwritten"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("resilience").mkdir()
    Path("resilience/there.py").write_text("mine")
    with pytest.raises(AuthorError) as refused:
        write_new(kind, name, Path("resilience"))
    assert said in str(refused.value)
    assert [path.name for path in Path("resilience").iterdir()] == ["there.py"]
    assert not Path("pyproject.toml").exists()
