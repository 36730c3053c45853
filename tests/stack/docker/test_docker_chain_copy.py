"""A chain's folder reaches a container as it is, named by its content."""

from __future__ import annotations

import io
import tarfile

import pytest

from harness.errors import StackError
from harness.stack.chain_views import extent
from harness.stack.docker.chain_copy import chain_copy


@pytest.fixture
def chain(tmp_path):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "retrieve.py").write_text("print('hello')\n")
    (tmp_path / "jobs" / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "jobs" / "run.sh").chmod(0o755)
    (tmp_path / "chain.yaml").write_text("chain: planning-feed\n")
    return tmp_path


def unpacked(packed: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        return {entry.name: entry for entry in tar}


def test_every_file_arrives_under_the_digest_with_its_mode(chain):
    digest, packed = chain_copy(chain)
    files = unpacked(packed)
    assert set(files) == {f"chain/{digest}/{name}" for name in ("chain.yaml", "jobs/retrieve.py", "jobs/run.sh")}
    assert files[f"chain/{digest}/jobs/run.sh"].mode & 0o111


def test_the_same_content_has_the_same_digest_and_a_change_another(chain):
    before = chain_copy(chain)[0]
    assert chain_copy(chain)[0] == before
    (chain / "jobs" / "run.sh").chmod(0o644)
    assert chain_copy(chain)[0] != before


def test_caches_and_repositories_stay_behind(chain):
    before = chain_copy(chain)
    for name in (".git", "jobs/__pycache__", ".venv"):
        (chain / name).mkdir()
        (chain / name / "large").write_text("x")
    assert chain_copy(chain)[0] == before[0]


def test_a_link_to_a_file_elsewhere_arrives_as_the_file(chain, tmp_path_factory):
    real = tmp_path_factory.mktemp("elsewhere") / "real.csv"
    real.write_text("a,b\n")
    (chain / "real.csv").symlink_to(real)
    digest, packed = chain_copy(chain)
    assert unpacked(packed)[f"chain/{digest}/real.csv"].isreg()


def test_a_folder_too_large_to_copy_is_refused_by_name(chain, monkeypatch):
    monkeypatch.setattr(extent, "LARGEST_BYTES", 10)
    with pytest.raises(StackError) as caught:
        chain_copy(chain)
    assert str(chain) in caught.value.where
