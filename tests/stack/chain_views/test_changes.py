"""What counts as a change, and what counts as a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.stack.chain_views.changes import Change, changes_between, counted, is_program


def test_a_file_in_the_place_of_a_folder_is_told_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "before" / "x" / "deep").mkdir(parents=True)
    (tmp_path / "before" / "x" / "deep" / "one").write_text("1")
    (tmp_path / "after").mkdir()
    (tmp_path / "after" / "x").write_text("1")
    found = counted(changes_between(tmp_path / "before", tmp_path / "after"))
    assert found == [Change("x", "added"), Change("x/deep/one", "removed")]


def test_a_change_of_mode_alone_changes_no_program(tmp_path: Path) -> None:
    for folder, mode, more in (("before", 0o644, ""), ("after", 0o755, "# more\n")):
        (tmp_path / folder).mkdir()
        for name, text in (("same.sh", ""), ("other.sh", more)):
            (tmp_path / folder / name).write_text(f"#!/bin/sh\n{text}")
            (tmp_path / folder / name).chmod(mode)
    found = counted(changes_between(tmp_path / "before", tmp_path / "after"))
    assert found == [Change("other.sh", "changed", program=True), Change("same.sh", "changed", mode_alone=True)]


def test_what_interpreters_and_the_kernel_leave_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    for name in ("a/__pycache__/b.pyc", "c.pyc", ".pytest_cache/d", "core", "a/core.4711", "a/score"):
        (tmp_path / "after" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "after" / name).write_text("x")
    found = counted(changes_between(tmp_path / "before", tmp_path / "after"))
    assert found == [Change("a/score", "added")]


@pytest.mark.parametrize(
    ("name", "content", "is_one"),
    [
        ("validate.py", b"", True),
        ("validate", b"#!/bin/sh\n", True),
        ("validate", b"\x7fELF\x02", True),
        ("watermark.json", b"{}", False),
        ("load.sql", b"select 1", False),
        ("empty", b"", False),
    ],
)
def test_a_program_is_known_by_its_name_or_its_first_bytes(
    name: str, content: bytes, is_one: bool, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / name).chmod(0o777)
    assert is_program(tmp_path / name) is is_one


def test_a_link_to_nowhere_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to("nowhere")
    assert not is_program(tmp_path / "gone")
