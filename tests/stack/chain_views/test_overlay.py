"""Where a folder can have no overlay, it is known before its first night."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
