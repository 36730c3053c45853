"""The shipped data is found in an installed package and in a clone."""

from pathlib import Path

import pytest

from harness.content import shipped
from harness.errors import StackError


def test_the_shipped_folders_are_there() -> None:
    assert (shipped.fixtures() / "factories" / "forecast.py").is_file()
    assert shipped.scenarios().is_dir()


def test_an_installed_packages_own_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "harness"
    (package / "fixtures").mkdir(parents=True)
    (tmp_path / "site" / "fixtures").mkdir()
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    assert shipped.fixtures() == package / "fixtures"


def test_a_broken_installation_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "harness")
    with pytest.raises(StackError, match="to do: install the package again"):
        shipped.fixtures()
