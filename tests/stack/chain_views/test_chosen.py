"""The views of a stack: which of its folders have one, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.stack.chain_views.chosen import ChainViews


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "chain"
    folder.mkdir()
    (folder / "job.py").write_text("1")
    return folder


@pytest.fixture
def views(tmp_path: Path) -> ChainViews:
    return ChainViews(tmp_path / "views", mounts=False, neighbours=False)


def test_a_dropped_folders_view_stays_for_the_last_nights_jobs_and_is_gone_when_the_next_begins(
    folder: Path, views: ChainViews
) -> None:
    cwd = Path(views.cwd(folder))
    views.renew([str(cwd)])
    views.drop(folder)
    assert (cwd / "job.py").exists()
    assert views.changes() == []
    views.renew([])
    assert not cwd.exists()
    assert (folder / "job.py").exists()


def test_a_folder_that_is_wanted_again_keeps_its_view(folder: Path, views: ChainViews) -> None:
    cwd = views.cwd(folder)
    views.drop(folder)
    assert views.cwd(folder) == cwd
    views.renew([cwd])
    assert Path(cwd, "job.py").exists()


def test_a_folder_without_a_view_can_be_dropped(folder: Path, views: ChainViews) -> None:
    views.drop(folder)
    views.renew([])
