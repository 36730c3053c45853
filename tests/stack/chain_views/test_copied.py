"""A copy of a chain's folder: what is in it, what is not, and what of it is copied anew."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.stack.chain_views import copied, extent
from harness.stack.chain_views.copied import CopiedView


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "above" / "chain"
    (folder / "jobs").mkdir(parents=True)
    (folder / "chain.yaml").write_text("chain: feed\n")
    (folder / "jobs" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "jobs" / "run.sh").chmod(0o755)
    return folder


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Iterator[CopiedView]:
    view = CopiedView(folder, tmp_path / "place", neighbours=True)
    view.renew()
    yield view
    view.end()


def test_what_is_as_it_was_copied_is_not_copied_again(copy: CopiedView) -> None:
    kept, edited = Path(copy.cwd, "chain.yaml"), Path(copy.cwd, "jobs", "run.sh")
    inodes = kept.stat().st_ino, edited.stat().st_ino
    edited.write_text("edited\n")
    copy.renew()
    assert kept.stat().st_ino == inodes[0]
    assert edited.read_text() == "#!/bin/sh\n"
    assert edited.stat().st_mode & 0o777 == 0o755


def test_a_change_that_sets_size_and_times_back_is_seen(copy: CopiedView) -> None:
    edited = Path(copy.cwd, "chain.yaml")
    status = edited.stat()
    edited.write_text("chain: deed\n")
    os.utime(edited, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert [change.path for change in copy.changes()] == ["chain.yaml"]
    copy.renew()
    assert edited.read_text() == "chain: feed\n"


def test_a_hard_link_to_a_file_does_not_take_it_along(copy: CopiedView) -> None:
    Path(copy.cwd, "more.yaml").hardlink_to(Path(copy.cwd, "chain.yaml"))
    Path(copy.cwd, "more.yaml").write_text("changed through another name\n")
    copy.renew()
    assert sorted(path.name for path in Path(copy.cwd).iterdir()) == ["chain.yaml", "jobs"]
    assert Path(copy.cwd, "chain.yaml").read_text() == "chain: feed\n"


def test_links_lead_into_the_copy_where_they_led_into_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "above" / "beside").write_text("beside\n")
    for name, target in {
        "absolute": str(folder / "chain.yaml"),
        "relative": "jobs/run.sh",
        "out": "../beside",
        "nowhere": "missing",
    }.items():
        (folder / name).symlink_to(target)
    view = CopiedView(folder, tmp_path / "place", neighbours=False)
    view.renew()
    resolved = {name: Path(view.cwd, name).resolve() for name in ("absolute", "relative", "out")}
    assert resolved == {
        "absolute": Path(view.cwd, "chain.yaml").resolve(),
        "relative": Path(view.cwd, "jobs", "run.sh").resolve(),
        "out": tmp_path / "above" / "beside",
    }
    assert view.changes() == []


def test_what_lies_beside_the_folder_lies_beside_its_copy(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "above" / "shared").mkdir()
    (tmp_path / "above" / "shared" / "lib.sh").write_text("shared\n")
    (tmp_path / "higher").write_text("higher\n")
    view = CopiedView(folder, tmp_path / "place", neighbours=True)
    view.renew()
    assert Path(view.cwd, "..", "shared", "lib.sh").read_text() == "shared\n"
    assert Path(view.cwd, "..", "..", "higher").read_text() == "higher\n"


def test_of_many_neighbours_some_are_shown(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listing of the others is closed: pytest makes an error of one that is not."""
    monkeypatch.setattr(copied, "NEIGHBOURS", 1)
    for number in range(3):
        (tmp_path / "above" / f"beside-{number}").mkdir()
    view = CopiedView(folder, tmp_path / "place", neighbours=True)
    view.renew()
    assert len(list(Path(view.cwd).parent.glob("beside-*"))) <= 1


def test_repositories_and_environments_are_linked_and_sockets_are_left_out(folder: Path, tmp_path: Path) -> None:
    for name in (".venv", ".git", ".night-harness"):
        (folder / name).mkdir()
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener, tempfile.TemporaryDirectory() as short:
        listener.bind(f"{short}/s")
        Path(short, "s").rename(folder / "socket")
        view = CopiedView(folder, tmp_path / "place", neighbours=False)
        view.renew()
    assert sorted(path.name for path in Path(view.cwd).iterdir()) == [".git", ".venv", "chain.yaml", "jobs"]
    assert Path(view.cwd, ".venv").readlink() == folder / ".venv"


def test_a_folder_too_large_to_copy_is_refused_by_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extent, "LARGEST_BYTES", 10)
    with pytest.raises(StackError) as caught:
        CopiedView(folder, tmp_path / "place", neighbours=False).renew()
    assert str(folder) in caught.value.where
    assert "MB in it" in caught.value.found


UNREADABLE = """
import os, sys
from pathlib import Path
from harness.errors import StackError
from harness.stack.chain_views.copied import CopiedView
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    CopiedView(Path(sys.argv[1]), Path(sys.argv[2]), neighbours=False).renew()
except StackError as error:
    print(error)
"""


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as place:  # where whoever it is may come to
        folder = Path(place, "chain")
        folder.mkdir()
        (folder / "secret").write_text("x")
        (folder / "secret").chmod(0)
        Path(place).chmod(0o777)
        argv = [sys.executable, "-c", UNREADABLE, str(folder), f"{place}/copies"]
        said = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert f"Permission denied: {folder}/secret" in said.stdout, said.stderr


def test_a_folder_that_is_gone_is_named(copy: CopiedView, folder: Path) -> None:
    folder.rename(folder.with_name("moved"))
    with pytest.raises(StackError, match="No such file"):
        copy.renew()
