"""What jobs do in their chain's folder reaches neither the folder nor another night, however the view is made."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.stack.chain_views.changes import Change
from harness.stack.local.stack import LocalStack
from tests.stack.chain_views.stacks import KINDS, stack_of
from tests.stack.plans import job, plan

DAMAGE = """
echo '# edited' >>jobs/validate.py
rm runbook.md
echo x >cache.csv
mkdir -p out/deep && echo x >out/deep/er
rm -r data && mkdir data && echo new >data/new
touch jobs/untouched.py
cat chain.yaml >same && cat same >chain.yaml && rm same
chmod 600 mode
ln -sfn jobs link
mkdir jobs/__pycache__ && echo x >jobs/__pycache__/validate.pyc
"""


@pytest.fixture(scope="module", params=KINDS)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with stack_of(request.param, tmp_path_factory.mktemp("stack")) as stack:
        if stack.clock != "virtual":
            pytest.skip(f"nights in real time would take hours: {stack.clock}")
        yield stack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A chain's folder with something of everything."""
    folder = tmp_path / "chain, with: names"
    for name in ("chain.yaml", "runbook.md", "jobs/validate.py", "jobs/untouched.py", "data/old", "mode"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {name}\n")
    (folder / "jobs" / "validate.py").chmod(0o755)
    (folder / "link").symlink_to("data")
    (tmp_path / "beside").write_text("beside\n")
    return folder


def state(folder: Path) -> list[tuple[str, int, int, str]]:
    """Everything that can be said of a folder, bit for bit."""
    told = []
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        digest = hashlib.sha256(str(content).encode()).hexdigest()
        told.append((str(path), status.st_mode, status.st_mtime_ns, digest))
    return told


def night(stack: LocalStack, folder: Path, script: str, settled: list[list[Change]] | None = None) -> str:
    """One night of one shell script; what it printed."""
    the_plan = plan(replace(job(stack, "only", "sh", "-ec", script), cwd=stack.job_cwd(folder)))
    stack.reset(the_plan)
    stack.begin()
    assert stack.run(the_plan.closes_ns).reason == "asked"
    changes = stack.settle()
    if settled is not None:
        settled.append(changes)
    assert stack.output("only", 1) == ""
    return stack.output("only", 1, "out")


def test_whatever_a_job_does_there_is_told_and_gone_with_its_night(stack: LocalStack, folder: Path) -> None:
    before = state(folder)
    told: list[list[Change]] = []
    for _ in range(2):  # the second begins as the first did, or its changes would be others
        night(stack, folder, DAMAGE, told)
        assert state(folder) == before
    assert (
        told[0]
        == told[1]
        == [
            Change("cache.csv", "added"),
            Change("data/new", "added"),
            Change("data/old", "removed"),
            Change("jobs/validate.py", "changed", program=True),
            Change("link", "changed"),
            Change("mode", "changed", mode_alone=True),
            Change("out/deep/er", "added"),
            Change("runbook.md", "removed"),
        ]
    )
    assert night(stack, folder, "cat jobs/validate.py; ls; ls -A data") == (
        "this is jobs/validate.py\nchain.yaml\ndata\njobs\nlink\nmode\nrunbook.md\nold\n"
    )


def test_a_night_that_changes_nothing_tells_nothing(stack: LocalStack, folder: Path) -> None:
    told: list[list[Change]] = []
    night(stack, folder, "cat chain.yaml >/dev/null; touch chain.yaml; echo x >$TMPDIR/x; echo x >~/x", told)
    assert told == [[]]


def test_what_its_user_edits_between_two_nights_is_seen_by_the_next(stack: LocalStack, folder: Path) -> None:
    assert "this is" in night(stack, folder, "cat jobs/validate.py; echo x >>jobs/validate.py")
    (folder / "jobs" / "validate.py").write_text("edited\n")
    (folder / "runbook.md").unlink()
    (folder / "more" / "and").mkdir(parents=True)
    (folder / "more" / "and" / "more").write_text("more\n")
    assert night(stack, folder, "cat jobs/validate.py more/and/more; ls runbook* 2>/dev/null ||:") == "edited\nmore\n"


def test_a_folder_that_a_job_closes_is_open_again(stack: LocalStack, folder: Path) -> None:
    night(stack, folder, "chmod 0 data; chmod 0555 jobs; mkdir -p closed/inner; chmod 0 closed")
    assert night(stack, folder, "cat data/old; ls jobs") == "this is data/old\nuntouched.py\nvalidate.py\n"


def test_programs_stay_programs_and_paths_lead_where_they_led(stack: LocalStack, folder: Path) -> None:
    (folder / "jobs" / "validate.py").write_text("#!/bin/sh\necho ran\n")
    assert night(stack, folder, "./jobs/validate.py; cat link/old ../beside") == "ran\nthis is data/old\nbeside\n"


def test_two_chains_one_in_the_folder_of_the_other_do_not_see_each_others_nights(
    stack: LocalStack, folder: Path
) -> None:
    inner = folder / "data"
    night(stack, folder, "echo outer >data/outer")
    assert night(stack, inner, "ls; echo inner >inner") == "old\n"
    assert night(stack, folder, "ls data") == "old\n"


def test_temporary_files_and_the_home_are_gone_with_their_night(stack: LocalStack, folder: Path) -> None:
    keep = 'python -c "import tempfile; print(tempfile.mkdtemp())" >/dev/null; echo x >~/x; ls -A $TMPDIR ~ | wc -l'
    assert night(stack, folder, keep) == night(stack, folder, keep)


def test_temporary_files_lie_on_disk_and_not_in_memory_and_end_with_their_stack(folder: Path, tmp_path: Path) -> None:
    with stack_of("copy", tmp_path) as stack:
        place = Path(night(stack, folder, "echo x >$TMPDIR/x; mkdir -m 0555 $TMPDIR/sealed; echo $TMPDIR").strip())
        assert place == stack.scratch / "tmp"
        assert place.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev
        assert sorted(path.name for path in (stack.directory.root / "tmp").iterdir()) == ["sealed", "x"]
    assert not stack.scratch.exists()


def test_a_stack_that_ends_leaves_the_folder_as_it_was(folder: Path, tmp_path: Path) -> None:
    before = state(folder)
    for kind in KINDS:
        with stack_of(kind, tmp_path) as stack:
            night(stack, folder, DAMAGE)
            root = stack.directory.root
        assert state(folder) == before
        assert not root.exists()
