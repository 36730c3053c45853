"""Where a folder can have no overlay, it is known before its first night."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.chain_views.stacks import OWN_MOUNTS, require_overlays

CHOOSE = f"""
import sys
from pathlib import Path
from harness.stack.chain_views.chosen import ChainViews
place, *folders = map(Path, sys.argv[1:])
{OWN_MOUNTS}
namespaces.mount("none", folders[1] / "mounted", "tmpfs")
views = ChainViews(place, mounts=True, neighbours=False)
for folder in folders:
    print(views.cwd(folder) == str(folder))
views.renew([str(folders[0])])
(folders[0] / "removed").unlink()
print(views.changes())
"""


WRITE = f"""
import sys
from pathlib import Path
from harness.stack.chain_views.chosen import ChainViews
from harness.stack.local import namespaces
namespaces._Outside.has_kept_ids = lambda self: False
{OWN_MOUNTS}
views = ChainViews(Path(sys.argv[1]), mounts=True, neighbours=False)
cwd = Path(views.cwd(Path(sys.argv[2])))
views.renew([str(cwd)])
with (cwd / "watermark").open("a") as file:
    file.write("new")
print((cwd / "watermark").read_text(), views.changes()[0].how)
"""


def test_a_file_of_another_owner_can_be_written_to_by_one_who_knows_but_himself(tmp_path: Path) -> None:
    """As root with one id: what every other user has anyway."""
    if os.geteuid() != 0:
        pytest.skip("files of other owners were NOT tested: only root can make one")
    require_overlays(tmp_path / "trial")
    folder, place = tmp_path / "folder", tmp_path / "views"
    for made in (folder, place):
        made.mkdir()
    (folder / "watermark").write_text("old ")
    (folder / "watermark").chmod(0o666)
    os.chown(folder / "watermark", 12345, 12345)
    argv = [sys.executable, "-c", WRITE, str(place), str(folder)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stdout == "old new changed\n", done.stderr
    assert (folder / "watermark").read_text() == "old "


def test_a_folder_with_a_mount_inside_is_copied_and_one_without_has_an_overlay(tmp_path: Path) -> None:
    require_overlays(tmp_path / "trial")
    plain, mounted, place = tmp_path / "plain", tmp_path / "mounted", tmp_path / "views"
    for folder in (plain, mounted / "mounted", place):
        folder.mkdir(parents=True)
    (plain / "removed").write_text("x")
    argv = [sys.executable, "-c", CHOOSE, str(place), str(plain), str(mounted)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "True",
        "False",
        "[Change(path='removed', how='removed', program=False, mode_alone=False)]",
    ], done.stderr
    assert (plain / "removed").exists()
